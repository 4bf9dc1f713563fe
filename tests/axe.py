"""axe-core, run in a page: which barriers it finds, on a wide and on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "browser" / "vendor" / "axe.min.js"
# axe-core 4.14.1, MPL 2.0; a devDependency of package.json, copied so that the tests need no npm.
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
         "resultTypes": ["violations"]}
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
_SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"  # resize was heard
_FOUND = """rules => axe.run(document, rules).then(result => result.violations.map(
  each => each.id + ': ' + each.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ')))"""


def barriers(window: Any, sizes: Iterable[dict[str, int]] = (DESKTOP, PHONE)) -> list[str]:
    """What is wrong with the page in a window: violations that axe finds, and scrolling sideways."""
    window.evaluate(SOURCE.read_text("utf-8"))
    wrong = []
    for size in sizes:
        window.set_viewport_size(size)
        window.evaluate(_SETTLED)
        wrong += [f"{size['width']} {each}" for each in window.evaluate(_FOUND, RULES)]
        wide = window.evaluate("document.documentElement.scrollWidth")
        wrong += [f"{size['width']} scrolls sideways: {wide}"] if wide > size["width"] else []
    window.set_viewport_size(DESKTOP)
    return wrong
