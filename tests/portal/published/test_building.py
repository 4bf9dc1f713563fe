"""All pages at once, and compared: what was changed by hand is named, what an interrupted building did is not lost."""

from __future__ import annotations

import datetime as dt

import pytest

from content.documents import Document
from portal import verifying
from portal.instance import Instance
from portal.presence import Presence
from portal.published import building


def test_a_building_is_complete_and_names_what_was_tampered_with(pages, monkeypatch):
    _number, url = pages.publish(title="关于供水的通知")
    monkeypatch.setattr(building, "press_of", lambda *_args, **_more: pages.press)
    instance = Instance(pages.settings, pages.house)
    told = []
    built = building.build(instance, 1, lambda done, total: told.append((done, total)))
    assert built.written == built.pages > 20 and told[-1] == (built.pages, built.pages)
    assert pages.follow() == [] and building.check(instance, 1, lambda *_: None).differ == []
    assert not (pages.house.home / building.PROGRESS).exists()
    pages.store.write(url, b"changed by hand")
    pages.store.write("/tzgg/9.html", b"from nowhere")
    assert building.check(instance, 1, lambda *_: None).differ == [url, "/tzgg/9.html"]
    again = building.build(instance, 1, lambda *_: None)
    assert (again.written, again.removed) == (1, 1) and "供水" in pages.read(url)


@pytest.mark.parametrize(("name", "told"), [
    ("site/x.php", "site/x.php"), ("site/shell", "site/shell"), ("site/zwgk/.htaccess", "site/zwgk/.htaccess"),
    ("site/.git/config", "site/.git/"), ("site/_more/a.html", "site/_more/"),
    ("site/zwgk/_days/a.html", "site/zwgk/_days/"),
    ("site/_errors/403.html", "site/_errors/403.html"), ("site/_ending/a.php", "site/_ending/a.php"),
    ("site/_days/x", "site/_days/x"), ("site.en/catalogue/a.exe.gz", "site.en/catalogue/a.exe.gz")])
def test_what_is_no_page_is_named_and_left(pages, monkeypatch, name, told):
    monkeypatch.setattr(building, "press_of", lambda *_args, **_more: pages.press)
    instance = Instance(pages.settings, pages.house)
    building.build(instance, 1, lambda *_: None)
    file = pages.house.home / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("of somebody else")
    assert building.check(instance, 1, lambda *_: None).differ == [told]
    building.build(instance, 1, lambda *_: None)
    assert file.exists()


def test_a_link_out_of_the_folder_is_named(pages, monkeypatch):
    monkeypatch.setattr(building, "press_of", lambda *_args, **_more: pages.press)
    instance = Instance(pages.settings, pages.house)
    building.build(instance, 1, lambda *_: None)
    (pages.store.folder / "keys").symlink_to(pages.house.home / "secrets")
    (pages.store.folder / "_days" / "2026-01-01").symlink_to(pages.house.home / "secrets")
    assert building.check(instance, 1, lambda *_: None).differ == ["site/_days/2026-01-01", "site/keys"]


@pytest.mark.parametrize(("harm", "told"), [
    (lambda store: store.error_file(404).write_text("hacked"), "site/_errors/404.html"),
    (lambda store: store.error_file(503).with_name("503.html.gz").unlink(), "site/_errors/503.html"),
    (lambda store: next(iter((store.folder / "_days").iterdir())).unlink(), "site/_days"),
    (lambda store: store.shut(dt.date.min), "site/_days")])
def test_pages_shown_with_errors_and_the_doors_of_days_are_compared(pages, monkeypatch, harm, told):
    monkeypatch.setattr(building, "press_of", lambda *_args, **_more: pages.press)
    instance = Instance(pages.settings, pages.house)
    building.build(instance, 1, lambda *_: None)
    harm(pages.store)
    assert building.check(instance, 1, lambda *_: None).differ == [told]
    building.build(instance, 1, lambda *_: None)
    assert building.check(instance, 1, lambda *_: None).differ == []


def test_verify_names_documents_whose_page_is_absent_or_should_be(pages):
    instance = Instance(pages.settings, pages.house)

    def found() -> list[str]:
        with pages.house.database.reader() as session:
            return list(verifying.pages(instance, session))
    number, url = pages.publish(title="关于供水的通知")
    _number, other = pages.publish(title="关于供暖的通知")
    assert found() == []  # of a new site
    pages.follow()
    assert found() == []
    with pages.house.database.writer.begin() as session:
        pages.county.move(session, session.get_one(Document, number), "withdraw", "zhoumin", why="错了",
                          reason_kind="error")
    pages.follow()
    pages.store.write(url, b"brought back by hand")
    pages.store.remove(other)
    assert found() == [f"{other} may be read, but is not among the published pages: run build",
                       f"{url} may not be read, but is among the published pages: run build"]


class Killed(BaseException):
    pass


def kill(_done, _total):
    raise Killed


def test_an_interrupted_building_goes_on(pages, monkeypatch):
    pages.publish()
    monkeypatch.setattr(building, "press_of", lambda *_args, **_more: pages.press)
    monkeypatch.setattr(building, "CHUNK", 10)
    instance = Instance(pages.settings, pages.house)
    with pytest.raises(Killed):
        building.build(instance, 1, kill)
    assert list(Presence(pages.house.home / "run").gone()) == []  # a worker sees to its dead meanwhile
    with (pages.house.home / building.PROGRESS).open("a") as file:
        file.write('["/cut')
    told = []
    building.build(instance, 1, lambda done, total: told.append(done))
    assert told[0] == 20  # the first ten were done
    assert building.check(instance, 1, lambda *_: None).differ == []


@pytest.mark.parametrize("changed", [
    lambda pages, file: pages.settings.values.update(base_url="https://new.example"),
    lambda pages, file: file.write_text(file.read_text().removeprefix("{")), lambda pages, file: file.write_text("")])
def test_what_was_built_from_something_else_is_built_again(pages, monkeypatch, changed):
    monkeypatch.setattr(building, "press_of", lambda *_args, **_more: pages.press)
    monkeypatch.setattr(building, "CHUNK", 10)
    instance = Instance(pages.settings, pages.house)
    with pytest.raises(Killed):
        building.build(instance, 1, kill)
    changed(pages, pages.house.home / building.PROGRESS)
    told = []
    building.build(instance, 1, lambda done, total: told.append(done))
    assert told[0] == 10 and not (pages.house.home / building.PROGRESS).exists()
