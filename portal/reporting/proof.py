"""The proof in a report: what is claimed, the digest of the report it stands in, and the signature of the house.

It is a line of armoured JSON inside the file (in the page, in a cell, attached to the PDF). The digest is taken of
the file's parts with that line emptied, so that whoever changes a word of the report, or puts the proof into another
one, is found out. What was signed is canonical JSON of claim and digest.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from content import journal, signing
from content.keys import KeyStore
from content.late import Late
from content.privacy.renditions.model import Limits, Refused, Source
from content.privacy.renditions.packs import Pack, write_pack

pikepdf = Late("pikepdf")
BEGIN, END = "-----BEGIN GONGKAI PROOF-----", "-----END GONGKAI PROOF-----"
EMPTY = f"{BEGIN}{END}"
ATTACHED = "proof.txt"  # under which the PDF carries it
_LINE = re.compile(rb"-----BEGIN GONGKAI PROOF-----([A-Za-z0-9+/=]*)-----END GONGKAI PROOF-----")
_LIMITS = Limits()


class NoProof(ValueError):
    """The file holds no proof that can be read; the message says why."""


@dataclass(frozen=True)
class Proof:
    """`digest` is that of the report (SHA-256, hex), `public` and `signature` are hex."""

    claim: dict[str, Any]
    digest: str
    public: str
    signature: str

    @property
    def message(self) -> bytes:
        return journal.canonical({"claim": self.claim, "digest": self.digest}).encode()

    @property
    def line(self) -> str:
        return f"{BEGIN}{base64.b64encode(journal.canonical(vars(self)).encode()).decode()}{END}"

    @classmethod
    def read(cls, line: bytes) -> Proof:
        try:
            return cls(**json.loads(base64.b64decode(line, validate=True)))
        except (ValueError, TypeError):
            raise NoProof("its proof cannot be read") from None


def seal(keys: KeyStore, session: Session, data: bytes, claim: dict[str, Any]) -> bytes:
    """The report with its proof in the place that its writer left `EMPTY`; a PDF gets it attached."""
    data = _attached(data, EMPTY) if _is_pdf(data) else data
    digest = _digest(_parts(data))
    unsigned = Proof(claim, digest, signing.public_key(keys, session), "")
    proof = Proof(claim, digest, unsigned.public, signing.sign(keys, session, unsigned.message))
    return _filled(data, proof.line)


def problems(keys: KeyStore, session: Session, data: bytes, proof: Proof) -> list[str]:
    """What is wrong with a report that carries `proof`, one sentence each; empty when it is ours and unchanged."""
    found = []
    if not signing.is_signed(signing.public_key(keys, session), proof.signature, proof.message):
        found.append("the signature is not that of this house")
    if _digest(_parts(data)) != proof.digest:
        found.append("the report was changed after it was signed")
    return found


def proof_of(data: bytes) -> Proof:
    """The one proof in a report. Raises `NoProof`."""
    lines = [line for part in _parts(data) for line in _LINE.findall(part)]
    if len(lines) != 1:
        raise NoProof("it carries no proof" if not lines else "it carries more than one proof")
    return Proof.read(lines[0])


def _digest(parts: list[bytes]) -> str:
    """Of all parts in order of their own digests: who stores a file anew may order them otherwise."""
    empty = EMPTY.encode()
    single = sorted(hashlib.sha256(_LINE.sub(empty, part)).hexdigest() for part in parts)
    return hashlib.sha256("".join(single).encode()).hexdigest()


# -- files ----------------------------------------------------------------------------------------------------------

def _is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-")


def _is_pack(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def _parts(data: bytes) -> list[bytes]:
    """A page is one part, a workbook its members with their names, a PDF its streams. Raises `NoProof`."""
    try:
        if _is_pdf(data):
            with pikepdf.open(io.BytesIO(data)) as pdf:
                return [each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream)
                        and each.get("/Type") not in ("/XRef", "/ObjStm")]
        if _is_pack(data):
            pack = Pack.open(Source(data, "report.xlsx"), _LIMITS)
            return [name.encode() + b"\0" + pack.read(name) for name in pack]
    except (pikepdf.PdfError, Refused) as problem:
        raise NoProof(f"it cannot be read: {problem}") from None
    return [data]


def _filled(data: bytes, line: str) -> bytes:
    if _is_pdf(data):
        return _attached(data, line)
    if _is_pack(data):
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return write_pack({name: _put(file.read(name), line) for name in file.namelist()})
    return _put(data, line)


def _put(part: bytes, line: str) -> bytes:
    return part.replace(EMPTY.encode(), line.encode())


def _attached(data: bytes, line: str) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.attachments[ATTACHED] = line.encode()
        pdf.save(made, deterministic_id=True)
    return made.getvalue()


