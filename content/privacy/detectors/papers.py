"""Knows other papers of a person by their label: military, birth, school, medical and insurance numbers."""

from collections.abc import Iterator

from content.privacy.detectors._labelled import Detector, Labelled
from content.privacy.page import Hit, Page

_LABELLED = (
    Labelled(
        "MILITARY_ID", "军人证件号码，属于个人身份信息。",
        r"军官证|士兵证|军人证|文职干部证|文职人员证|警官证|武警证|士官证|义务兵证|军人保障卡|退役军人证|退伍证|"
        r"离休证|military id|officer'?s? id",
        r"[\u4e00-\u9fff]{0,4}字?第? ?\d{4,12}(?!\d)号?",
    ),
    Labelled(
        "BIRTH_CERT", "出生医学证明编号，属于未成年人个人信息。",
        r"出生医学证明|出生证明?|birth cert(?:ificate)?", r"[a-z](?:[ -]?\d){9}(?!\d)",
    ),
    Labelled("STUDENT_ID", "学籍号，属于学生个人信息。", r"学籍[主辅]?号|全国学籍|学籍编号|student (?:id|no)|"
        r"xuejihao", r"[a-z]?\d[\dx -]{6,22}[\dx](?!\d)"),
    Labelled(
        "MEDICAL_NO", "病历、就诊或参保编号，属于医疗健康信息。",
        r"病历号?|住院号|门诊号|病案号|就诊卡?号?|就诊号|健康卡号?|医保(?:编号|卡号|证号|号)|参合号|合作医疗证?号|"
        r"社保编号|社保号码?|社会保险(?:编)?号|个人参保编?号|"
        r"medical record",
        r"[a-z]{0,4}-?\d[\d-]{4,20}(?![\d年月日元%.])",
    ),
    Labelled("MEDICAL_NO", "社会保障卡卡号，属于个人社会保险信息。", r"(?:社会保障|社保)卡(?:卡号)?",
             r"[a-z]\d{8}(?!\d)"),
    Labelled("HOUSEHOLD_NO", "户口簿编号，可关联到家庭成员。", r"户口[簿本](?:户号|编号|号码?|本号)?|户籍户号",
             r"\d{6,12}(?!\d)"),
    Labelled("SENSITIVE", "婚姻登记证件字号，属于婚姻状况等敏感个人信息。", r"[结离]婚证(?:字号|号码?|编号)?",
             r"[a-z]{0,2}\d{6}-\d{4}-\d{4,8}(?!\d)"),
    Labelled("DRIVER_FILE", "驾驶证档案编号，属于个人信息。", r"驾驶证档案|驾驶证?档案编号|档案编号", r"\d{12}(?!\d)",
             unless=lambda page, start, end: "驾" not in page.before(start, 40)),
)


def _student(page: Page) -> Iterator[Hit]:
    """A student number 学籍号 is G or L before an identity number."""
    for run in page.runs:
        if len(run.compact) >= 18 and page.low[run.at[0] - 1:run.at[0]] in ("g", "l") and run.ends(18):
            start, end = run.span(0, 18)
            if not page.low[max(0, start - 2):start - 1].isascii() or start == 1 or not page.low[start - 2].isalnum():
                yield Hit(start - 1, end, "STUDENT_ID", "学籍号（含身份证号码），属于学生个人信息。", True, 11)


def _find(page: Page) -> Iterator[Hit]:
    for labelled in _LABELLED:
        yield from labelled(page)
    yield from _student(page)


DETECTOR = Detector("papers", _find)
