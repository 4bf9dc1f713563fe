"""Versions: Python, the libraries against the bounds that they were tried in, SQLite, programs that are optional."""

from __future__ import annotations

import importlib.metadata as metadata
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _

SQLITE = (3, 35, 0)  # RETURNING
OPTIONAL = {"tesseract": _("没有安装 tesseract，不能识别图片里的文字"),
            "soffice": _("没有安装 LibreOffice，不能处理旧格式的办公文件（.doc、.xls、.ppt）")}
TRIED = Path(__file__).parents[2] / "constraints.txt"  # beside the sources, where we run from them


def run(patient: Patient) -> Iterator[Found]:
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        yield Found(BAD, _("Python ${version} 没有试过", mapping={"version": sys.version.split()[0]}),
                    _("用 Python 3.11、3.12 或者 3.13"))
    if patient.settings.database_url.startswith("sqlite") and sqlite3.sqlite_version_info < SQLITE:
        yield Found(BAD, _("SQLite ${version} 太旧", mapping={"version": sqlite3.sqlite_version}),
                    _("升级 Python 或者系统的 SQLite 到 3.35 以上"))
    yield from _libraries()
    for program, loss in OPTIONAL.items():
        if shutil.which(program) is None:
            yield Found(WARN, loss, _("需要时用系统的包管理器安装；没有它，这些文件不予发布"))


def _libraries() -> Iterator[Found]:
    """Outside the bounds is bad; other than what was tried together is worth knowing when something is odd."""
    tried, other = _tried(), []
    for written in metadata.requires("gongkai") or ():
        needed = Requirement(written)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        found = _version(needed.name)
        if found is None or not needed.specifier.contains(found, prereleases=True):
            yield Found(BAD, _("${name} 是 ${found}，要求 ${needed}", mapping={
                "name": needed.name, "found": found or "-", "needed": str(needed.specifier)}),
                _("执行 pip install -c constraints.txt 重新安装"))
        elif tried.get(_key(needed.name), found) != found:
            other.append(f"{needed.name} {found}")
    if other:
        yield Found(WARN, _("和 constraints.txt 不同：${names}", mapping={"names": ", ".join(other)}),
                    _("执行 pip install -c constraints.txt 重新安装"))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _tried() -> dict[str, str]:
    if not TRIED.is_file():
        return {}
    lines = (line.strip() for line in TRIED.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {_key(name): version for name, version in pairs}


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


CHECK = Check("versions", _("版本"), run)
