"""Files of every kind from one end to the other, and `gongkai clean`, by which anybody can try it."""

import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from content.privacy.kinds import Decision
from content.privacy.renditions.cleaning import clean, public_name
from content.privacy.renditions.model import Choices, Refused, Source
from portal.cli import main
from tests.content.privacy.made import id_number
from tests.content.privacy.renditions import make_docx, make_ofd, make_pdf, make_picture, make_pptx, make_xlsx
from tests.content.privacy.renditions.judge import lost, traces
from tests.content.privacy.renditions.make_zip import archive, random_zip

pytestmark = pytest.mark.nodatabase
ID, OTHER = id_number(), id_number(serial="456")
PLAIN = Choices(ocr=False)
TABLE = make_docx.docx(make_docx.table(("姓名", "证件号码", "面积"), ("司马爱民", ID, "52.3㎡")))
NOTICE = make_docx.docx(make_docx.paragraph(make_docx.run("统一社会信用代码92110199H1DN92711A，电话12345，邮编471700")))
CSV = f"姓名,身份证号,金额\r\n唐桂兰,{ID},300\r\n".encode("gbk")
REGISTER, REGISTERED = make_xlsx.register()
DOUBLES, DOUBLED = make_xlsx.doubles()
HIDDEN, CONCEALED = make_xlsx.hidden_columns()

