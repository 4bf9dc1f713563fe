"""Knows mobile phone numbers 手机号: eleven digits from 13 to 19, with +86, grouped, spaced or one to a cell."""

import re
from collections.abc import Iterator

from content.privacy.detectors._labelled import Detector, Labelled
from content.privacy.page import Hit, Page, Run

_MOBILE = re.compile(r"(?=(1[3-9]\d{9}))")
_TIDY = ((3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (3, 2, 2, 2, 2), (3, 4, 2, 2), (5, 6),
         (2, 3, 3, 3),
         (3, 2, 3, 3), (5, 3, 3), (1, 10), (1, 2, 4, 4))
_CELLS = ((3, 4, 4), (3, 8), (7, 4), (3, 4, 2, 2))  # a number set over cells below one header
_LABEL = re.compile(
    r"(?:电话|手机|联系方式|联系号码|微信|联络|致电|拨打|mobile|phone|cell|tel|contact|call|whatsapp|sjh|shouji|"
    r"dianhua)[^。;\n]{0,14}$"
)
_STRICT_LABEL = re.compile(r"(?:手机[^\d\n]{0,6}|mobile[^\d\n]{0,4}|(?:电话|联系方式)\s?[:])[\s(]*$")
_FIGURES = re.compile(r"人口|金额|资本|资金|面积|产量|数量|收入|支出|合计|预算|决算|总值|元\)|编[号码]|代码|税号")
_FIGURE_ROW = re.compile(
    r"收入|支出|余额|税|资产|负债|经费|预算|决算|总值|产值|贷款|存款|公积金|合计|总计|小计|投资|元\)|离退休"
)
_FIGURE_TABLE = re.compile(r"单位:(?:万|千|百)?元|预算数|决算数|年初数|期末|本年|上年|同比")
_COUNTS = re.compile(r"(?:[数量额率]|余额|合计|总计|小计|受理|办结|人次)[^\n\d]{0,6}[\t|,]\s?$")
_CONTACTS = re.compile(r"姓名|户主|电话|手机|联系|身份证")
_READ_WRONG = Labelled(
    "MOBILE", "标注为手机号码，个别数字被写成形近字母。", r"手机|电话|mobile|cell|sjh",
    r"(?=(?:[ilozsb]*\d){8})(?=\d*[ilozsb])[1il][3-9sb][\dilozsb]{9}(?![a-z\d])", weight=4, words=True,
)
_WIDE_GAP = re.compile(r"[\t|,;、]")
_WHY = "符合手机号码规则，属于个人联系方式。"
_WEB = re.compile(r"(?:https?://|www\.)[^\s\"'<>,。;]*[/_t-]$")
_PAGE_NUMBER = re.compile(r"/|\.(?:s?html?|jspx?|aspx?|php)")
_HIDDEN_SERIAL = re.compile(r"[0-9a-z]{2,}$")


def _find(page: Page) -> Iterator[Hit]:
    for run in page.runs:
        for match in _MOBILE.finditer(run.compact):
            first, last = match.start(), match.start() + 11
            if not run.ends(last):
                continue
            lead = _lead(run, first)
            if lead is None:
                continue
            start, end = run.span(lead, last)
            if page.plain[max(0, start - 1):start] == "+":
                start -= 1
            if _believed(page, run, first, last, start, end):
                yield Hit(start, end, "MOBILE", _WHY, True, 6)
    yield from _READ_WRONG(page)


def _lead(run: Run, first: int) -> int | None:
    """Where the number begins with its country code, or None inside a longer number."""
    if run.begins(first):
        for begin in (first - 4, first - 2):
            if begin >= 0 and run.compact[begin:first] in ("0086", "86") and run.begins(begin) and not _WIDE_GAP.search(
                    "".join(run.gaps(begin, first + 1))):
                return begin
        return first
    for code in ("0086", "86", "0", "17951"):
        begin = first - len(code)
        if begin >= 0 and run.compact.startswith(code, begin) and run.begins(begin):
            return begin
    return None


def _believed(page: Page, run: Run, first: int, last: int, start: int, end: int) -> bool:
    groups, gaps = run.groups(first, last), run.gaps(first, last)
    labelled = bool(_LABEL.search(page.before(start)))
    if page.office(start, end) or _in_figures(page, start) or (not labelled and page.other_number(start, end)):
        return False
    if len(groups) == 1:
        return not _part_of_code(page, start, end)
    if groups == (1,) * 11:
        varied = len(set(run.compact[first:last])) >= 4 and len(gaps) <= 2
        alone = (first == 0 or not run.begins(first - 1)) and last == len(run.compact) and not (
            _COUNTS.search(page.before(start, 80)) and _WIDE_GAP.search("".join(gaps)))
        return varied and (labelled or alone or not _WIDE_GAP.search("".join(gaps)) or _in_phone_column(page, start))
    if any(_WIDE_GAP.search(gap) for gap in gaps):
        if groups in _CELLS and gaps == {"\t"} and _in_phone_column(page, start) and _one_header(page, start, end):
            return True
        return groups == (3, 4, 4) and len(gaps) == 1 and bool(_STRICT_LABEL.search(page.before(start)))
    if labelled or groups in _TIDY[:3] or (groups in _TIDY and not any(gap.isspace() for gap in gaps)):
        return True
    return len(groups) == 2 and min(groups) >= 2 and any("\n" in gap for gap in gaps)


def _part_of_code(page: Page, start: int, end: int) -> bool:
    """Digits glued to letters or to decimals: a hash, an equipment number, an amount."""
    if _PAGE_NUMBER.match(page.after(end)) and _WEB.search(page.before(start, 200)):
        return True
    before, after = page.before(start, 3), page.after(end, 3)
    if re.match(r"\.\d", after) or re.search(r"\d\.$", before):
        return True
    return bool(re.match(r"[a-z]", after) and _HIDDEN_SERIAL.search(before))


def _in_figures(page: Page, start: int) -> bool:
    """A number under a header of figures, in a table that is not of persons."""
    found = page.cell_at(start)
    if found and not found[1].persons and _FIGURES.search(found[0].header):
        return True
    line = page.before(start, 120).rsplit("\n", 1)[-1]
    if not re.search(r"[\t|,]\s?$", line) or _CONTACTS.search(page.before(start, 400)):
        return False
    label = re.search(r"^[\s|]*(?:\d{3,9}[\t|,]\s?)?([^\d\t|,][^\t|,]*)", line)
    return bool(label and _FIGURE_ROW.search(label[1])) or bool(_FIGURE_TABLE.search(page.before(start, 300)))


def _in_phone_column(page: Page, start: int) -> bool:
    found = page.cell_at(start)
    return bool(found) and bool(re.search(r"电话|手机|联系|phone|mobile|tel", found[0].header))


def _one_header(page: Page, start: int, end: int) -> bool:
    """Whether cells side by side belong to one header, which stands above them all."""
    first, last = page.cell_at(start), page.cell_at(end - 1)
    return bool(first and last) and first[0].header == last[0].header


DETECTOR = Detector("mobile", _find)
