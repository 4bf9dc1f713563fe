"""ZIP archives: every file in them made anew by its own format, names looked through too; what cannot be is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from content.privacy.renditions.detect import check_size, format_of, sniff, split_name
from content.privacy.renditions.model import Box, Built, Choices, Finding, Inspection, Refused, Source
from content.privacy.renditions.packs import Pack, write_pack
from content.privacy.renditions.script import Script

_MEDIA_TYPE = "application/zip"
_WHERE = "压缩包里的文件名"
_JPEG = (".jpeg", ".jpe", ".jfif")
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)", re.IGNORECASE)


@dataclass(frozen=True)
class _Member:
    """A file of an archive: its name there, the name it is to have without its ending, its octets."""

    name: str
    shown: str
    source: Source

    def told(self, reason: Refused) -> Refused:
        return Refused(reason.code, f"压缩包里的“{self.shown}”：{reason.reason}")

    def choices(self, choices: Choices) -> Choices:
        """Boxes drawn in this member, by the names that its pictures have there."""
        lead = f"{self.name}/"
        own = tuple(Box(each.picture.removeprefix(lead), each.left, each.top, each.right, each.bottom)
                    for each in choices.boxes if each.picture.startswith(lead))
        return replace(choices, boxes=own)


class ZipFormat:
    """Archives. `Picture.name` is the member, a slash and its name there."""

    name = "zip"

    def recognises(self, source: Source) -> bool:
        try:
            return source.data.startswith(b"PK") and sniff(source.data) == "zip"
        except Refused:
            return False

    def inspect(self, source: Source, choices: Choices) -> Inspection:
        script = _names(_opened(source, choices))
        parts = [(each, _inspected(each, choices)) for each in _members(source, choices)]
        findings = [*script.findings(choices), *(_moved(member, found) for member, inner in parts
                                                 for found in inner.findings)]
        pictures = [replace(each, name=f"{member.name}/{each.name}", where=_within(member, each.where))
                    for member, inner in parts for each in inner.pictures]
        return Inspection("zip", tuple(findings), tuple(_within(member, each) for member, inner in parts
                                                        for each in inner.hidden),
                          tuple(dict.fromkeys(("metadata", *(each for _, inner in parts for each in inner.removed)))),
                          tuple(pictures), tuple(each for _, inner in parts for each in inner.secrets))

    def build(self, source: Source, choices: Choices) -> Built:
        made: dict[str, bytes] = {}
        texts, removed, changed = [], ["metadata"], any(map(_JUNK.search, _opened(source, choices)))
        for member in _members(source, choices):
            built = _built(member, choices)
            name = _free(member.shown, _ending(member.name, built.suffix), made)
            made[name] = built.data
            texts += [name, built.text]
            removed += built.removed
            changed |= built.changed or name != member.name
        return Built(write_pack(made), "zip", _MEDIA_TYPE, ".zip", "\n".join(texts), tuple(dict.fromkeys(removed)),
                     changed)


def _opened(source: Source, choices: Choices) -> Pack:
    check_size(source, choices.limits)
    pack = Pack.open(source, choices.limits)
    if not any(not _JUNK.search(name) for name in pack):
        raise Refused("damaged", "压缩包里没有文件：请检查后重新上传")
    return pack


def _names(pack: Pack) -> Script:
    """The names of an archive, with their folders, without their endings."""
    script = Script()
    for name in pack:
        script.add(split_name(name)[0], name, _WHERE, dropped=bool(_JUNK.search(name)))
        script.gap("\n")
    return script


def _members(source: Source, choices: Choices) -> Iterator[_Member]:
    """The files of an archive one after the other; what they unfold to counts together."""
    pack = _opened(source, choices)
    shown = _names(pack).edits(choices)
    for name in pack:
        if not _JUNK.search(name):
            inner = Source(pack.read(name), name.rpartition("/")[2], source.depth + 1)
            yield _Member(name, shown.get(name, split_name(name)[0]), inner)


def _inspected(member: _Member, choices: Choices) -> Inspection:
    try:
        return format_of(member.source, choices.limits).inspect(member.source, member.choices(choices))
    except Refused as reason:
        raise member.told(reason) from None


def _built(member: _Member, choices: Choices) -> Built:
    try:
        return format_of(member.source, choices.limits).build(member.source, member.choices(choices))
    except Refused as reason:
        raise member.told(reason) from None


def _moved(member: _Member, found: Finding) -> Finding:
    picture = f"{member.name}/{found.picture}" if found.picture else ""
    return replace(found, where=_within(member, found.where), picture=picture)


def _within(member: _Member, words: str) -> str:
    return f"“{member.shown}”{words}"


def _ending(name: str, built: str) -> str:
    """The ending that a member keeps, or the one of what was built where that is something else."""
    own = split_name(name)[1]
    return own if own.lower() == built or (built == ".jpg" and own.lower() in _JPEG) else built


def _free(stem: str, suffix: str, taken: dict[str, bytes]) -> str:
    """A name that no other member has."""
    there = {each.casefold() for each in taken}
    number, name = 1, stem + suffix
    while name.casefold() in there:
        number += 1
        name = f"{stem}({number}){suffix}"
    return name


FORMAT = ZipFormat()
