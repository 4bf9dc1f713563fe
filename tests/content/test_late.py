"""Libraries that are loaded when they are first used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from content.late import Late

pytestmark = pytest.mark.nodatabase
SLOW = {"openpyxl", "reportlab", "docx", "mammoth", "pikepdf", "icalendar", "rjieba", "pypinyin", "opencc",
        "PIL", "feedgen", "httpx", "psycopg", "segno"}
STARTED = """
import pkgutil, importlib, sys
import content.search.engines, portal.api, portal.channels, portal.desk, portal.public, portal.wiring
for package in (content.search.engines, portal.api, portal.channels, portal.desk, portal.public):
    for each in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not any(engine in each.name for engine in ("tantivy", "opensearch", "postgresql")):  # options
            importlib.import_module(each.name)
print(*sorted(each for each in sys.modules if "." not in each))
"""


def test_it_is_loaded_when_something_of_it_is_asked_for():
    sys.modules.pop("this", None)
    this = Late("this")
    assert not hasattr(this, "__wrapped__") and "this" not in sys.modules
    assert this.c == 97 and "this" in sys.modules


def test_what_is_not_there_says_so_at_its_first_use():
    missing = Late("no_such_library")
    with pytest.raises(ImportError, match="no_such_library"):
        missing.something()


def test_who_serves_pages_starts_without_the_makers_of_files():
    run = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=True)
    assert "pyramid" in run.stdout.split()
    assert not SLOW & set(run.stdout.split())
