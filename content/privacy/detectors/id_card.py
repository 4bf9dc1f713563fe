"""Knows resident identity numbers 居民身份证 of 18 and 15 characters and all numbers built on them."""

import re
from collections.abc import Iterator

from content.privacy.checks import id_shape, id_valid, uscc_valid
from content.privacy.detectors._labelled import SEP, Detector, Labelled
from content.privacy.page import Hit, Page, Run

_LABELS = (
    r"身份证件?|公民身份|身份号|证件号码?|证件编号|驾驶证|社会保障号|社保号|社保编号|社会保险号|居住证|残疾人?证|"
    r"证照号|身份证明号|有效证件|"
    r"id[ _-]?card|\bids?\b|identity|identification|id[ _-]?(?:no|num)|sfz(?:h|hm)?|shenfenzheng|zjhm|"
    r"cert(?:ificate)?[ _-]?no"
)
_BIRTH18 = r"(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID18 = re.compile(rf"(?=([1-9]\d{{5}}{_BIRTH18}\d{{3}}[\dX]))")
_ID15 = re.compile(r"(?=([1-8]\d{5}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}))")
_DISABILITY = re.compile(r"[1-7][1-4](?:B\d)?")
_TIDY = {(18,), (17, 1), (6, 8, 4), (6, 4, 4, 4), (6, 4, 2, 2, 4), (6, 12), (14, 4), (10, 8), (4, 4, 4, 4, 2),
         (3, 3, 8, 4),
         (6, 6, 6), (3, 3, 4, 4, 4), (3,) * 6, (2,) * 9, (1,) * 18}
_NEAR = re.compile(r"身份|证件|公民|户主|监护|老身份|居民|申请人|残疾|sfz|identity|\bid\b|姓名|出生")
_CREDIT = re.compile(r"信用代码|机构代码|登记证号|识别号|税号|注册号|credit")
_SURE = "符合居民身份证号码规则（地区码、出生日期、校验位均正确），属于个人身份信息。"
_SUSPECT = "形似居民身份证号码，但校验位不符，可能是录入错误的身份证号，请核对。"
_OLD = "形似15位老居民身份证号码，属于个人身份信息。"
_LABELLED = "标注为身份证件号码，属于个人身份信息。"


def _eighteen(page: Page, run: Run) -> Iterator[Hit]:
    for match in _ID18.finditer(run.compact):
        first, number = match.start(), match[1]
        last = _disability_end(run, first, first + 18)
        whole = run.begins(first) and run.ends(last)
        start, end = run.span(first, last)
        if last > first + 18 and re.match(r"[Bb]\d", page.plain[end:end + 2]):
            end += 2
        if id_valid(number):
            credit = uscc_valid(number) and _CREDIT.search(page.before(start))
            if not credit and not _dated_code(page, number, start, end):
                yield Hit(start, end, "ID_CARD", _SURE, whole, 10 if whole else 9)  # chance makes no whole ones
        elif whole and id_shape(number) and _plausible(page, run, first, first + 18):
            yield Hit(start, end, "ID_CARD", _SUSPECT, False, 8)


def _dated_code(page: Page, number: str, start: int, end: int) -> bool:
    """A permit or case number of region, day and serial (施工许可证编号) passes for an identity number by chance."""
    return (number[6:10] >= "2015" and page.other_number(start, end)
            and not re.search(r"身份|证件|学籍|残疾|监护|儿童|学生", page.before(start)))


def _disability_end(run: Run, first: int, last: int) -> int:
    """A disability card 残疾人证 is the identity number, class 1-7, grade 1-4 and perhaps a reissue B1."""
    tail = _DISABILITY.match(run.compact, last)
    if (tail and not run.ends(last)) or (tail and run.ends(tail.end()) and len(run.groups(first, tail.end())) > 10):
        return tail.end()
    return last


def _plausible(page: Page, run: Run, first: int, last: int) -> bool:
    start, end = run.span(first, last)
    if _NEAR.search(page.before(start, 16)):
        return True
    return run.groups(first, last) in _TIDY and not page.other_number(start, end)


def _fifteen(page: Page, run: Run) -> Iterator[Hit]:
    for match in _ID15.finditer(run.compact):
        first, last = match.start(), match.start() + 15
        if not (run.begins(first) and run.ends(last) and id_shape(match[1])):
            continue
        start, end = run.span(first, last)
        labelled = _NEAR.search(page.before(start, 16))
        if labelled or (run.at[last - 1] - run.at[first] == 14 and not page.other_number(start, end)):
            yield Hit(start, end, "ID_CARD", _OLD, bool(labelled), 7)


def _not_an_id(page: Page, start: int, end: int) -> bool:
    return bool(_CREDIT.search(page.before(start, 10)))


_labelled = Labelled(
    "ID_CARD", _LABELLED, _LABELS,
    rf"\d(?:{SEP}\d){{12,18}}{SEP}[\dx](?:b\d)?(?![\d*a-wyz])|\d{{15,17}}\*{{1,3}}(?![\d*])"
    rf"|\d{{6}} ?(?:19|20)\d\d年\d{{1,2}}月\d{{1,2}}日 ?\d{{3}}[\dx](?!\d)", unless=_not_an_id, weight=4,
)
_read_wrong = Labelled(
    "ID_CARD", "标注为身份证件号码，个别数字被写成形近字母。", _LABELS,
    r"(?=(?:[ilozsb]*\d){14})(?=\d*[ilozsb])[\dilozsb]{17}[\dxilozsb](?![a-z\d])", weight=4, words=True,
)


def _find(page: Page) -> Iterator[Hit]:
    for run in page.runs:
        if len(run.compact) >= 15:
            yield from _eighteen(page, run)
            yield from _fifteen(page, run)
    yield from _labelled(page)
    yield from _read_wrong(page)


DETECTOR = Detector("id_card", _find)
