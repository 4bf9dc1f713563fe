"""Icons, one SVG file each in a theme's `icons/`, put into the page so that they take the text's colour."""

from __future__ import annotations

import re
from functools import cache

import themes

OUTER = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)


class Svg(str):
    """Markup that templates insert as it is."""

    def __html__(self) -> str:
        return self


@cache
def icon(name: str, theme: str = "default") -> Svg:
    """The icon as inline markup, hidden from screen readers: the word beside it says the same.

    Raises LookupError for an icon that no theme has.
    """
    for folder in themes.folders(theme, "icons"):
        file = folder / f"{name}.svg"
        if file.is_file():
            inner = OUTER.search(file.read_text("utf-8"))
            if inner is None:
                raise LookupError(f"图标文件 {file} 里没有 <svg>")
            return Svg(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{inner[1]}</svg>')
    raise LookupError(f"没有名为“{name}”的图标；请在 themes/default/icons/ 里加一个 {name}.svg")
