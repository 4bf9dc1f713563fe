"""Every template compiles, holds nothing that a strict CSP forbids, and can be translated."""

import re
from pathlib import Path

import pytest

import themes
from portal.templating import Page

FILES = sorted(themes.HERE.rglob("templates/**/*.pt"))
STYLES = sorted(path for path in themes.HERE.glob("*/static/*.css"))

INLINE = re.compile(
    r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|tal:attributes="[^"]*\b(?:style|on[a-z]+)\s""",
    re.IGNORECASE,
)
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def name(path: Path) -> str:
    return path.relative_to(themes.HERE).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_compiles(path):
    Page(str(path)).cook_check()  # what is compiled here need not be when a page asks for it


@pytest.mark.parametrize("path", FILES, ids=name)
def test_holds_no_inline_style_script_or_handler(path):
    source = path.read_text("utf-8")
    assert path.parent.name == "mail" or not INLINE.search(source)  # mail programs read no style sheets
    for attributes, body in SCRIPT.findall(source):
        assert "src=" in attributes and not body.strip()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_what_is_translated_stands_in_our_domain(path):
    source = path.read_text("utf-8")
    if "i18n:translate" in source or "i18n:attributes" in source or "${_(" in source:
        assert 'i18n:domain="gongkai"' in source


@pytest.mark.parametrize("path", FILES, ids=name)
def test_chinese_is_marked_for_translation(path):
    """Whatever Chinese stands outside an expression belongs to an element with i18n:translate."""
    source = re.sub(r"<!--.*?-->|\$\{(?:[^{}]|\{[^{}]*\})*\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    for tag, text in re.findall(r"<([^<>]*)>([^<>]*[\u4e00-\u9fff][^<>]*)", source):
        assert "i18n:translate" in tag, text.strip()
    for tag in re.findall(r"<[^<>]*[\u4e00-\u9fff][^<>]*>", source):
        literal = re.sub(r'tal:\w+="[^"]*"|(?:define|condition|repeat)="[^"]*"', "", tag)
        assert not re.search("[\u4e00-\u9fff]", literal) or "i18n:attributes" in tag, tag


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_styles_load_nothing_from_elsewhere(path):
    source = path.read_text("utf-8")
    assert "@import" not in source
    assert all(address.startswith("data:image/svg+xml") for address in re.findall(r"url\([\"']?([^)\"']*)", source))


def test_inline_finder_sees_what_it_forbids():
    for bad in ('<p style="x">', "<style>", '<a onclick="x()">', '<a href="javascript:x">',
                '<p tal:attributes="style x">'):
        assert INLINE.search(bad)
