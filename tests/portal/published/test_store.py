"""Where published pages lie; how they are written and taken away."""

import datetime as dt
import gzip
import os

import pytest

from portal.published import copies, store
from portal.published.store import Store, place

pytestmark = pytest.mark.nodatabase
PAGE = "<p>关于供水管网改造的通知</p>".encode() * 20


@pytest.fixture
def site(tmp_path):
    return Store(tmp_path / "site")


@pytest.mark.parametrize(("path", "found"), [
    ("/", "index.html"), ("/zwgk/zcwj/", "zwgk/zcwj/index.html"), ("/zwgk/zcwj", "zwgk/zcwj/index.html"),
    ("/zwgk/zcwj/3.html", "zwgk/zcwj/3.html"), ("/doc/2026/12.html", "doc/2026/12.html"),
    ("/feeds/column/zwgk/zcwj.rss", "feeds/column/zwgk/zcwj.rss"), ("/robots.txt", "robots.txt"),
    ("/doc/2026/12/files/5/名单 (1).xlsx", "doc/2026/12/files/5/名单 (1).xlsx"),
])
def test_addresses_have_their_files(path, found):
    assert place(path) == found


@pytest.mark.parametrize("path", [
    "", "zwgk/", "//", "/..", "/../settings.toml", "/zwgk/../../x.html", "/./", "/.hidden.html", "/_errors/404.html",
    "/zwgk//zcwj/", "/zwgk/%2e%2e/", "/zwgk/政策/", "/a\\b/", "/x.html?q=1", "/x.html.gz", "/x.html.br", "/x.py",
    "/a b/", "/zwgk/\n", "/doc/2026/12.html\n", "/index.html", "/zwgk/index.html", "/x\0.html",
    "/doc/2026/12/files/5/", "/doc/2026/12/files/5/..", "/doc/2026/12/files/5/.x", "/doc/2026/12/files/5/a.csv.gz",
    "/doc/2026/12/files/5/a\\b.pdf", "/doc/2026/12/files/5/a\0.pdf", f"/doc/2026/12/files/5/{'长' * 70}.pdf",
    "/doc/2026/12/files/5/\ud800.pdf", "/doc/2026/12/files/../x", "/doc/２０２６/12/files/5/x.pdf",
])
def test_what_is_never_a_file(path, site):
    assert site.file_of(path) is None
    with pytest.raises(ValueError, match="not the address"):
        site.write(path, PAGE)


def test_a_page_is_written_once_with_its_compressed_copy(site):
    assert site.write("/zwgk/zcwj/", PAGE)
    file = site.file_of("/zwgk/zcwj/")
    copy, written = copies.copy_of(file, ".gz"), file.stat()
    assert gzip.decompress(copy.read_bytes()) == PAGE
    assert copy.stat().st_mtime_ns == written.st_mtime_ns
    assert not site.write("/zwgk/zcwj/", PAGE)
    assert file.stat().st_mtime_ns == written.st_mtime_ns and file.stat().st_ino == written.st_ino
    copy.unlink()  # as a crash would leave it
    assert not site.write("/zwgk/zcwj/", PAGE)
    assert copy.stat().st_mtime_ns == written.st_mtime_ns
    assert {each.name for each in file.parent.iterdir()} - {"index.html.br"} == {"index.html", "index.html.gz"}


def test_every_page_has_a_second_of_its_own(site):
    seconds = []
    for body in (b"2026", b"2027", b"2028"):
        site.write("/doc/2026/1.html", body)
        seconds.append(int(site.file_of("/doc/2026/1.html").stat().st_mtime))
    assert len(set(seconds)) == 3 and max(seconds) - min(seconds) <= 3


