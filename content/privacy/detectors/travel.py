"""Knows travel documents: passports 护照 and permits for Hong Kong, Macau and Taiwan 通行证, by shape and label."""

import re
from collections.abc import Iterator

from content.privacy.detectors._labelled import GLUE, SEP, Detector, Labelled
from content.privacy.page import Hit, Page

_D = SEP + r"\d"
_PASSPORT_SHAPE = (
    rf"(?<![a-z0-9])(?:e(?:{_D}|{SEP}[a-hj-np-z])(?:{_D}){{7}}|g(?:{_D}){{8}}|1[45](?:{_D}){{7}}|"
    rf"[dsp]e(?:{_D}){{7}}|[dsp](?:{_D}){{7}})"
    r"(?![a-z0-9])"
)
_PERMIT_SHAPE = (
    rf"(?<![a-z0-9])(?:[hm](?:{_D}){{8}}(?:{_D}{_D})?|c{SEP}[a-hj-np-z0-9](?:{_D}){{7}}|w(?:{_D}){{8}}|"
    rf"l(?:{_D}){{8}}|t(?:{_D}){{8}})"
    r"(?![a-z0-9])"
)
_PASSPORT_WHY = "护照号码，属于个人身份信息。"
_PERMIT_WHY = "港澳台通行证件号码，属于个人身份信息。"
_NEAR = re.compile(r"护照|证件|出入境|出国|出境|身份|passport|姓名")
_NEAR_PERMIT = re.compile(r"通行证|回乡证|港澳|台胞|台湾|大陆|内地|证件|香港|澳门|permit|居民")

_by_label = (
    Labelled(
        "PASSPORT", _PASSPORT_WHY, r"护照|passport|huzhao",
        r"(?=[a-z\d -]*\d{3})[a-z]{0,2}[ -]?\d(?:[ -]?[a-z\d]){5,9}(?![a-z\d*])",
    ),
    Labelled(
        "HKMO_PERMIT", _PERMIT_WHY,
        r"通行证|回乡证|台胞证|台湾居民[^,。;\n\d]{0,12}证|港澳居民[^,。;\n\d]{0,12}证|home[ -]return permit|"
        r"travel permit|mtp",
        r"(?=[a-z\d -]*\d{4})[a-z]{0,2}[ -]?\d(?:[ -]?\d){6,9}(?:\(?[a-z]\)?)?(?![a-z\d*])",
    ),
    Labelled("PASSPORT", "签证号码，属于个人身份信息。", r"签证(?=号|编号)|visa(?= no| number)",
             r"[a-z]?\d{7,9}(?!\d)"),
    Labelled("PASSPORT", _PASSPORT_WHY, r"证件号|证照号|证件编号|id[ _-]?no", _PASSPORT_SHAPE),
    Labelled("HKMO_PERMIT", _PERMIT_WHY, r"证件号|证照号|证件编号|id[ _-]?no", _PERMIT_SHAPE),
    Labelled("FOREIGN_ID", "外国人永久居留身份证号码，属于个人身份信息。", r"永久居留[^,。;\n\d]{0,6}证|permanent "
        r"resid[a-z]*[^,.;\n\d]{0,12}", r"[a-z]{3}\d{12}(?!\d)|9\d{17}(?!\d)"),
)


def _by_shape(page: Page) -> Iterator[Hit]:
    for kind, shape, near, why in (
        ("PASSPORT", _PASSPORT_SHAPE, _NEAR, _PASSPORT_WHY), ("HKMO_PERMIT", _PERMIT_SHAPE, _NEAR_PERMIT, _PERMIT_WHY),
    ):
        for match in re.finditer(shape, page.values):
            announced = match[0][0].isalpha() and near.search(page.before(match.start(), 30))
            named = re.search(f"证件号{GLUE}$", page.before(match.start()))
            if announced and (named or not page.other_number(*match.span())):
                yield Hit(*match.span(), kind, why, False, 2)


def _find(page: Page) -> Iterator[Hit]:
    for labelled in _by_label:
        yield from labelled(page)
    yield from _by_shape(page)


DETECTOR = Detector(
    "travel", _find, ("护照", "签证号", "visa",
                      "通行证", "回乡证", "台胞", "台湾居民", "港澳", "证件", "证照", "passport",
                      "permit", "居留", "resid", "huzhao", "id no", "id_no", "idno", "出国", "出境"),
)
