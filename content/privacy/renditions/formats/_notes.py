"""What a rendition leaves out, noted while it is made: codes for programs, sentences for the editor."""

from __future__ import annotations

from dataclasses import dataclass, field

_PLACES = 6


@dataclass
class Notes:
    """`removed` in order of appearance; `hidden` by what it is, with its places; `changed` once a reader would see."""

    keep_hidden: bool = False
    removed: dict[str, None] = field(default_factory=dict)
    changed: bool = False
    _hidden: dict[tuple[str, bool], dict[str, None]] = field(default_factory=dict)

    def leave(self, code: str, what: str = "", where: str = "", *, seen: bool = True) -> None:
        """Something is left out; `what` where the editor should know, `seen` where a reader of the original could
        see it or find it by a click."""
        self.removed.setdefault(code)
        self.changed |= seen
        if what:
            self._hidden.setdefault((what, False), {}).setdefault(where)

    def hide(self, what: str, where: str = "") -> bool:
        """Something hidden: left out (True) or, where the choice is to show what is hidden, shown (False)."""
        self.changed = True
        self._hidden.setdefault((what, self.keep_hidden), {}).setdefault(where)
        if not self.keep_hidden:
            self.removed.setdefault("hidden")
        return not self.keep_hidden

    @property
    def hidden(self) -> tuple[str, ...]:
        return tuple(_sentence(what, [each for each in places if each], shown)
                     for (what, shown), places in self._hidden.items())


def _sentence(what: str, places: list[str], shown: bool) -> str:
    named = "、".join(places[:_PLACES]) + (f"等{len(places)}处" if len(places) > _PLACES else "")
    return f"{what}{f'（{named}）' if named else ''}，{'公开版中照样显示' if shown else '公开版中已去除'}"
