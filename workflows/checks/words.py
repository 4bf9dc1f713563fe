"""Wrong words and forbidden forms (错敏词) in everything of a document that the public reads."""

from __future__ import annotations

from collections import Counter
from typing import Any

from content import wordlists
from content.house import House
from workflows.checks import Check, Shown
from workflows.checks.personal_data import words

WORST = ("forbidden", "wrong", "form")
READ = 200_000  # characters of one text


def mark(house: House, session: Any) -> str:
    return wordlists.mark(wordlists.effective(session).values())


def look(shown: Shown) -> list[dict[str, Any]]:
    """`{"word", "right", "kind", "place", "count"}`, the worst first; kinds are those of `content.wordlists.KINDS`."""
    matcher = wordlists.matcher(shown.session)
    texts = [*words(shown), ("正文", shown.rendition.text)]
    counts = Counter((hit.word, place) for place, text in texts for hit in matcher.find(text[:READ]))
    return [{"word": word.wrong, "right": word.right, "kind": word.kind, "place": place, "count": count}
            for (word, place), count in sorted(counts.items(), key=lambda each: WORST.index(each[0][0].kind))]


CHECK = Check("words", "错别字和禁用表述", mark, look)
