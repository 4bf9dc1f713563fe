"""A file from one end to the other: typed, inspected, built anew as was decided, and read again before it goes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from content import privacy
from content.privacy.kinds import Decision
from content.privacy.renditions.detect import format_of, split_name
from content.privacy.renditions.model import Built, Choices, Cleaned, Finding, Inspection, Refused, Source
from content.privacy.renditions.script import Script
from content.privacy.renditions.traces import telling
from content.privacy.renditions.verifier import verify

FILE_NAME, SHOWN = "文件名", "公开版的文字"


def inspect(source: Source, choices: Choices) -> Inspection:
    """What is in a file, its name included. Raises `Refused`."""
    found = format_of(source, choices.limits).inspect(source, choices)
    script = _name_script(source.name)
    return replace(found, findings=(*script.findings(choices), *found.findings),
                   secrets=tuple(dict.fromkeys((*script.secrets, *found.secrets))))


def clean(source: Source, choices: Choices, *, unattended: bool = False) -> Cleaned:
    """The rendition of a file. Raises `Refused`, also where it bears a mark of a state secret (Art. 14), where nobody
    will look (`unattended`) at pictures that no program can vouch for, and where the last look finds something."""
    inspection = inspect(source, choices)
    _refuse_secret(inspection.secrets)
    if unattended and inspection.unread:
        places = "、".join(dict.fromkeys(each.where for each in inspection.unread))
        raise Refused("statement", f"{places}里的文字不能可靠识别，须有人看过并作出说明：请在后台上传，由审核人核对")
    decided = replace(choices, everywhere={**choices.everywhere, **cut_values(inspection.findings, choices)})
    built = format_of(source, choices.limits).build(source, decided)
    _refuse_secret(mark.value for mark in privacy.looks_secret(built.text))
    if late := _come_to_light(inspection, built, decided):
        inspection = replace(inspection, findings=(*inspection.findings, *late))
        decided = replace(decided, everywhere={**decided.everywhere, **cut_values(late, decided)})
        built = format_of(source, choices.limits).build(source, decided)
    if problems := verify(inspection.findings, built, decided):
        raise Refused("unclean", "；".join(problems) + "：没有生成公开版，请在原文件里删去这些内容后重新上传")
    return Cleaned(built, inspection, public_name(source.name, built.suffix, decided))


def _come_to_light(inspection: Inspection, built: Built, choices: Choices) -> list[Finding]:
    """What is found in the finished text alone: some numbers are what they are only beside their new neighbours."""
    known = {(each.kind, each.normal) for each in inspection.findings}
    script = Script()
    script.add(built.text, SHOWN, SHOWN)
    return [each for each in script.findings(choices) if (each.kind, each.normal) not in known and telling(each.normal)]


def cut_values(findings: Iterable[Finding], choices: Choices) -> dict[str, str]:
    """Normal form -> kind of what must stand nowhere in the rendition."""
    return {each.normal: each.kind for each in findings
            if choices.decision(each.kind, each.normal) is not Decision.keep and telling(each.normal)}


def public_name(name: str, suffix: str, choices: Choices) -> str:
    """A file name with what must not be seen cut out of it, and the ending of what was built."""
    stem = split_name(name)[0]
    return (_name_script(name).edits(choices).get(FILE_NAME, stem).strip() or "附件") + suffix


def _name_script(name: str) -> Script:
    script = Script()
    script.add(split_name(name)[0], FILE_NAME, FILE_NAME)
    return script


def _refuse_secret(marks: Iterable[str]) -> None:
    if found := "、".join(dict.fromkeys(marks)):
        raise Refused("secret", f"文件里有密级标志（{found}）：涉密文件不得公开，请核对后停止公开或换用不涉密的文件")
