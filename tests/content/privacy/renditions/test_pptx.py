"""Presentations: every place where one can keep a value, what is shown of it, and that the rest looks as before."""

import io
from random import Random

import pytest
from pptx import Presentation

from content.privacy.renditions.formats.pptx import FORMAT
from content.privacy.renditions.model import Choices, Refused, Source
from content.privacy.renditions.verifier import verify
from tests.content.privacy.made import id_number
from tests.content.privacy.renditions.judge import lost, traces
from tests.content.privacy.renditions.make_docx import KEPT, packed
from tests.content.privacy.renditions.make_pptx import (
    CHART_FRAME,
    PLACES,
    _art,
    _chart,
    picture,
    pptx,
    random_pptx,
    run,
    shape,
    table,
)

pytestmark = pytest.mark.nodatabase
ID = id_number()
PLAIN = Choices(ocr=False)


@pytest.mark.parametrize("place", PLACES)
def test_a_value_is_gone_wherever_it_stands(place):
    source = Source(PLACES[place](ID), "汇报.pptx")
    built = FORMAT.build(source, PLAIN)
    assert not traces(built.data, [ID, ID[:15]])
    assert not lost(built.data, [KEPT])
    assert verify(FORMAT.inspect(source, PLAIN).findings, built, PLAIN) == []
    Presentation(io.BytesIO(built.data))


@pytest.mark.parametrize(("place", "where"), {
    "run": "幻灯片1", "table": "幻灯片1表格第2行第2列", "notes": "备注", "hidden slide": "隐藏的幻灯片",
    "master": "母版", "comment": "批注", "core": "文档属性", "smart art": "幻灯片1的SmartArt",
}.items())
def test_the_editor_is_told_where_a_value_stands(place, where):
    found = FORMAT.inspect(Source(PLACES[place](ID)), PLAIN).findings
    assert where in {each.where for each in found if each.normal == ID}


@pytest.mark.parametrize("seed", range(4))
def test_random_files_leak_nothing(seed):
    data, planted = random_pptx(Random(seed))
    assert not traces(FORMAT.build(Source(data), PLAIN).data, planted)


def test_what_nobody_must_hide_is_the_same():
    source = Source(pptx(shape(run("热线12345")) + table(("指标", "数值"), ("人口", "123456789")) + picture("县城全景")
                         + CHART_FRAME, parts=_chart("全县")))
    inspection, built = FORMAT.inspect(source, PLAIN), FORMAT.build(source, PLAIN)
    assert (inspection.findings, inspection.hidden, built.changed) == ((), (), False)
    assert not lost(built.data, ["热线12345", "123456789", "县城全景", "全县", "人数"])
    assert FORMAT.build(Source(built.data), PLAIN).data == built.data


def test_smart_art_becomes_shapes():
    built = FORMAT.build(Source(_art("先受理后审核", "甲")), PLAIN)
    assert "先受理后审核" in built.text
    assert not built.changed


def test_hidden_things_are_left_out_or_shown_as_was_chosen():
    shapes = shape(run("甲甲"), about=' hidden="1"') + shape(run("乙乙"), place=(99_000_000, 0))
    source, hidden = Source(pptx(shapes, show='show="0"')), ["甲甲", "乙乙"]
    left_out = FORMAT.build(source, PLAIN)
    assert left_out.changed
    assert lost(left_out.data, hidden) == hidden
    shown = FORMAT.build(source, Choices(keep_hidden=True, ocr=False))
    assert not lost(shown.data, hidden)
    assert FORMAT.inspect(Source(shown.data), PLAIN).hidden == ()
    assert FORMAT.inspect(Source(PLACES["notes"]("内部口径")), PLAIN).hidden == ("备注（幻灯片1），公开版中已去除",)


def test_notes_are_shown_where_that_was_chosen():
    made = Presentation()
    made.slides.add_slide(made.slide_layouts[6]).notes_slide.notes_text_frame.text = f"备注{ID}说明"
    made.save(into := io.BytesIO())
    built = FORMAT.build(Source(into.getvalue()), Choices(keep_hidden=True, ocr=False))
    notes = Presentation(io.BytesIO(built.data)).slides[0].notes_slide.notes_text_frame.text
    assert notes == f"备注{'*' * 18}说明"


def test_a_package_without_slides_of_its_own_is_refused():
    with pytest.raises(Refused) as refused:
        FORMAT.build(Source(packed({"[Content_Types].xml": "<Types/>", "_rels/.rels": "<Relationships/>"})), PLAIN)
    assert refused.value.code == "damaged"
