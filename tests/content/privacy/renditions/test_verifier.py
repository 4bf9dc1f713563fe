"""The last look: what a careless builder would have left is seen, wherever and however it is written."""

import io
import json
from dataclasses import replace

import pikepdf
import pytest
from PIL import ExifTags, Image

from content.privacy.kinds import Decision
from content.privacy.renditions import cleaning
from content.privacy.renditions.formats.ofd import FORMAT
from content.privacy.renditions.model import Built, Choices, Finding, Refused, Source
from content.privacy.renditions.script import Script
from content.privacy.renditions.traces import Values
from content.privacy.renditions.verifier import verify
from tests.content.privacy.made import bank_card, id_number
from tests.content.privacy.renditions.make_ofd import ofd, register, text
from tests.content.privacy.renditions.make_picture import octets, scene
from tests.content.privacy.renditions.make_zip import archive

pytestmark = pytest.mark.nodatabase
ID, OTHER = id_number(), id_number(serial="456")
PLAIN = Choices(ocr=False)
FOUND = [Finding("ID_CARD", ID, ID, True, "", "第1页")]


def built(data: bytes, shown: str = "公示") -> Built:
    return Built(data, "zip", "application/zip", ".zip", shown)


def _pdf(**info: str) -> bytes:
    file, into = pikepdf.new(), io.BytesIO()
    file.add_blank_page()
    for name, value in info.items():
        file.docinfo[f"/{name}"] = value
    file.save(into)
    return into.getvalue()


def _xml(inside: str) -> bytes:
    return archive({"a.xml": f"<a>{inside}</a>".encode()})


LEAKS = {
    "text": _xml(ID), "spaced": _xml(" ".join(ID)), "two runs": _xml(f"<r><t>{ID[:9]}</t></r><r><t>{ID[9:]}</t></r>"),
    "attribute": _xml(f'<b c="x{ID}"/>'), "references": _xml("".join(f"&#{ord(char)};" for char in ID)),
    "remark": _xml(f"<!-- {ID} -->"), "full width": _xml("".join(chr(ord(digit) + 0xFEE0) for digit in ID)),
    "double": _xml(f"<c><v>{float(ID):.14e}</v></c>"), "beginning": _xml(ID[:15]),
    "utf-16": archive({"a.bin": b"\0\1" + ID.encode("utf-16-le")}), "gbk": archive({"a.txt": f"号{ID}".encode("gbk")}),
    "name": archive({f"{ID}.xml": b"<a/>"}), "comment": archive({"a.xml": b"<a/>"}, comment=ID.encode()),
    "packed again": archive({"b.zip": _xml(ID)}), "behind a picture": octets(scene()) + ID.encode(),
    "pdf information": _pdf(Author=ID), "pdf name in octal": _pdf(Title="号 " + ID),
}


@pytest.mark.parametrize("way", LEAKS)
def test_a_value_that_was_to_be_cut_is_seen(way):
    problems = verify(FOUND, built(LEAKS[way]), PLAIN)
    assert problems
    assert ID not in json.dumps(problems)
    assert verify([], built(_xml("公示")), PLAIN) == []


def test_what_nobody_decided_is_seen_and_what_was_kept_is_not():
    kept = replace(PLAIN, decisions={("ID_CARD", ID): Decision.keep})
    assert verify(FOUND, built(_xml(OTHER)), kept)
    assert verify(FOUND, built(_xml(ID), ID), kept) == []
    assert verify([], built(_xml("a"), f"身份证号{ID}"), PLAIN)


def test_a_number_that_is_harmless_where_it_stands_is_no_leak():
    """Capital of 13,812,345,678 yuan, which without the head of its column passes for a mobile phone."""
    data = _xml("<row><c><v>13812345678</v></c></row>")
    assert verify([], built(data, "企业\t注册资本（元）\n清源公司\t13812345678"), PLAIN) == []
    assert verify([], built(data), PLAIN)


def test_figures_of_drawing_are_no_leaks():
    data = _xml('<b path="M 110 101 L 199003 070011" id="{410399AB-1990-0307-1230-13800138000F}" cx="914400"/>')
    assert verify([], built(data), PLAIN) == []


def test_a_picture_that_tells_where_it_was_taken_is_seen():
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (34.0, 1.0, 2.0)
    assert any("拍摄信息" in each for each in verify([], built(octets(scene(), "JPEG", exif=exif)), PLAIN))


def test_a_rendition_that_cannot_be_opened_is_none():
    assert "打不开" in verify([], built(b"PK\x03\x04"), PLAIN)[0]


def test_what_the_last_look_finds_stops_the_file(monkeypatch):
    monkeypatch.setattr(cleaning, "format_of", lambda *given: _Careless())
    with pytest.raises(Refused) as refused:
        cleaning.clean(Source(register(ID), "a.ofd"), PLAIN)
    assert refused.value.code == "unclean"


class _Careless:
    """A format that forgets what is in its parts."""

    inspect = staticmethod(FORMAT.inspect)

    def build(self, source, choices):
        return replace(FORMAT.build(source, choices), data=source.data)


@pytest.mark.parametrize("mark", ["机密★10年", "密级：秘密"])
def test_a_state_secret_goes_nowhere(mark):
    with pytest.raises(Refused) as refused:
        cleaning.clean(Source(ofd(text(mark) + text("通知", 20, 60)), "a.ofd"), PLAIN)
    assert refused.value.code == "secret"
    assert cleaning.inspect(Source(ofd(text(mark))), PLAIN).secrets


# -- one value in several places, names ----------------------------------------------------------------------------

def _script(*rows: tuple[str, ...]) -> Script:
    made = Script()
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            made.gap("\t" if column else "")
            made.add(cell, (line, column), f"{line}.{column}")
        made.gap("\n")
    return made


def test_names_of_a_list_are_masked_by_choice():
    script = _script(("姓名", "身份证号", "村"), ("张三丰", ID, "王家村"), ("欧阳志强", OTHER, "李家村"))
    edits = script.edits(replace(PLAIN, mask_names=True))
    assert (edits[1, 0], edits[2, 0]) == ("张*丰", "欧阳**")
    assert set(edits) == {(1, 0), (1, 1), (2, 0), (2, 1)}


def test_a_value_is_cut_where_nothing_gives_it_away():
    account = bank_card("400399", 16)[:15]
    script = _script(("户名", "备注"), ("合作社", f"转{account[:8]} {account[8:]}"))
    assert not script.edits(PLAIN)
    assert script.edits(replace(PLAIN, everywhere={account: "BANK_CARD"})) == {(1, 1): "转******** *******"}
    assert not script.edits(replace(PLAIN, everywhere={account[:14]: "BANK_CARD"}))  # part of a longer number


def test_many_values_are_found_in_one_go():
    numbers = [id_number(serial=f"{serial:03d}", birth=f"{year}0101") for serial in range(200) for year in (1950, 1960)]
    whole = "\n".join(f"张三\t{number}" for number in numbers)
    assert {value for *_, value in Values(numbers).places(whole)} == set(numbers)
