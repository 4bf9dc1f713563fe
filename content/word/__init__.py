"""Word files (.docx) as texts to go on writing: what a reader of the page sees, as HTML, with what it says of itself.

Nothing hidden is taken along, and whatever is left behind is named to the editor. Reading goes in steps: `parts`
opens the package, `reading` finds what is visible, `outline` says what each paragraph is, `metadata` what the
document says of itself, and `page` sets the rest as HTML. `run` in `content.word.running` does all this in a process
of its own; whoever has a file from outside calls that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from content.privacy import looks_secret, sanitise_html
from content.privacy.renditions.model import Limits, Refused, Source
from content.privacy.renditions.packs import damaged
from content.word import making, metadata, page
from content.word.names import name
from content.word.outline import OUTSIDE, Line, Role, roles
from content.word.parts import Parts
from content.word.reading import Block, Picture, Reader, words

_PLACEHOLDER = re.compile(r'<img\b[^>]*?src="word:(\d+)"[^>]*>')
_ADDED = re.compile(r"[\s_\-]*(?:[(（][^()（）]*[)）]|[定终初]稿|最终版|副本|修改稿?|发文稿|v?\d+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class WordText:
    """A text read from a Word file. `body` is HTML for `placed`, pictures in it are `<img src="word:1" alt="…">`.

    `data` are proposals of metadata by the names of `content.types`; `hidden` sentences, Chinese, about what was not
    taken over; `messages` what else the editor should look at.
    """

    title: str
    body: str
    data: dict[str, str]
    pictures: tuple[Picture, ...] = ()
    hidden: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


def read_word(data: bytes, file_name: str, limits: Limits | None = None) -> WordText:
    """The text of a .docx file. Raises `Refused`: legacy, encrypted, damaged, misnamed, large, secret."""
    limits = limits or Limits()
    try:
        reader = Reader(Parts(Source(data, file_name), limits), limits)
        _refuse_secret(reader.parts)
        blocks = reader.body()
        reader.outside()
        return _text(reader, blocks, file_name)
    except (RecursionError, MemoryError):
        raise damaged("Word文件的结构") from None


def placed(body: str, addresses: Mapping[int, str]) -> str:
    """`body` fit to be kept: its pictures at their addresses, those without one left out."""
    def place(match: re.Match) -> str:
        address = addresses.get(int(match[1]))
        return match[0].replace(f"word:{match[1]}", address) if address else ""
    return sanitise_html(_PLACEHOLDER.sub(place, body))


def _text(reader: Reader, blocks: list[Block], file_name: str) -> WordText:
    lines = [block.line for block in blocks]
    found = roles(lines)
    _note_outside(reader, lines, found)
    shown = [_written(block, role) for block, role in zip(blocks, found, strict=True) if role not in OUTSIDE]
    notes = {kind: made for kind in ("footnotes", "endnotes") if (made := reader.notes(kind))}
    pictures = tuple(reader.pictures.values())
    small = making.package(shown, notes, reader.links, (each.id for each in pictures))
    title = metadata.title(lines, found)
    return WordText(title or _from_name(file_name), page.convert(small), metadata.proposals(lines, found), pictures,
                    reader.left.sentences, (*_messages(lines, title, pictures), *reader.left.doubts))


def _written(block: Block, role: Role):
    if block.element is not None:
        return block.element
    style = "bullet" if block.line.listed else "" if role is Role.TEXT else role.value
    return making.paragraph(block.nodes, style)


def _note_outside(reader: Reader, lines: list[Line], found: list[Role]) -> None:
    for line, role in zip(lines, found, strict=True):
        if role in (Role.MARK, Role.ORGAN, Role.NUMBER):
            reader.left.note("head", line.text)
        elif role is Role.IMPRINT:
            reader.left.note("imprint", line.text)


def _messages(lines: list[Line], title: str, pictures: tuple[Picture, ...]) -> list[str]:
    said, closed = metadata.openness(lines)
    found = []
    if not title:
        found.append("没有认出标题，暂用文件名，请改正")
    if closed:
        found.append(f"文件上写着“{said}”：请先核对能不能向社会公开")
    elif said:
        found.append(f"文件上写着“{said}”")
    without = sum(not each.alt for each in pictures)
    if without:
        found.append(f"{without}张图片还没有替代文字，公开前要写明图上是什么")
    return found


def _refuse_secret(parts: Parts) -> None:
    """Marks of state secrets anywhere, in headers and hidden text too (保守国家秘密法 Art. 17, 条例 Art. 14)."""
    members = (parts.main, *parts.related("header"), *parts.related("footer"))
    for member in members:
        text = "\n".join(words(each, deleted=True) for each in parts.xml(member).iter(name("w:p")))
        if marks := looks_secret(text):
            raise Refused("secret", f"文件有密级标志（{marks[0].value}）：涉密文件不得在联网的系统里处理；"
                                    "已经解密的，请去掉标志、接受修订后再导入")


def _from_name(file_name: str) -> str:
    """A title for want of a better one: the name of the file without its suffix and what hands add to it."""
    stem = PurePath(file_name.replace("\\", "/")).stem.strip()
    shorter = _ADDED.sub("", stem)
    return (shorter or stem)[:100]
