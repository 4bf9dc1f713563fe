"""LibreOffice, where it is installed: turns the files of old Office, RTF and OpenDocument into those of today.

It runs with a profile of its own in a folder of its own: no macros, no links followed, nothing left behind.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import shutil
import subprocess
import tempfile
from collections import OrderedDict
from pathlib import Path

from content.privacy.renditions.model import Limits, Refused
from content.privacy.renditions.packs import damaged

TARGETS = {"doc": "docx", "rtf": "docx", "odt": "docx", "xls": "xlsx", "xlsb": "xlsx", "ods": "xlsx", "ppt": "pptx",
           "odp": "pptx"}
_FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML",
            "pptx": "pptx:Impress MS PowerPoint 2007 XML"}
_MEMORY = 4 * 1024 ** 3
_SHARE = 0.6  # of the seconds of a file that its conversion may take
_KEPT = 3
_DONE: OrderedDict[bytes, bytes] = OrderedDict()  # a file is inspected and built: converted once
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>1</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""


def program() -> str | None:
    """Where LibreOffice is, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def modernise(data: bytes, kind: str, limits: Limits) -> bytes:
    """The file as docx, xlsx or pptx. `kind` is one of `TARGETS`. Raises `Refused`: legacy, damaged, slow."""
    soffice = program()
    if soffice is None:
        wanted = TARGETS[kind]
        raise Refused("legacy", f"不能直接检查旧格式（{kind}）的文件：请用WPS或Office打开，另存为{wanted}后重新上传")
    key = hashlib.sha256(kind.encode() + data).digest()
    if key not in _DONE:
        with tempfile.TemporaryDirectory(prefix="office-") as folder:
            _DONE[key] = _converted(soffice, Path(folder), data, kind, limits)
        while len(_DONE) > _KEPT:
            _DONE.popitem(last=False)
    return _DONE[key]


def _converted(soffice: str, folder: Path, data: bytes, kind: str, limits: Limits) -> bytes:
    profile, source = folder / "profile", folder / f"file.{kind}"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    source.write_bytes(data)
    target = TARGETS[kind]
    words = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo",
             "--nolockcheck", "--convert-to", _FILTERS[target], "--outdir", str(folder / "made"), str(source)]
    environment = {**os.environ, "HOME": str(folder), "http_proxy": "http://127.0.0.1:9",
                   "https_proxy": "http://127.0.0.1:9"}
    try:
        subprocess.run(words, env=environment, cwd=folder, timeout=limits.seconds * _SHARE, check=False,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       preexec_fn=_more_room)
        return (folder / "made" / f"file.{target}").read_bytes()
    except subprocess.TimeoutExpired:
        raise Refused("slow", f"旧格式转换时间过长，已停止：请另存为{target}后重新上传") from None
    except OSError:
        raise damaged("旧格式的文件") from None


def _more_room() -> None:
    """LibreOffice reserves more address space than the process that calls it may have."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY if hard == resource.RLIM_INFINITY else hard, hard))
