"""Old Office (doc, xls, ppt), RTF, OpenDocument and binary workbooks: turned into today's format, then as that."""

from __future__ import annotations

from dataclasses import replace

from content.privacy.renditions.detect import format_of, sniff, split_name
from content.privacy.renditions.model import Built, Choices, Inspection, Refused, Source
from content.privacy.renditions.office import TARGETS, modernise


class LegacyFormat:
    """What LibreOffice turns into docx, xlsx or pptx; hidden things come along and are found there."""

    name = "legacy"

    def recognises(self, source: Source) -> bool:
        try:
            return sniff(source.data) in TARGETS
        except Refused:
            return False

    def inspect(self, source: Source, choices: Choices) -> Inspection:
        modern = _modern(source, choices)
        found = format_of(modern, choices.limits).inspect(modern, choices)
        return replace(found, format=sniff(source.data))

    def build(self, source: Source, choices: Choices) -> Built:
        modern = _modern(source, choices)
        return format_of(modern, choices.limits).build(modern, choices)


def _modern(source: Source, choices: Choices) -> Source:
    kind = sniff(source.data)
    name = f"{split_name(source.name)[0]}.{TARGETS[kind]}"
    return Source(modernise(source.data, kind, choices.limits), name, source.depth)


FORMAT = LegacyFormat()
