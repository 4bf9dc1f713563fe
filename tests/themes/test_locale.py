"""The translations: complete, compiled, and without contradictions."""

import pytest
from babel.messages.mofile import read_mo

from themes import locale

ROOT = locale.HERE.parents[1]


def test_every_text_of_templates_and_code_has_english(monkeypatch):
    texts = locale.used(ROOT)  # reading all of it takes long
    monkeypatch.setattr(locale, "used", lambda root: texts)
    assert locale.missing(ROOT) == {}
    assert {"themes/default/templates/frame/footer.pt", "portal/paging.py"} <= set(texts.values())


@pytest.mark.parametrize(("language", "domain"), list(locale.domains()))
def test_compiled_catalogue_is_that_of_the_files(language, domain):
    """If this fails: python -m themes.locale"""
    with locale.compiled(language, domain).open("rb") as stream:
        read = {message.id: message.string for message in read_mo(stream) if message.id}
    assert read == {message.id: message.string for message in locale.merged(language, domain) if message.id}


def test_placeholders_are_kept():
    for message in locale.merged("en", locale.DOMAIN):
        if message.id:
            assert set(placeholders(message.id)) == set(placeholders(message.string)), message.id


def placeholders(text: str) -> list[str]:
    return [piece.split("}")[0] for piece in text.split("${")[1:]]


def test_contradiction_between_files_is_named(tmp_path, monkeypatch):
    folder = tmp_path / "en" / "gongkai"
    folder.mkdir(parents=True)
    for file, english in (("a.po", "Home"), ("b.po", "House")):
        (folder / file).write_text(f'msgid "首页"\nmsgstr "{english}"\n', "utf-8")
    monkeypatch.setattr(locale, "HERE", tmp_path)
    with pytest.raises(locale.Conflict, match=r"a\.po 和 b\.po"):
        locale.merged("en", "gongkai")


def test_missing_english_is_found(tmp_path):
    page = tmp_path / "themes" / "page.pt"
    page.parent.mkdir()
    page.write_text('<p i18n:domain="gongkai" i18n:translate="">还没有人翻译的话</p>', "utf-8")
    assert locale.missing(tmp_path) == {"还没有人翻译的话": "themes/page.pt"}