def test_no_copy_outlives_what_it_was_made_of(site, monkeypatch):
    site.write("/doc/2026/1.html", PAGE)
    file, seen = site.file_of("/doc/2026/1.html"), []
    really = os.replace

    def watched(source, target):
        seen.append((str(target).rpartition("/")[2], copies.copy_of(file, ".gz").exists()))
        really(source, target)

    monkeypatch.setattr(os, "replace", watched)
    site.write("/doc/2026/1.html", PAGE + b"!")
    assert seen[0] == ("1.html", False)
    removed = []
    really_unlink = store._unlink
    monkeypatch.setattr(store, "_unlink", lambda each: removed.append(each) or really_unlink(each))
    assert site.remove("/doc/2026/1.html")
    assert removed[:3] == [f"{file}.br", f"{file}.gz", str(file)]
    assert not list(file.parent.iterdir())
    assert not site.remove("/doc/2026/1.html")


def test_a_failure_leaves_the_old_page_and_nothing_beside_it(site, monkeypatch):
    site.write("/doc/2026/1.html", PAGE)

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        site.write("/doc/2026/1.html", b"new" * 200)
    assert site.read("/doc/2026/1.html") == PAGE
    assert not list((site.folder / store.PARTIAL).iterdir())


def test_what_ends_is_read_behind_the_doors_of_its_days(site):
    today = dt.date(2026, 11, 30)
    site.open(today, today + dt.timedelta(days=store.HORIZON + 9))
    assert len(os.listdir(site.folder / store.DAYS)) == 2 * store.HORIZON
    assert site.write("/tzgg/", PAGE, today + dt.timedelta(days=2))
    assert sorted(os.listdir(site.folder / store.DAYS)) == [
        "2026-11-29T16", "2026-11-30", "2026-11-30T16", "2026-12-01"]
    assert site.read("/tzgg/") == PAGE and list(site.paths()) == ["/tzgg/"] and not site.file_of("/tzgg/").exists()
    with open(site.name_on(today, place("/tzgg/")), "rb") as file:
        assert file.read() == PAGE
    assert site.says("/tzgg/", PAGE, today) and not site.says("/tzgg/", PAGE) and not site.says("/tzgg/", None)
    assert site.write("/tzgg/", PAGE)  # which names nothing any more that ends
    assert site.says("/tzgg/", PAGE) and list(site.paths()) == ["/tzgg/"]
    site.open(today + dt.timedelta(days=1), today + dt.timedelta(days=2))
    assert sorted(os.listdir(site.folder / store.DAYS)) == ["2026-11-30T16", "2026-12-01"]
    site.write("/tzgg/", PAGE, today + dt.timedelta(days=1))
    assert os.listdir(site.folder / store.DAYS) == [] and site.remove("/tzgg/") and site.says("/tzgg/", None)


def test_a_copy_of_something_else_is_told(site):
    site.write("/tzgg/", PAGE)
    copy = copies.copy_of(site.file_of("/tzgg/"), ".gz")
    for octets in (gzip.compress(b"old"), copy.read_bytes()[:30], b""):
        copy.write_bytes(octets)
        assert not site.says("/tzgg/", PAGE)


def test_a_copy_that_is_missing_or_of_another_date_is_told(site):
    site.write("/tzgg/", PAGE)
    copy = copies.copy_of(site.file_of("/tzgg/"), ".gz")
    os.utime(copy, ns=(0, 0))
    assert not site.says("/tzgg/", PAGE)
    copy.unlink()
    assert not site.says("/tzgg/", PAGE) and not site.write("/tzgg/", PAGE) and site.says("/tzgg/", PAGE)


def test_a_copy_that_was_left_without_its_page_is_told_and_goes(site):
    for path in ("/tzgg/", "/doc/2026/1.html"):
        site.write(path, PAGE)
        site.file_of(path).unlink()
    assert sorted(set(site.paths())) == ["/doc/2026/1.html", "/tzgg/"]
    for path in list(dict.fromkeys(site.paths())):
        assert not site.says(path, None) and site.remove(path) and site.says(path, None)
    assert list(site.paths()) == []


def test_the_pages_that_are_there(site):
    written = ["/", "/catalogue/", "/doc/2026/1.html", "/doc/2026/1/files/2/名单.csv", "/feeds/latest.rss"]
    for path in written:
        site.write(path, PAGE)
    site.write_error(404, PAGE)
    assert sorted(site.paths()) == written
    assert site.error_file(404).read_bytes() == PAGE
