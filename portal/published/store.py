"""Where published pages lie, and how a page is written and taken away: files below `site/`, compressed copies beside.

| address | file below `site/` |
| --- | --- |
| `/` and `/zwgk/zcwj/` | `index.html`, `zwgk/zcwj/index.html` |
| `/zwgk/zcwj/3.html`, `/doc/2026/12.html`, `/feeds/latest.rss`, `/sitemap/2026.xml` | the same path |
| `/doc/2026/12/files/5/名单.xlsx` | the same path, the name in UTF-8 |
| `/catalogue` | `catalogue/index.html` |
| none: what is said with an error | `_errors/404.html` |

**What ends by time.** A page that names something whose period (公示期) ends must not be read past its last day,
whether or not anything of ours runs then; and a web server that sends files knows of a file nothing but its path.
So such a page does not lie in the folder itself but at the same place below `_ending/`, and is reached through the
folder of a day alone: `_days/2026-12-01/zwgk/index.html`, where `_days/2026-12-01` is a link to `_ending`. There is a
link for each of the next days before the first on which anything in `_ending` is over, and for no other: on the day
itself the door is missing. Then the application is asked, which goes through the gate, until the pages were made anew
and the links with them; where it is down as well, these pages wait for it and all others are still served. Who looks
for a page looks at its place first and then behind today's door. For a web server whose clock shows UTC, a day of
China has a second link, for its hours up to 8: `_days/2026-11-30T16`.

English pages of the portal itself lie below `site.en/` in the same way; beside the Chinese ones they are called
`en:/catalogue`. What an address may be is told by a few
patterns; whatever else is asked for has no file. A file is renamed into its place. The compressed copies go before
the page changes and come back after it, so that no copy ever says what the page no longer says. One writes at a time;
only a withdrawal may come in between.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from glob import glob
from itertools import count
from pathlib import Path

from portal.published.copies import COMPRESSORS, COPIES, means

DEFAULT = "zh"
FOLDERS = {DEFAULT: "site", "en": "site.en"}  # language -> folder of the instance
ERRORS, INDEX = "_errors", "index.html"
ENDING, DAYS = "_ending", "_days"
HORIZON = 30  # days for which doors are made: so long pages that end are served with nothing of ours running
TYPES = {  # suffix -> media type, of what is published as a file
    "html": "text/html; charset=utf-8", "xml": "application/xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8", "atom": "application/atom+xml; charset=utf-8",
    "json": "application/json", "opml": "text/x-opml; charset=utf-8", "txt": "text/plain; charset=utf-8",
}
COMPRESSED = frozenset({*TYPES, "csv"})
WORTH = 256  # octets below which a compressed copy saves nothing
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_NUMBERS = count()  # of the files that this process has written
PARTIAL = "_partial"  # where files are written before they are renamed into their places
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LAST = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]*\.(?:{'|'.join(TYPES)})")
_FILES = re.compile(r"/doc/[0-9]{4}/[1-9][0-9]{0,8}/files/[0-9]{1,9}")
_NAME_OCTETS = 200  # of the 255 that a file system gives a name


class Store:
    """The published pages in one folder; `durable` for what has to outlive a power cut the moment it is done."""

    def __init__(self, folder: Path, durable: bool = True) -> None:
        self.folder, self.durable = Path(folder), durable
        self._base = str(self.folder)

    def file_of(self, path: str) -> Path | None:
        """Where the page of an address lies, whether it is there or not; None for what is never a file.

        `path` is decoded and without a query, as in `/doc/2026/12/files/5/名单.xlsx`.
        """
        found = place(path)
        return None if found is None else Path(self.name_of(found))

    def name_of(self, below: str) -> str:
        """The name of the file that lies at a `place`."""
        return f"{self._base}/{below}"

    def name_on(self, day: dt.date, below: str) -> str:
        """The name by which on `day` a page is found that does not last."""
        return f"{self._base}/{DAYS}/{day}/{below}"

    def error_file(self, status: int) -> Path:
        """The page that is shown with an error."""
        return self.folder / ERRORS / f"{int(status)}.html"

    def write(self, path: str, body: bytes, ends: dt.date | None = None) -> bool:
        """Put a page in its place; returns False where it was there already, and is left with its date.

        `ends` is the first day on which it may not be read as it is. Raises `ValueError` for an address that is never
        a file.
        """
        lasting, passing = self._both(path)
        file, other = (lasting, passing) if ends is None else (passing, lasting)
        if ends is not None:
            self.shut(ends)
        written = self._write(file, body, other)
        self._take(other)
        return written

    def write_error(self, status: int, body: bytes) -> bool:
        """Put the page that is shown with an error in its place."""
        return self._write(str(self.error_file(status)), body)

    def says_error(self, status: int, body: bytes) -> bool:
        """Whether that page is there and says this, with the copies that it should have."""
        return _is_as(str(self.error_file(status)), body)

    def remove(self, path: str) -> bool:
        """Take a page away, its compressed copies first; returns whether there was one."""
        lasting, passing = map(self._take, self._both(path))
        return lasting or passing

    def read(self, path: str) -> bytes | None:
        """What the page says now, None where there is none."""
        for file in self._both(path):
            try:
                return _content(file)
            except (FileNotFoundError, NotADirectoryError):
                continue
        return None

    def says(self, path: str, body: bytes | None, ends: dt.date | None = None) -> bool:
        """Whether a page lies where it belongs and says this, it and the copies that it should have; None: whether
        there is none, nor a copy that was left.
        """
        if place(path) is None:
            return body is None
        file, other = self._both(path) if ends is None else self._both(path)[::-1]
        if body is None or _is_there(other):
            return body is None and not _is_there(file) and not _is_there(other)
        return _is_as(file, body)

    def shut(self, day: dt.date) -> None:
        """From `day` on nothing that ends is read."""
        for door, opens in self._doors().items():
            if opens >= day:
                _unlink(self.folder / DAYS / door)

    def open(self, today: dt.date, end: dt.date) -> None:
        """From `today` up to the day before `end`, and on no other day, what ends is read."""
        doors, wanted = self._doors(), _wanted(today, end)
        for door in doors.keys() - wanted.keys():
            _unlink(self.folder / DAYS / door)
        if missing := wanted.keys() - doors.keys():
            (self.folder / DAYS).mkdir(parents=True, exist_ok=True)
            for door in sorted(missing):
                (self.folder / DAYS / door).symlink_to(f"../{ENDING}")

    def is_open(self, today: dt.date, end: dt.date) -> bool:
        """Whether what ends is read on exactly these days; days that are over open nothing any more."""
        return {name for name, day in self._doors().items() if day >= today} == _wanted(today, end).keys()

    def sweep(self) -> None:
        """Throw away what those who were killed left half written; nobody may be writing now."""
        for partial in (self.folder / PARTIAL).glob("*"):
            _unlink(partial)

    def _doors(self) -> dict[str, dt.date]:
        """Those that are there: name -> the day on which it leads to what ends."""
        try:
            names = os.listdir(self.folder / DAYS)
        except FileNotFoundError:
            return {}
        found = {}
        for name in names:
            with suppress(ValueError):  # of somebody else's: it leads nowhere that is asked for
                found[name] = dt.date.fromisoformat(name[:10]) + dt.timedelta(days="T" in name)
        return found

    def paths(self) -> Iterator[str]:
        """The addresses of all pages here, `/zwgk/zcwj/` for an index, also where only a copy was left; not those shown
        with errors.
        """
        yield from _paths(self.folder)
        yield from _paths(self.folder / ENDING)

    def documents(self) -> dict[str, bool]:
        """The addresses of the pages of documents that are here, and whether each lasts; no page is opened."""
        found = {top: glob("doc/*/*.html", root_dir=top) for top in (self.folder / ENDING, self.folder)}
        return {f"/{name}": top == self.folder for top, names in found.items() for name in names}

    def belongings(self, path: str) -> dict[str, bool]:
        """The addresses of what lies below a document, and whether each lasts: of `/doc/2026/12.html` its files and
        its archive card.
        """
        below = path[1:].removesuffix(".html")
        return {each: top == self.folder for top in (self.folder / ENDING, self.folder) for each in _paths(top, below)}

    def owners(self) -> set[str]:
        """The addresses of the documents below which anything may lie; no folder of theirs is opened."""
        return {f"/{name[:-1]}.html" for top in (self.folder, self.folder / ENDING)
                for name in glob("doc/*/*/", root_dir=top)}

    def _both(self, path: str) -> tuple[str, str]:
        """Where a page lies that lasts, and where one that ends."""
        found = place(path)
        if found is None:
            raise ValueError(f"{path!r} is not the address of a published page")
        return self.name_of(found), f"{self._base}/{ENDING}/{found}"

    def _take(self, file: str) -> bool:
        there = any([*_drop_copies(file), _unlink(file)])
        if there and self.durable:
            _sync(os.path.dirname(file))
        return there

    def _write(self, file: str, body: bytes, other: str | None = None) -> bool:
        compressed = _is_compressed(file, body)
        if _says(file, body):
            if compressed:
                self._complete(file, body, _date(file))  # a crash may have come between the page and its copies
            return False
        _drop_copies(file)
        self._put(file, body, _later(file, other))
        if compressed:
            self._complete(file, body, _date(file))
        if self.durable:
            _sync(os.path.dirname(file))
        return True

    def _complete(self, file: str, body: bytes, at: int | None) -> None:
        """The compressed copies that are missing or of another date than the page."""
        for end, compress in COMPRESSORS.items():
            if at is not None and _date(copy := file + end) != at:
                self._put(copy, compress(body), at)
        if _date(file) != at:  # somebody took the page away meanwhile
            _drop_copies(file)

    def _put(self, file: str, body: bytes, at: int | None = None) -> None:
        """Write in a folder apart and rename into place; `at` is the date in nanoseconds, now where it is None."""
        handle, partial = self._partial()
        try:
            with open(handle, "wb", buffering=0) as out:
                rest = memoryview(body)
                while rest:
                    rest = rest[out.write(rest):]
                os.fchmod(handle, 0o644)  # another user's web server reads it, whatever this process keeps to itself
                if self.durable:
                    os.fsync(handle)
                if at is not None:
                    os.utime(handle, ns=(at, at))
            _move(partial, file)
        except BaseException:
            _unlink(partial)
            raise

    def _partial(self) -> tuple[int, str]:
        """A new file to write in, and its name."""
        while True:
            name = f"{self._base}/{PARTIAL}/{os.getpid()}-{next(_NUMBERS)}"
            try:
                return os.open(name, _NEW, 0o600), name
            except FileExistsError:  # left by one that was killed and had the same number
                continue
            except FileNotFoundError:
                os.makedirs(f"{self._base}/{PARTIAL}", exist_ok=True)


def stores(home: Path, durable: bool = True) -> dict[str, Store]:
    """The published pages of an instance, by the code of their language."""
    return {code: Store(home / name, durable) for code, name in FOLDERS.items()}


def spoken(address: str) -> tuple[str, str]:
    """The code of the language and the path: `zh` and `/tzgg/`, `en` and `/catalogue` of `en:/catalogue`."""
    code, colon, path = address.partition(":/")
    return (code, f"/{path}") if colon and code in FOLDERS else (DEFAULT, address)


def address_in(code: str, path: str) -> str:
    """What `spoken` takes apart."""
    return path if code == DEFAULT else f"{code}:{path}"


def every_path(pages: dict[str, Store]) -> Iterator[str]:
    """The addresses of all pages, in every language."""
    for code, store in pages.items():
        yield from (address_in(code, path) for path in store.paths())


def place(path: str) -> str | None:
    """Where the page of an address lies below its folder; None for what is never a file."""
    above, slash, last = path.rpartition("/")
    if not slash or len(path) > 2048:
        return None
    if _FILES.fullmatch(above):
        return path[1:] if _is_name(last) else None
    if not all(_SEGMENT.fullmatch(segment) for segment in above.split("/")[1:]) or above[:1] not in ("", "/"):
        return None
    if not last:
        return f"{above}/{INDEX}"[1:]
    if _SEGMENT.fullmatch(last):
        return f"{path}/{INDEX}"[1:]
    return path[1:] if _LAST.fullmatch(last) and last != INDEX else None


def _is_name(name: str) -> bool:
    """Whether a file system takes the name of an attachment as it is, and no compressed copy is called like it."""
    return (name.isprintable() and "\\" not in name and not name.startswith((".", " "))
            and not name.lower().endswith(COPIES) and 0 < len(name.encode("utf-8", "surrogatepass")) <= _NAME_OCTETS
            and not any("\ud800" <= character <= "\udfff" for character in name))


def _says(file: str, body: bytes) -> bool:
    try:
        return os.stat(file).st_size == len(body) and _content(file) == body
    except (FileNotFoundError, NotADirectoryError):
        return False


def _is_as(file: str, body: bytes) -> bool:
    """Whether a file says this, and its compressed copies with it, of the same date and no others."""
    if not _is_compressed(file, body):
        return _says(file, body) and not any(os.path.exists(file + end) for end in COPIES)
    at = _date(file)
    return _says(file, body) and all(_date(file + end) == at and _holds(file + end, body) for end in COMPRESSORS)


def _holds(copy: str, body: bytes) -> bool:
    """Whether a compressed copy is there, and one of this page."""
    try:
        return means(copy, _content(copy), body)
    except OSError:
        return False


def _content(file: str) -> bytes:
    with open(file, "rb", buffering=0) as held:
        return held.read()


def _move(partial: str, file: str) -> None:
    """Into its place, in a folder that need not be there."""
    try:
        os.replace(partial, file)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        os.replace(partial, file)


def _date(file: str) -> int | None:
    try:
        return os.stat(file).st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return None


def _later(*files: str | None) -> int | None:
    """A date in another second than that of the page before (web servers tell pages by it), None where now is one."""
    before, second = max((_date(file) or 0 for file in files if file is not None), default=0), 10**9
    return None if time.time_ns() // second > before // second else before + second


def _wanted(today: dt.date, end: dt.date) -> dict[str, dt.date]:
    return _doors(today, min(end, today + dt.timedelta(days=HORIZON)))


def _doors(first: dt.date, end: dt.date) -> dict[str, dt.date]:
    """The links of the days from `first` up to the one before `end`, two for each."""
    days = [first + dt.timedelta(days=number) for number in range((end - first).days)]
    return {f"{day}": day for day in days} | {f"{day - dt.timedelta(days=1)}T16": day for day in days}


def _paths(top: Path, start: str = "") -> Iterator[str]:
    for folder, names, files in os.walk(top / start):
        names[:] = sorted(name for name in names if not name.startswith(("_", ".")))
        below = Path(folder).relative_to(top).as_posix()
        above = "/" if below == "." else f"/{below}/"
        for name in sorted(files):
            page = name[:-len(COPIES[0])] if name.endswith(COPIES) else name
            if not name.startswith(".") and (page == name or page not in files):
                yield above if page == INDEX else above + page


def _drop_copies(file: str) -> list[bool]:
    """Which of them were there."""
    return [_unlink(file + end) for end in COPIES]


def _is_there(file: str) -> bool:
    """A page, or a copy that was left without it: web servers send that."""
    return any(os.path.exists(file + end) for end in ("", *COPIES))


def _is_compressed(file: str, body: bytes) -> bool:
    return len(body) >= WORTH and file.rpartition(".")[2].lower() in COMPRESSED


def _unlink(file: str | Path) -> bool:
    try:
        os.unlink(file)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _sync(folder: str) -> None:
    """What was renamed or removed in a folder is so even after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
