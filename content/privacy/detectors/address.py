"""Knows the detailed part of a person's address 详细地址: house, group, building, unit and room numbers.

What leads to the village or street may stay (domain practice: 保留到村/社区); business and office addresses stay.
"""

import re
from collections.abc import Iterator

from content.privacy.detectors._labelled import GLUE, Detector
from content.privacy.lookalikes import ORGAN
from content.privacy.page import Hit, Page

_N = r"[0-9〇零一二三四五六七八九十百]{1,5}"
_UNIT = r"(?:村民小组|居民小组|小组|组|号楼|号院|号|栋|幢|座|楼|单元|层|室|弄|排|户|房|门牌|社|队|#|期)"
_DETAIL = re.compile(
    rf"(?:[东西南北甲乙丙丁]|附|第|no\.? "
    rf"?)?(?:(?<![a-z])[a-z]{{1,2}}-?)?{_N}(?:-[0-9a-z]{{1,5}})*[a-z]?(?:附{_N})?{_UNIT}"
    rf"|(?<![a-z])[a-z](?:座|栋|幢|单元)|[0-9]{{1,4}}(?:-[0-9]{{1,5}}){{1,3}}"
)
_ADDRESS = re.compile(r"[\u4e00-\u9fffa-z0-9()#·\-—_/ 〇]{2,90}")
_LABEL = re.compile(
    rf"(?:家庭住址|家庭地址|家庭详细地址|现住址|现住地址?|现居住?地址?|居住地址|居住地|常住地址?|住址|户籍地址|"
    rf"户籍所在地|户籍地|户口所在地|户口地址|通讯地址|通信地址|"
    rf"邮寄地址|收件地址|收货地址|送达地址|送达(?=\s?:)|联系地址|家住|现住在?|暂住地?址?|居住在|居住于|住所地?|户籍|"
    rf"(?<=[,;，\s])住(?=[\u4e00-\u9fff]{{2}})|(?<=[,;])住在?|房屋坐落|坐落于?|房屋地址|"
    rf"房产地址|(?<![\u4e00-\u9fff])地址|门牌号?|(?:所在)?村组|jtzz|\baddr(?:ess)?\b|home[ _-]?address|residence|"
    rf"residential address){GLUE}"
)
_HEADER = re.compile(r"住址|地址|住所|居住|坐落|户籍|户口所在|门牌|房号|addr|residence|家庭所在|所在村组|村组")
_WEAK = re.compile(r"^(?:地址|住所地?|联系地址|坐落于?|address|addr|通讯地址|通信地址|送达地址|邮寄地址|房屋地址|"
                   r"房产地址)")
_BUSINESS_AFTER = re.compile(r"[^,。;\n]{0,4}(?:经营场所|营业场所|注册地|生产地址|办公|单位地址|法定代表人)")
_PERSON = re.compile(
    r"身份证|证件号|公民身份|户主|申请人|来信人|男,|女,|您|村民|监护人|业主|权利人|被征收人|收件人|收货人|产权人|"
    r"房主|住户|承租人|原告|被告|被申请人|被处罚人|受送达人|姓名|不动产权证|房产证|\bname\b|idcard|mobile|"
    r"当事人:[\u4e00-\u9fff·]{2,4}[,;(]"
)
_OFFICE_LABEL = re.compile(r"(?:办公|单位|机构|注册|经营|生产|项目|受理|办理|报名|公司|企业|机关|窗口|建设|营业|"
                           r"会议|活动|集合|工作|office|company)[^,。;\n]{0,4}$")
_FREE = re.compile(
    rf"(?:村|屯|庄|寨|社区|路|街|巷|道|小区|园|苑|城|庭|府|湾|家园|公寓|名苑|新村|花园|大厦|里|"
    rf"胡同)(?P<d>(?:{_N}号院?)?[\u4e00-\u9fff]{{0,8}}?{_N}(?:号楼|栋|幢|座|#楼|#)\s?"
    rf"(?:{_N}单元)?(?:[\s-]?{_N}(?:室|号|房|户)|-[0-9]{{3,4}}))"
    rf"|(?:村|屯|庄|寨)(?:委会)?(?P<g>{_N}(?:村民小?组|组|社|队){_N}号)"
)
_NO_HOME = re.compile(
    r"(?:办公|单位|经营|注册|项目|报名|受理|机构|窗口|房源|标的|招租|拍卖|出让)[^,。;\n]{0,30}$"
)
_ENGLISH_PERSON = re.compile(r"applicant|home|resid|lives?|living|his|her|name")
_WHY = "住址中的门牌、组号等细节，可定位到个人住所。"
_ENGLISH = re.compile(
    r"(?:home address|residential address|address|residing at|resides at|lives? (?:at|in)|living "
    r"at)[\s:]{1,3}(?:is )?"
    r"((?:(?:no\.?|room|rm\.?|unit|apt\.?|building|bldg\.?|flat|group|block|"
    r"house)\s?#?\s?[a-z]?-?\d+[a-z]?(?:-\d+)*|\d+(?:-\d+)*)"
    r"(?:,?\s(?:(?:no\.?|room|rm\.?|unit|apt\.?|building|bldg\.?|flat|group|block|"
    r"house)\s?#?\s?[a-z]?-?\d+[a-z]?(?:-\d+)*))*)"
)
_ENGLISH_ORGAN = re.compile(
    r"[^;。\n]{0,80}\b(?:government|bureau|office|cent(?:er|re)|committee|co\.|ltd|company|hotel|school|hospital|court)\b"
)


