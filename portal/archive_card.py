"""How an archive card (政务公开档案卡) is read: the same sections for the desk, for everybody, and on paper.

A section has `rows`: labels with values, or with a `header` lines of a table. What a card does not tell is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from content.documents import REASONS
from content.late import Late
from portal.i18n import _

paper = Late("portal.paper")
STATES = {"public": _("公开"), "archived": _("已归档"), "withdrawn": _("已撤回")}
_DECISIONS = (("mask", _("遮盖")), ("delete", _("删除")), ("keep", _("保留")))


@dataclass(frozen=True)
class Section:
    """`shares` are the columns' parts of the width on paper."""

    heading: Any
    rows: tuple[tuple[Any, ...], ...]
    header: tuple[Any, ...] = ()
    shares: tuple[float, ...] = ()


def sections(card: dict[str, Any], base_url: str) -> list[Section]:
    """A whole card, or one for the public (`workflows.cards.public_card`), in the order in which it is read."""
    made = [_what(card, base_url), _when(card), _who(card), _versions(card), *_files(card), *_settled(card),
            *_endings(card), _evidence(card), *_rows(card)]
    return [section for section in made if section.rows]


def _what(card: dict[str, Any], base_url: str) -> Section:
    what = card["what"]
    return Section(_("是什么"), (
        (_("标题"), what["title"]), (_("索引号"), card["number"]), (_("文号"), what["number"]),
        (_("类型"), what["type"]),
        (_("制作单位"), what["department"]), (_("形成日期"), what["formed"]), (_("公开依据"), "；".join(card["basis"])),
        (_("网址"), base_url.rstrip("/") + card["url"])))


def _when(card: dict[str, Any]) -> Section:
    return Section(_("什么时候、在哪里公开"), (
        (_("首次公开"), moment(card["published"])), (_("最近一次公开"), moment(card["changed"])),
        (_("现在"), STATES[card["state"]]), (_("栏目"), "；".join(card["where"]["columns"])),
        (_("渠道"), "、".join(card["where"]["channels"]))))


def _who(card: dict[str, Any]) -> Section:
    if "authors" not in card:
        steps = tuple((moment(step["at"]), step["step"], step["unit"], _("已审查，可以公开") if step["cleared"] else "")
                      for step in card["steps"])
        return Section(_("谁负责"), steps, (_("时间"), _("环节"), _("单位"), _("保密审查")), (3, 4, 4, 3))
    wrote = tuple(("", _("拟稿"), unit, name, "") for name, unit in card["authors"])
    steps = tuple((moment(step["at"]), step["step"], step["unit"], step["name"],
                   "；".join(filter(None, (step["statement"], step["opinion"])))) for step in card["steps"])
    header = (_("时间"), _("环节"), _("单位"), _("人员"), _("意见"))
    return Section(_("谁拟稿、谁审查、谁公开"), wrote + steps, header, (3, 3, 3, 2, 5))


def _versions(card: dict[str, Any]) -> Section:
    rows = []
    for each in card["versions"]:
        known = each["sha256"]
        mark = known if isinstance(known, str) else known["rendition"]
        rows.append((moment(each["at"]), "、".join(each["changes"]) or _("首次公开"), each["note"], mark))
    return Section(_("历次公开的文本"), tuple(rows), (_("时间"), _("改动"), _("更正说明"), _("公开文本的SHA-256")),
                   (3, 3, 4, 5))


def _files(card: dict[str, Any]) -> Iterator[Section]:
    if "files" in card:
        rows = tuple((file["name"], file["original"], file["rendition"]) for file in card["files"])
        yield Section(_("附件"), rows, (_("名称"), _("原件的SHA-256"), _("公开版的SHA-256")), (3, 4, 4))
    else:
        rows = tuple((file["name"], file["sha256"]) for file in card["versions"][-1]["files"])
        yield Section(_("附件"), rows, (_("名称"), _("公开版的SHA-256")), (2, 3))


def _settled(card: dict[str, Any]) -> Iterator[Section]:
    rows = tuple((kind, *(counts.get(name, 0) for name, _words in _DECISIONS))
                 for kind, counts in card.get("settled", {}).items())
    yield Section(_("个人信息的处理（处）"), rows, (_("种类"), *(words for _name, words in _DECISIONS)), (4, 1, 1, 1))


def _endings(card: dict[str, Any]) -> Iterator[Section]:
    rows = [(moment(each["at"]), _("撤回"), _(REASONS[each["kind"]])) for each in card.get("withdrawals", ())]
    rows += [(moment(each["at"]), _("归档"), "") for each in card["archived"]]
    yield Section(_("撤回和归档"), tuple(sorted(rows)), (_("时间"), _("办理"), _("原因")), (3, 2, 5))


def _evidence(card: dict[str, Any]) -> Section:
    evidence = card["evidence"]
    return Section(_("证据"), (
        (_("根据日志"), _("第${n}条为止", mapping={"n": evidence["upto"]})), (_("该条的校验值"), evidence["head"]),
        (_("完整档案卡的SHA-256"), evidence.get("of", "")), (_("本卡的SHA-256"), card["sha256"])))


def _rows(card: dict[str, Any]) -> Iterator[Section]:
    listed = card["evidence"].get("rows", ())
    rows = tuple((row["seq"], moment(row["at"]), row["action"], row["hash"]) for row in listed)
    yield Section(_("日志"), rows, (_("序号"), _("时间"), _("事项"), _("校验值")), (1, 3, 3, 6))


def moment(written: str) -> str:
    """`2026-11-22T09:30:00+08:00` as it is read: `2026-11-22 09:30`."""
    return f"{dt.datetime.fromisoformat(written):%Y-%m-%d %H:%M}"


# -- on paper -----------------------------------------------------------------------------------------------------

def on_paper(card: dict[str, Any], base_url: str, organ: str, at: dt.datetime) -> bytes:
    """The card as PDF."""
    pieces = [paper.title(card["kind"])]
    for section in sections(card, base_url):
        pieces.append(paper.heading(_plain(section.heading)))
        pieces.append(paper.table(_line(section.header), map(_line, section.rows), section.shares) if section.header
                      else paper.facts((_plain(label), _plain(value)) for label, value in section.rows))
    address = base_url.rstrip("/") + card["url"].removesuffix(".html") + "/card"
    words = f"本卡由日志自动生成，不能改动。扫码查看公开的档案卡：\n{address}"
    return paper.pdf(f"{card['kind']} {card['number']}", [*pieces, paper.gap(), paper.marked(words, address)],
                     organ=organ, note=card["number"], at=at)


def _line(values: tuple[Any, ...]) -> list[str]:
    return [_plain(value) for value in values]


def _plain(words: Any) -> str:
    """Cards on paper are Chinese: the text as it is written in the source, its values filled in."""
    return words.interpolate() if hasattr(words, "interpolate") else str(words)
