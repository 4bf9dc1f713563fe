"""Cutting findings out of a text: full and partial masks, names, and the record form of the command line."""

import re
from collections.abc import Iterable, Mapping

from content.privacy.kinds import KINDS, hide
from content.privacy.reading import has_markup, read, read_markup
from content.privacy.scan import Finding, scan_text

_COMPOUND = frozenset(str.split(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 "
    "公孙 慕容 仲孙 钟离 长孙 宇文 司徒 "
    "鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 "
    "东郭 南门 羊舌 微生 左丘 西门 "
    "第五"
))


def shown_value(plain: str, kind: str, style: str = "full") -> list[str]:
    """For each character of a value what may be shown of it: itself, ``*`` or nothing."""
    shown = KINDS[kind].partial(plain) if style == "partial" and kind in KINDS else hide(plain)
    return list(shown) if len(shown) == len(plain) else [shown, *[""] * (len(plain) - 1)]


def mask_value(value: str, kind: str, style: str = "full") -> str:
    """A value with its letters and digits hidden; ``partial`` shows what domain facts 6.2 allow for its kind.

    Tags inside the value stay; entities and escapes are hidden whole.
    """
    reading = read_markup(value) if has_markup(value) else read(value)
    size = len(reading.plain)
    shown = shown_value(reading.plain, kind, style)
    places = zip(reading.places(0, size), shown, strict=True)
    changed = ((*place, new) for place, new in places if new != place[2] or place[1] > place[0] + 1)
    return replace(value, ((start, end, new) for start, end, _, new in changed if end > start))


def replace(source: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Source text with slices replaced; edits come in order and do not overlap."""
    parts, last = [], 0
    for start, end, new in edits:
        if start >= last:
            parts += [source[last:start], new]
            last = end
    return "".join([*parts, source[last:]])


def mask_text(text: str, findings: Iterable[Finding], masks: Mapping[str, str] | None = None) -> str:
    """The text with every finding masked; ``masks`` maps a kind to ``full`` (default) or ``partial``."""
    styles = masks or {}
    return replace(text, ((each.start, each.end, mask_value(each.value, each.kind, styles.get(each.kind, "full")))
                          for each in findings))


def name_mask(name: str) -> str:
    """A name made unidentifiable: 张*, 李*华, 欧阳*, 买**·** (domain facts 6.2)."""
    bare = name.strip()
    if len(bare) < 2:
        return "*" * len(bare)
    if not re.match(r"[\u4e00-\u9fff]", bare) or "·" in bare:
        return bare[0] + "".join("*" if char.isalnum() else char for char in bare[1:])
    if bare[:2] in _COMPOUND and len(bare) > 2:
        return bare[:2] + "*" * (len(bare) - 2)
    return bare[0] + "*" if len(bare) == 2 else bare[0] + "*" * (len(bare) - 2) + bare[-1]


def scan_record(record: Mapping[str, str]) -> dict:
    """``{"id", "text"}`` to ``{"id", "spans": [[start, end, kind], …], "masked"}``, offsets in characters."""
    text = record["text"]
    findings = scan_text(text)
    spans = [[each.start, each.end, each.kind] for each in findings]
    return {"id": record.get("id"), "spans": spans, "masked": mask_text(text, findings)}