def detail(page: Page, start: int, end: int) -> tuple[int, int] | None:
    """The offsets of the first detailed part in an address up to its last house or room number."""
    found = list(_DETAIL.finditer(page.low, start, end))
    if not found:
        return None
    last = found[-1].end()
    while last < end and (page.low[last].isdigit() or page.low[last] in "-室房户号"):
        last += 1
    side = re.compile(r"[东西南北中左右]{1,2}(?:户|侧|屋|间|单元)").match(page.low, last, end)
    last = side.end() if side else last
    return found[0].start(), last


def _labelled(page: Page) -> Iterator[Hit]:
    for label in _LABEL.finditer(page.low):
        body = _ADDRESS.match(page.low, label.end())
        found = body and detail(page, body.start(), _stop(page, body))
        if found and not _of_office(page, label, found[1]):
            yield Hit(*found, "ADDRESS", _WHY, True, 3)


def _stop(page: Page, body: re.Match) -> int:
    """An address ends where another sentence part begins."""
    other = re.search(r"\s{2}|\s(?=\S*(?:电话|身份|手机|邮编|联系))|电话|身份证|邮编|手机|\((?=经营|办公)|的(?!士)|"
                      r"因|于\d", body[0])
    return body.start() + other.start() if other else body.end()


def _of_office(page: Page, label: re.Match, end: int) -> bool:
    before = page.before(label.start(), 60)
    if _OFFICE_LABEL.search(before) or _BUSINESS_AFTER.match(page.after(end, 16)):
        return True
    if re.match(r"\([^()\n]{0,14}(?:经营|办公|中心|大厅|局|窗口|单位)", page.after(end, 20)):
        return True
    if not _WEAK.match(label[0]):
        return False
    near = page.low[max(0, label.start() - 110):label.start()]
    persons = [match.end() for match in _PERSON.finditer(near)]
    organs = [match.end() for match in ORGAN.finditer(near)]
    return not persons or (bool(organs) and (organs[-1] > persons[-1] or label[0].startswith("住所")))


def _columns(page: Page) -> Iterator[Hit]:
    for cell, table in page.cells(_HEADER):
        if re.search(r"办公|单位|经营|注册|项目|机构|公司", cell.header) or not table.persons:
            continue
        found = detail(page, cell.start, cell.end)
        if found:
            yield Hit(*found, "ADDRESS", _WHY, True, 3)


def _free(page: Page) -> Iterator[Hit]:
    for match in _FREE.finditer(page.low):
        group = "d" if match["d"] else "g"
        line = page.low[max(0, match.start() - 60):match.start()]
        if _NO_HOME.search(line) or re.match(
                r"\s?\(?(?:经营|办公)|[^,。;\n]{0,6}(?:会议室|办公室|窗口|大厅|报告厅)", page.after(match.end(), 14)):
            continue
        if ("地址" in line and not _PERSON.search(line)) or ORGAN.search(page.low, match.start(), match.end()):
            continue
        yield Hit(*match.span(group), "ADDRESS", _WHY, False, 2)


def _english(page: Page) -> Iterator[Hit]:
    for match in _ENGLISH.finditer(page.low):
        personal = _ENGLISH_PERSON.search(page.before(match.start(), 60) + match[0])
        if re.search(r"office|company|business|registered", page.before(match.start(), 12)):
            continue
        if personal or not _ENGLISH_ORGAN.match(page.low, match.end()):
            yield Hit(*match.span(1), "ADDRESS", _WHY, False, 2)


def _find(page: Page) -> Iterator[Hit]:
    yield from _labelled(page)
    yield from _columns(page)
    yield from _free(page)
    yield from _english(page)


DETECTOR = Detector("address", _find, (
    "住", "地址", "坐落", "户籍", "户口", "村", "送达",
    "小区", "单元", "门牌", "addr", "resid", "live", "living", "jtzz", "号楼", "栋", "幢",
))
