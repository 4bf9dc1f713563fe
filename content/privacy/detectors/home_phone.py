"""Knows fixed-line numbers 固定电话 of a person; the office numbers of organs must stay (Regulation, Art. 12)."""

import re
from collections.abc import Iterator

from content.privacy.detectors._labelled import GLUE, Detector
from content.privacy.lookalikes import ORGAN
from content.privacy.page import Hit, Page

_AREA = r"\(?0(?:10|2\d|[3-9]\d{2})\)?[\s\-–]{0,3}"
_LINE = re.compile(rf"(?<![\d-])(?:(?:\+86|0086)[\s-]?)?(?:{_AREA})?[2-8](?:[\s-]?\d){{6,7}}(?![\d-])(?!\.\d|:\d)")
_PERSONAL = re.compile(
    r"(?:家庭|住宅|家里|家中|宅电|宅|个人|本人|家长|监护人|申请人|户主|来信人|来电人|来访人|当事人|其|业主|村民|"
    r"亲属|家属|联系人家|私人|投诉人|"
    r"举报人|反映人|诉求人|求助人|患者|学生|考生|被访人|(?:his|her|home|family|residential|private)[ _-]?)"
    rf"[^,。;:\n\d]{{0,6}}(?:电话|座机|固话|联系方式|phone|tel(?:ephone)?|line|number){GLUE}$|(?:宅电|住宅电话|"
    rf"家电){GLUE}$"
)
_GENERIC = re.compile(rf"(?:电话|座机|固话|联系方式|phone|tel(?:ephone)?){GLUE}$")
_HEADER = re.compile(r"电话|座机|固话|联系方式|手机|phone|tel")
_OFFICE_HEADER = re.compile(r"办公|监督|举报|投诉|咨询|单位|值班|传真|窗口|服务|office|fax")
_ROLE = re.compile(r"法官|警官|民警|工作人员|书记员|承办人|经办人|执行员|值班员|网格员|主任|科长|所长")
_PERSON = re.compile(
    r"(?:身份证|证件号|公民身份)(?=[^,。;\n\d]{0,12}[:\d\t|])|出生|\d{17}[\dx]|1[3-9]\d{9}|家住|现住|男,|女,|申请人|来信人|您\("
)
_WHY = "个人（家庭）的固定电话，属于个人联系方式。"


def _find(page: Page) -> Iterator[Hit]:
    for match in _LINE.finditer(page.values):
        start, end = match.span()
        before = page.before(start, 40)
        personal = _PERSONAL.search(before) or (_GENERIC.search(before) and _of_person(page, start))
        if personal and not page.office(start, end):
            yield Hit(start, end, "HOME_PHONE", _WHY, True, 3)
    for cell, table in page.cells(_HEADER):
        if table.persons and not _OFFICE_HEADER.search(cell.header):
            for match in _LINE.finditer(page.values, cell.start, cell.end):
                yield Hit(*match.span(), "HOME_PHONE", _WHY, True, 3)


def _of_person(page: Page, start: int) -> bool:
    """A bare 电话 belongs to a person whose other data stand before it in the same sentence."""
    in_table = bool(re.search(r"[\t|][^\n]{0,12}$", page.before(start)))
    sentence = page.before(start, 200) if in_table else page.sentence_before(start)
    persons = list(_PERSON.finditer(sentence))
    last = persons[-1].end() if persons else 0
    return bool(persons) and not ORGAN.search(sentence, last) and not _ROLE.search(sentence, last)


DETECTOR = Detector("home_phone", _find, ("电话", "座机", "固话", "联系方式", "phone", "tel", "宅电", "家电"))
