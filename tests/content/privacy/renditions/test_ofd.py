"""OFD: a value is gone wherever the file has a place for it; what is shown stays, and nothing else comes along."""

import io
import zipfile

import pytest

from content.privacy.kinds import Decision
from content.privacy.renditions.cleaning import clean
from content.privacy.renditions.formats.ofd import FORMAT
from content.privacy.renditions.model import Choices, Refused, Source
from tests.content.privacy.made import id_number
from tests.content.privacy.renditions.judge import lost, traces
from tests.content.privacy.renditions.make_ofd import PLACES, ofd, register, text
from tests.content.privacy.renditions.make_picture import octets, scene

pytestmark = pytest.mark.nodatabase
ID = id_number()
PLAIN = Choices(ocr=False)
KEPT = ["困难群众补贴公示", "青民〔2024〕17号", "0379-66234567", "宋永刚", "300元"]
MEDIA = ('<ofd:MultiMedias><ofd:MultiMedia ID="70" Type="Image"><ofd:MediaFile>image.png</ofd:MediaFile>'
         "</ofd:MultiMedia></ofd:MultiMedias>")


@pytest.mark.parametrize("place", PLACES)
def test_a_value_is_gone_wherever_it_stands(place):
    made = clean(Source(PLACES[place](ID), "公示.ofd"), PLAIN)
    assert made.verified
    assert not traces(made.built.data, [ID, ID[:15]])


def test_what_is_shown_stays_and_a_value_that_is_kept():
    source = Source(register(ID), "公示.ofd")
    masked = clean(source, PLAIN)
    assert masked.action == "cleaned"
    assert not lost(masked.built.data, KEPT)
    kept = clean(source, Choices(decisions={("ID_CARD", ID): Decision.keep}, ocr=False))
    assert not lost(kept.built.data, [*KEPT, ID])
    assert not kept.built.changed


@pytest.mark.parametrize("place", ["invisible", "author", "annotation", "outline", "tag"])
def test_what_stays_behind_needs_no_decision(place):
    found = [each for each in FORMAT.inspect(Source(PLACES[place](ID)), PLAIN).findings if each.normal == ID]
    assert found
    assert all(each.dropped and each.where for each in found)


def test_hidden_text_is_shown_by_choice_and_then_masked():
    made = FORMAT.build(Source(PLACES["invisible"](ID)), Choices(keep_hidden=True, ocr=False))
    assert "*" * 18 in made.text
    assert "hidden_text" not in made.removed


def test_pictures_are_made_anew_and_need_a_look():
    photograph = octets(scene()) + ID.encode()
    source = Source(ofd('<ofd:ImageObject ID="5" ResourceID="70" Boundary="0 0 90 60"/>', resources=MEDIA,
                        parts={"Doc_0/Res/image.png": photograph}), "现场.ofd")
    made = clean(source, PLAIN)
    assert [each.name for each in made.inspection.unread] == ["Doc_0/Res/image.png"]
    assert not traces(made.built.data, [ID])
    with zipfile.ZipFile(io.BytesIO(made.built.data)) as file:
        assert any(name.endswith("picture_0.png") for name in file.namelist())
    with pytest.raises(Refused, match="说明"):
        clean(source, PLAIN, unattended=True)


def test_a_page_of_drawn_writing_needs_a_look():
    drawing = '<ofd:PathObject ID="6" Boundary="0 0 9 9"><ofd:AbbreviatedData>' + "L 1 2 " * 1500
    source = Source(ofd(text("公示") + drawing + "</ofd:AbbreviatedData></ofd:PathObject>"))
    assert [each.where for each in FORMAT.inspect(source, PLAIN).unread] == ["第1页的图形"]


@pytest.mark.parametrize("parts", [{"OFD.xml": "<a/>"}, {"Doc_0/Document.xml": "<a"},
                                   {"Doc_0/Pages/Page_0/Content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}])
def test_a_broken_file_is_refused(parts):
    with pytest.raises(Refused) as refused:
        clean(Source(ofd(text("公示"), parts=parts)), PLAIN)
    assert refused.value.code == "damaged"
