"""What lies in a package: a manifest, lists as JSON Lines, and files by the SHA-256 of what they hold."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from content.problems import Trouble

FORMAT, VERSION, MANIFEST = "gongkai-package", 1, "manifest.json"
DEPARTMENTS, COLUMNS, DOCUMENTS = "departments.jsonl", "columns.jsonl", "documents.jsonl"
JOURNAL, FILES = "journal.jsonl", "files.jsonl"
LISTS = (DEPARTMENTS, COLUMNS, DOCUMENTS, JOURNAL, FILES)
MOST_LINE = 20 * 1024 * 1024  # octets of one line
MEMBER = re.compile(r"files/([0-9a-f]{2})/\1[0-9a-f]{62}")  # the other members are the manifest and the lists
SHA256 = re.compile(r"[0-9a-f]{64}")


class BadPackage(Trouble, ValueError):
    """This is no package, or it is not whole; the message says what is wrong, in one line."""


def is_member(name: str) -> bool:
    return name == MANIFEST or name in LISTS or MEMBER.fullmatch(name) is not None


def place(sha256: str) -> str:
    """Where a file lies. Raises `BadPackage` for what is no hash."""
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        raise BadPackage(f"{str(sha256)[:80]!r} is no SHA-256")
    return f"files/{sha256[:2]}/{sha256}"


def line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def described(path: Path) -> dict[str, Any]:
    """Size, SHA-256 and, of a list, how many lines it has."""
    digest, size, lines = hashlib.sha256(), 0, 0
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            digest.update(piece)
            size, lines = size + len(piece), lines + piece.count(b"\n")
    return {"size": size, "sha256": digest.hexdigest(), "lines": lines}
