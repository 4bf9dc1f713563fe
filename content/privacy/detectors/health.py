"""Knows statements on health, disability and other sensitive matters (PIPL Art. 28) set under or beside a label."""

import re
from collections.abc import Iterator

from content.privacy.detectors._labelled import Detector, Labelled
from content.privacy.page import Hit, Page
from content.privacy.tables import Table

_TEXT = r"(?![\d\s])[\u4e00-\u9fffa-z0-9·+、/ⅰ-ⅻ-]{1,30}"
_BLANK = re.compile(r"^(?:无|有|正常|健康|良好|是|否|备注|合格|不合格|_+|—+|-+|/)+$")


def _column(table: Table, header: str) -> bool:
    return table.persons and len(header) <= 16 and not re.search(r"人数|数量|比例|标准|合计|金额|科室|病床", header)


def _blank(page: Page, start: int, end: int) -> bool:
    return bool(_BLANK.match(page.low[start:end].strip()))


_HEALTH = Labelled(
    "ILLNESS", "病情、诊断或残疾情况，属于医疗健康敏感个人信息（个人信息保护法第二十八条）。", r"(?!)", _TEXT,
    weight=2, words=True,
    headers=r"病情|病种|疾病|患病|诊断|病因|健康状况|身体状况|残疾类[别型]|残疾等级|残疾级别|残疾种类|伤残|"
            r"致残原因|致贫原因|精神状况|血型|hiv|diagnosis|disease|illness|disability",
    column=_column, unless=_blank,
)
_BESIDE = Labelled(
    "ILLNESS", "病情、诊断或残疾情况，属于医疗健康敏感个人信息（个人信息保护法第二十八条）。",
    r"(?:病情诊断|病情|患病情况|疾病名称|所患疾病|患病名称|临床诊断|诊断结果|出院诊断|入院诊断|诊断|病种|"
    r"残疾类[别型]|残疾等级|残疾级别|健康状况|血型|diagnosis)(?=[\"']?[:=])|diagnosed with",
    _TEXT + r"(?![\u4e00-\u9fff])|[a-z][a-z -]{2,30}", weight=2, words=True, headers=r"(?!)",
    unless=lambda page, start, end: _blank(page, start, end) or not _person_near(page, start),
)
_OTHER = Labelled(
    "SENSITIVE", "婚育、宗教信仰、生物特征等敏感个人信息（个人信息保护法第二十八条）。", r"(?!)", _TEXT,
    weight=2, words=True,
    headers=r"婚姻|婚育|婚否|宗教信仰|孕产|生育情况|指纹|人脸|犯罪记录|religion|marital", column=_column, unless=_blank,
)
_DISEASE = re.compile(
    r"(?:因?身?患有?|罹患|确诊(?:为|患有?)?|诊断(?:为|患有?)|因)(?P<v>[\u4e00-\u9fff]{0,8}(?:癌症?|恶性肿瘤|肿瘤|"
    r"白血病|尿毒症|艾滋病|精神分裂症|抑郁症|双相情感障碍|肝炎|肺结核|"
    r"结核病|糖尿病|高血压病?|脑瘫|癫痫|肝硬化|肾衰竭|脑梗死?|心脏病|血友病|精神病|梅毒|乙肝|帕金森病?|"
    r"阿尔茨海默病|自闭症|孤独症|红斑狼疮|尘肺病?|冠心病))"
)
_PERSON = re.compile(
    r"\d{17}[\dx]|1[3-9]\d{9}|身份证|本人|我[叫是系因]|,[男女],|\([男女]|其[妻夫父母子女]|(?:村民|居民|患者|学生|"
    r"职工|户主|申请人|当事人|同志|儿童|贫困户|低保户|姓名)[:：]?"
    r"(?!应|可|的|因|有|将|需|在|和|或|及|家|等|,|。)[\u4e00-\u9fff]{2,4}"
)


def _person_near(page: Page, start: int) -> bool:
    return bool(_PERSON.search(page.before(start, 80)))


def _prose(page: Page) -> Iterator[Hit]:
    for match in _DISEASE.finditer(page.low):
        if _PERSON.search(page.sentence_before(match.start(), 60)):
            yield Hit(*match.span("v"), "ILLNESS", "文中写明了某人的病情，属于医疗健康敏感个人信息。", False, 1)


def _find(page: Page) -> Iterator[Hit]:
    for labelled in (_HEALTH, _BESIDE, _OTHER):
        yield from labelled(page)
    yield from _prose(page)


DETECTOR = Detector("health", _find, (
    "病", "诊", "残", "健康", "婚", "宗教", "血型", "患", "癌", "指纹", 
    "diagnos", "disease", "disab", "hiv", "religion",
    "marital", "身体状况", "伤", "孕", "犯罪", "illness", "致贫", "生育", "人脸",
))
