"""A call into a process of its own with limits, so that a hostile file can neither hang nor fill the portal.

    answer, octets = call("content.privacy.renditions.worker:answer", request, data, limits)

The function named gets the request (JSON) and the octets, and gives JSON and octets back; a `Refused` passes through.
Nothing but JSON and octets ever comes back, the child knows no environment of ours (no keys), its folder is its own,
and whatever it started ends with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import logging
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from content.privacy.renditions.model import Limits, Refused

_LOG = logging.getLogger(__name__)
PREFIX = "gongkai-file-"
STALE = 3600.0  # seconds after which a folder that a killed process left behind is removed
GRACE = 5.0  # seconds beyond the limit that the child may take to say so itself
_OPEN_FILES = 256
_WRITTEN = 256 * 1024 * 1024  # octets of one file that it writes
_ANSWER = 64 * 1024 * 1024
_ROOT = Path(__file__).resolve().parents[3]
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX", "SYSTEMROOT", "TZ")
_SLOW = Refused("slow", "文件处理时间过长，已停止：请拆分成几个文件，或者另存为更简单的格式后重新上传")
_LARGE = Refused("large", "处理这个文件需要的内存过大，已停止：请拆分成几个文件后重新上传")
_DAMAGED = Refused("damaged", "文件无法处理，可能已损坏：请用原来的软件打开，另存一份后重新上传")


def call(target: str, request: dict[str, Any], data: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """What the function `module:name` answers in a child process. Raises `Refused`, also slow, large and damaged."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        (folder / "data").write_bytes(data)
        asked = {"target": target, "request": request, "seconds": limits.seconds, "memory": limits.memory}
        (folder / "request.json").write_text(json.dumps(asked), encoding="utf-8")
        status = _run(folder, limits.seconds + GRACE)
        return _answer(folder, status)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, seconds: float) -> int:
    """Run the child to its end, or end it and everything it started. Returns its exit status."""
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    environment |= {"HOME": str(folder), "TMPDIR": str(folder), "PYTHONPATH": str(_ROOT), "OMP_THREAD_LIMIT": "1",
                    "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    child = subprocess.Popen([sys.executable, "-m", __spec__.name, str(folder)], cwd=folder, env=environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             start_new_session=True)
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        raise _SLOW from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _answer(folder: Path, status: int) -> tuple[dict[str, Any], bytes]:
    if status in (-signal.SIGXCPU, -signal.SIGALRM):
        raise _SLOW
    try:
        if (folder / "answer.json").stat().st_size > _ANSWER:
            raise _LARGE
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
        octets = (folder / "octets").read_bytes()
    except (OSError, ValueError):
        raise (_LARGE if status == -signal.SIGKILL else _DAMAGED) from None
    if trouble := answer.get("trouble"):
        _LOG.info("a file could not be worked on: %s", trouble)
    if refused := answer.get("refused"):
        raise Refused(str(refused[0]), str(refused[1]))
    return answer["answer"], octets


def _sweep() -> None:
    """Remove folders that were left behind when a process was killed."""
    old = time.time() - STALE
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid() and folder.stat().st_mtime < old:
                shutil.rmtree(folder, ignore_errors=True)


# -- in the child -----------------------------------------------------------------------------------------------

def _limit(seconds: float, memory: int) -> None:
    """Bounds of this process; it also ends when its parent does (Linux)."""
    cpu = int(seconds) + 1
    for what, size in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, _WRITTEN),
                       (resource.RLIMIT_NOFILE, _OPEN_FILES), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        bound = size if hard == resource.RLIM_INFINITY else min(size, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (bound, hard if what == resource.RLIMIT_AS else bound))
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _serve(folder: Path) -> None:
    os.umask(0o077)
    asked = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    _limit(asked["seconds"], asked["memory"])
    data = (folder / "data").read_bytes()
    (folder / "data").unlink()
    answer, octets = _called(asked["target"], asked["request"], data)
    (folder / "octets").write_bytes(octets)
    made = folder / "answer.new"
    made.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    made.rename(folder / "answer.json")


def _called(target: str, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    module, _, name = target.partition(":")
    try:
        answer, octets = getattr(importlib.import_module(module), name)(request, data)
    except Refused as refused:
        return {"refused": [refused.code, refused.reason]}, b""
    except MemoryError:
        return {"refused": [_LARGE.code, _LARGE.reason]}, b""
    except Exception as problem:  # a library that stumbles over a broken file may raise anything
        return {"refused": [_DAMAGED.code, _DAMAGED.reason], "trouble": _trouble(problem)}, b""
    return {"answer": answer}, octets


def _trouble(problem: Exception) -> str:
    """Where and what, without the message: that may tell what is in the file."""
    steps = [f"{Path(step.filename).name}:{step.lineno}" for step in traceback.extract_tb(problem.__traceback__)]
    return f"{type(problem).__name__} at {' '.join(steps[-6:])}"


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