KINDS = {  # name -> file, what must be gone, what must stay
    "名单.xlsx": (REGISTER, REGISTERED, ["清民〔2024〕17号", "0379-66234567", "12345", "梁梓萱"]),
    "隐藏.xlsx": (HIDDEN, CONCEALED, ["公示表", "罗婷婷", "合计"]),
    "批注.xlsx": (make_xlsx.PLACES["comment"](ID), [ID], []),
    "页眉.xlsx": (make_xlsx.PLACES["header"](ID), [ID], []),
    "链接.xlsx": (make_xlsx.PLACES["mail link"](ID), [ID], []),
    "数字.xlsx": (DOUBLES, DOUBLED, ["3456.5", "胡大伟"]),
    "残留.xlsx": (make_xlsx.PLACES["left string"](ID), [ID], []),
    "公示.docx": (TABLE, [ID], ["司马爱民", "52.3㎡", "清民〔2024〕17号"]),
    "页脚.docx": (make_docx.PLACES["footer"](ID), [ID], [make_docx.KEPT]),
    "修订.docx": (make_docx.PLACES["deleted"](ID), [ID], [make_docx.KEPT]),
    "隐藏.docx": (make_docx.PLACES["vanished"](ID), [ID], [make_docx.KEPT]),
    "幻灯片.pptx": (make_pptx.PLACES["notes"](ID), [ID], [make_docx.KEPT]),
    "文字层.pdf": (make_pdf.PLACES["text"](ID), [ID], [make_pdf.STAYS]),
    "附件书签.pdf": (make_pdf.PLACES["attachment"](ID), [ID], [make_pdf.STAYS]),
    "照片.jpg": (make_picture.PLACES["EXIF of a JPEG"](ID), [ID], []),
    "截图.png": (make_picture.PLACES["text of a PNG"](ID), [ID], []),
    "公示.ofd": (make_ofd.register(ID), [ID], ["宋永刚", "300元", "青民〔2024〕17号"]),
    "名单.csv": (CSV, [ID], ["唐桂兰", "300"]),
    "打包.zip": (archive({f"表/{ID}.docx": TABLE, "b.csv": CSV.replace(ID.encode(), OTHER.encode())}), [ID, OTHER],
                 ["司马爱民", "唐桂兰"]),
    "通知.docx": (NOTICE, [], ["92110199H1DN92711A", "12345", "471700"]),
    "统计.xlsx": (make_xlsx.statistics(), [], ["914103993135677514", "13812345678", "SUM(C2:C6)"]),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_must_go_is_gone_and_what_must_stay_stays(name):
    data, gone, kept = KINDS[name]
    made = clean(Source(data, name), PLAIN)
    assert traces(made.built.data, gone) == []
    assert lost(made.built.data, kept) == []
    assert made.action == ("cleaned" if gone else "unchanged")
    assert made.verified
    assert not gone or made.inspection.findings


def test_the_same_file_is_made_the_same_way_every_time():
    for name in ("名单.xlsx", "公示.docx", "公示.ofd", "打包.zip"):
        first, second = (clean(Source(KINDS[name][0], name), PLAIN).built.data for _ in range(2))
        assert first == second, name


def test_the_public_name_tells_nobody():
    assert public_name(f"名单{ID}.DOC", ".docx", PLAIN) == f"名单{'*' * 18}.docx"
    kept = Choices({("ID_CARD", ID): Decision.keep})
    assert public_name(f"{ID}.xlsx", ".xlsx", kept) == f"{ID}.xlsx"
    partial, away = Choices(masks={"MOBILE": "partial"}), Choices({("MOBILE", "13800138000"): Decision.delete})
    assert public_name("张三 13800138000.xlsx", ".xlsx", partial) == "张三 138****8000.xlsx"
    assert public_name("13800138000.xlsx", ".xlsx", away) == "附件.xlsx"


def test_a_member_that_cannot_be_cleaned_stops_its_archive_by_name():
    with pytest.raises(Refused, match=r"“表/宏”.*exe"):
        clean(Source(archive({"表/宏.exe": b"MZ"}), "a.zip"), PLAIN)


@pytest.mark.parametrize(("old", "new", "data", "gone", "kept"), [
    ("xls", "xlsx", HIDDEN, CONCEALED, ["罗婷婷"]), ("doc", "docx", TABLE, [ID], ["司马爱民"]),
    pytest.param("odt", "docx", make_docx.PLACES["comment"](ID), [ID], [make_docx.KEPT], marks=pytest.mark.full)])
def test_old_formats_are_turned_into_new_ones(soffice, tmp_path, old, new, data, gone, kept):
    before = tmp_path / f"a.{new}"
    before.write_bytes(data)
    subprocess.run([soffice, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
                    old, "--outdir", tmp_path, before], check=True, capture_output=True, timeout=180)
    made = clean(Source((tmp_path / f"a.{old}").read_bytes(), f"名单.{old}"), PLAIN)
    assert (made.inspection.format, made.built.suffix, made.name) == (old, f".{new}", f"名单.{new}")
    assert traces(made.built.data, gone) == []
    assert lost(made.built.data, kept) == []


def test_old_formats_are_refused_with_advice_where_nothing_reads_them(no_soffice):
    with pytest.raises(Refused, match="另存为docx") as refused:
        clean(Source(b"{\\rtf1 " + ID.encode() + b"}", "a.rtf"), PLAIN)
    assert refused.value.code == "legacy"


def test_pictures_wait_for_a_person_where_nothing_reads_them(no_ocr):
    source = Source(make_picture.octets(make_picture.notice("公示")), "a.png")
    assert clean(source, Choices()).inspection.unread
    with pytest.raises(Refused) as refused:
        clean(source, Choices(), unattended=True)
    assert refused.value.code == "statement"


# -- the command ------------------------------------------------------------------------------------------------

@pytest.fixture
def gongkai(capsys, tmp_path):
    """Runs `gongkai clean`; gives status, standard output, lines of standard error, and what was written."""
    def run(data: bytes | Path, name: str = "a.xlsx", *words: str) -> SimpleNamespace:
        source, target = tmp_path / name, tmp_path / "公开" / name
        target.parent.mkdir(exist_ok=True)
        if isinstance(data, bytes):
            source.write_bytes(data)
        status = main(["clean", str(source if isinstance(data, bytes) else data), str(target), *words])
        said = capsys.readouterr()
        return SimpleNamespace(status=status, out=said.out, err=said.err.splitlines(),
                               there=sorted(target.parent.iterdir()),
                               data=target.read_bytes() if target.is_file() else b"")
    return run


def test_a_cleaned_file_is_reported_as_json(gongkai):
    made = gongkai(HIDDEN, f"名单{ID}.xlsx", "--json")
    report = json.loads(made.out)
    assert (made.status, made.err, report["format"], report["action"]) == (0, [], "xlsx", "cleaned")
    assert {"where": "文件名", "type": "ID_CARD"} in report["findings"]
    assert {"metadata", "hidden_columns", "hidden_sheets"} <= set(report["removed"])
    assert report["verified"] is True
    assert not set(CONCEALED) & set(made.out.split('"'))
    assert traces(made.data, CONCEALED) == []
    shown = gongkai(HIDDEN, "a.xlsx", "--keep-hidden", "--json")
    assert "hidden_columns" not in json.loads(shown.out)["removed"]
    assert lost(shown.data, ["卡号"]) == []
    assert traces(shown.data, CONCEALED) == []


def test_it_is_told_to_people_too(gongkai):
    made = gongkai(CSV, "a.csv")
    assert "已脱敏" in made.out
    assert "居民身份证号" in made.out
    assert ID not in made.out


def test_a_refusal_writes_nothing(gongkai):
    made = gongkai(b"<html>", "a.xlsx", "--json")
    assert (made.status, len(made.err), made.there) == (1, 1, [])
    assert json.loads(made.out)["action"] == "refused"
    assert gongkai(b"<html>").out == ""


def test_what_is_not_there_or_no_place(gongkai, tmp_path):
    assert gongkai(tmp_path / "none.xlsx").status == 2
    (tmp_path / "公开" / "b.xlsx").mkdir(parents=True)
    assert gongkai(CSV, "b.xlsx").status == 2
    assert main(["clean", str(tmp_path / "b.xlsx"), str(tmp_path / "b.xlsx")]) == 2  # the original must stay


def test_half_a_gigabyte_is_refused_unread(gongkai, tmp_path):
    large = tmp_path / "large.zip"
    large.touch()
    os.truncate(large, 500 * 1024 * 1024)
    made = gongkai(large)
    assert (made.status, made.there) == (1, [])
    assert "500兆" in made.err[0]


def test_random_archives_hold_what_they_say():
    """The makers of this suite are judged too: before it is cleaned, every planted value can be got out."""
    import random

    data, values = random_zip(random.Random(3))
    assert {trace.partition(" in ")[0] for trace in traces(data, values)} == set(values)
