"""Icons are found by name, safe to insert, and complete for what the templates use."""

import re

import pytest

import themes
from themes.icons import icon

USED = re.compile(r"""\bicon\(\s*['"]([a-z-]+)['"]""")


def test_icon_is_markup_that_screen_readers_skip():
    markup = icon("search")
    assert markup.startswith('<svg class="icon"') and 'aria-hidden="true"' in markup
    assert markup.__html__() == markup


def test_unknown_icon_is_refused_with_its_name():
    with pytest.raises(LookupError, match="no-such-icon"):
        icon("no-such-icon")


def test_every_icon_of_every_template_is_there():
    for path in themes.HERE.rglob("templates/**/*.pt"):
        for name in USED.findall(path.read_text("utf-8")):
            assert icon(name), path


def test_every_icon_file_reads():
    for path in themes.HERE.glob("default/icons/*.svg"):
        assert "<path" in icon(path.stem) or "<circle" in icon(path.stem)


def test_a_theme_that_is_not_here_is_refused():
    with pytest.raises(LookupError, match="可用的有"):
        themes.folders("no-such-theme", "templates")


def test_a_theme_falls_back_to_default(tmp_path, monkeypatch):
    (tmp_path / "default" / "icons").mkdir(parents=True)
    (tmp_path / "large" / "icons").mkdir(parents=True)
    monkeypatch.setattr(themes, "HERE", tmp_path)
    assert themes.folders("large", "icons") == (tmp_path / "large" / "icons", tmp_path / "default" / "icons")
    assert themes.folders("default", "icons") == (tmp_path / "default" / "icons",)
