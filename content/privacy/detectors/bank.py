"""Knows bank cards 银行卡 (Luhn) and personal accounts by their label; accounts of organs must stay."""

import re
from collections.abc import Iterator

from content.privacy.checks import luhn_valid, uscc_valid
from content.privacy.detectors._labelled import Detector, Labelled, digits_value
from content.privacy.lookalikes import ORGAN, PUBLIC_ACCOUNT
from content.privacy.page import Hit, Page, Run

_LABELS = (
    r"账号|账户|卡号|一卡通|银行卡|存折|社保卡|社会保障卡|惠农卡|开户行[^,。;\n\d]{0,20}|工资卡|储蓄卡|卡\(折\)号|"
    r"折号|收款卡|打款|"
    r"(?:bank|account|acct|card)[ _-]?(?:card|account|acct|no|num(?:ber)?|id)?|yhkh|yhzh|yinhangka|zhanghao|kahao"
)
_NOT = re.compile(r"(?:id|identity)[ _-]?card|身份|微信|qq|公众|支付宝|抖音|微博|证书?号")
_CARD = re.compile(r"(?=((?:62|60|4\d|5[1-5]|3[4-7]|9[0-8]|68|69)\d{11,17}))")
_TIDY = {(16,), (17,), (18,), (19,), (4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 4, 4, 4, 1), (4, 4, 4, 7), (6, 13), (6, 10),
         (4, 12), (4, 15),
         (8, 8), (4, 4, 4, 4, 2), (8, 11), (6, 4, 4, 5), (6, 4, 4, 4), (4, 4, 8), (4, 4, 11), (10, 9)}
_PERSONAL_NAME = re.compile(r"户主|村民|身份证|本人|持卡人|申请人|\d{17}[\dx]|姓名|个人账|居民")
_WHY_CARD = "符合银行卡号规则（校验位正确），属于个人金融账户信息。"
_WHY_ACCOUNT = "标注为银行账号，属于个人金融账户信息。"


def _public(page: Page, start: int, end: int) -> bool:
    """Whether the account belongs to an organ or a company: the words around it say so."""
    after = page.after(end, 16)
    if re.match(r"\s?[(\[][^()\n]{0,14}(?:单位|对公|公户|公司|财政|基本户|专户)", after):
        return True
    sentence = page.sentence_before(start, 90)
    sentence = sentence.rsplit("|", 1)[-1]
    person = max((match.end() for match in _PERSONAL_NAME.finditer(sentence)), default=-1)
    near = page.before(start, 90)
    if person < 0 and (
            "\t" not in page.before(start, 6) or re.search(r"(?:^|\n)[^\t\n]{2,12}\t\s?$", page.before(start, 20))):
        return bool(PUBLIC_ACCOUNT.search(near) or _organ_named(near))
    return bool(PUBLIC_ACCOUNT.search(sentence, max(person, 0)) and _organ_named(sentence[max(person, 0):]))


def _organ_named(text: str) -> bool:
    """An organ as account holder; the name of a bank is no holder."""
    return bool(ORGAN.search(re.sub(r"[^,。;:\s]{0,14}(?:银行|信用社|农信社|农商行|信用联社|储蓄所|"
                                    r"邮政)[^,。;:\s]{0,14}", "", text)))


def _cards(page: Page, run: Run) -> Iterator[Hit]:
    for match in _CARD.finditer(run.compact):
        for last in (match.start() + size for size in (19, 18, 17, 16)):
            if last > len(run.compact) or not run.ends(last) or not run.begins(match.start()):
                continue
            number = run.compact[match.start():last]
            if "X" in number or not luhn_valid(number) or not _grouped(run, match.start(), last):
                continue
            start, end = run.span(match.start(), last)
            if uscc_valid(number) or _public(page, start, end) or _coded(page, start, end, number):
                continue
            yield Hit(start, end, "BANK_CARD", _WHY_CARD, number.startswith("62"), 5)
            break


def _grouped(run: Run, first: int, last: int) -> bool:
    """Whether the digits stand together as those of one card do; of a UnionPay card, in any groups of three or more."""
    groups = run.groups(first, last)
    loose = run.compact.startswith("62", first) and min(groups) >= 3 and run.gaps(first, last) <= {" ", "-"}
    return groups in _TIDY or loose


def _coded(page: Page, start: int, end: int, number: str) -> bool:
    labelled = re.search(rf"(?:{_LABELS})[^。;\n]{{0,12}}$", page.before(start))
    return not labelled and (not number.startswith("62") or page.other_number(start, end))


def _other(page: Page, start: int, end: int) -> bool:
    value = re.sub(r"[\W_]", "", page.plain[start:end])
    return bool(_NOT.search(page.before(start, 14))) or uscc_valid(value.upper()) or _public(page, start, end)


_labelled = Labelled(
    "BANK_CARD", _WHY_ACCOUNT, _LABELS, digits_value(9, 30), unless=_other, weight=4,
    column=lambda table, header: not re.search(r"金额|户数|公司|单位|身份|证件", header)
    and (table.persons or not any(ORGAN.search(each) or "供应商" in each for each in table.headers)),
)


def _find(page: Page) -> Iterator[Hit]:
    for run in page.runs:
        if len(run.compact) >= 16:
            yield from _cards(page, run)
    if page.runs:
        yield from _labelled(page)


DETECTOR = Detector("bank", _find)
