"""The kinds of personal data: titles, what is done with them unless an editor decides otherwise, partial masks."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """What an editor decides on a finding (domain practice: 删除、遮挡, or keep with a reason)."""

    mask = "mask"
    delete = "delete"
    keep = "keep"


def hide(value: str) -> str:
    """Every letter and digit hidden; separators stay."""
    return "".join("*" if char.isalnum() else char for char in value)


def ends(first: int, last: int) -> Callable[[str], str]:
    """A mask that leaves so many letters and digits at either end, and never half of the value."""

    def mask(value: str) -> str:
        places = [index for index, char in enumerate(value) if char.isalnum()]
        if first + last >= len(places) - 2:
            return hide(value)
        shown = {*places[:first], *places[len(places) - last:]} if last else set(places[:first])
        return "".join("*" if char.isalnum() and index not in shown else char for index, char in enumerate(value))

    return mask


def _id_card(value: str) -> str:
    """First six and last four; a 15-digit number keeps three; a disability card nothing after digit 14."""
    size = sum(char.isalnum() for char in value)
    return ends(6, 3 if size == 15 else 0 if size > 18 else 4)(value)


def _mobile(value: str) -> str:
    code = re.match(r"\s*(?:\+?\s*86|0086)[\s-]*(?=1)", value)
    lead = code.end() if code else 0
    return value[:lead] + ends(3, 4)(value[lead:])


def _home_phone(value: str) -> str:
    area = re.match(r"\(?0(?:10|2\d|[3-9]\d\d)\)?[\s-]*", value)
    lead = area.end() if area else 0
    return value[:lead] + ends(0, 3)(value[lead:])


def _plate(value: str) -> str:
    return ends(3, 1)(value)


def _email(value: str) -> str:
    local, at, domain = value.partition("@")
    return local[:1] + "***" + at + domain if at and len(local) > 1 else hide(value)


@dataclass(frozen=True)
class Kind:
    """One kind of personal data. ``partial`` gives the partial mask of a value (domain facts 6.2)."""

    code: str
    zh: str
    en: str
    partial: Callable[[str], str] = hide
    action: Decision = Decision.mask


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("ID_CARD", "居民身份证号", "resident identity number", _id_card),
        Kind("FOREIGN_ID", "外国人永久居留身份证", "foreign permanent resident card", ends(1, 4)),
        Kind("PASSPORT", "护照号", "passport", ends(1, 3)),
        Kind("HKMO_PERMIT", "港澳台通行证号", "Hong Kong, Macau or Taiwan travel permit", ends(1, 2)),
        Kind("MILITARY_ID", "军人证件号", "military identity paper"),
        Kind("STUDENT_ID", "学籍号", "student number"),
        Kind("BIRTH_CERT", "出生医学证明编号", "birth certificate", ends(0, 3)),
        Kind("MEDICAL_NO", "病历或就诊编号", "medical record number"),
        Kind("DRIVER_FILE", "驾驶证档案编号", "driver file number"),
        Kind("HOUSEHOLD_NO", "户口簿编号", "household register number"),
        Kind("MOBILE", "手机号码", "mobile phone", _mobile),
        Kind("HOME_PHONE", "住宅电话", "home phone", _home_phone),
        Kind("BANK_CARD", "银行卡（账）号", "bank card or account", ends(0, 4)),
        Kind("PLATE", "机动车号牌", "licence plate", _plate),
        Kind("EMAIL", "个人电子邮箱", "e-mail", _email),
        Kind("WECHAT", "微信号", "WeChat"),
        Kind("QQ", "QQ号", "QQ"),
        Kind("ADDRESS", "详细住址", "detailed address"),
        Kind("BIRTH_DATE", "出生日期", "birth date", action=Decision.delete),
        Kind("ILLNESS", "病情与健康状况", "health", action=Decision.delete),
        Kind("SENSITIVE", "敏感个人信息", "other sensitive data", action=Decision.delete),
        Kind("COORDINATES", "精确坐标", "coordinates", action=Decision.delete),
    )
}
