"""The last look at what goes out: settled values in any notation, marks of state secrets, keys for settlements."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from content.privacy.reading import read
from content.privacy.views import text_views

_SEPARATORS = re.compile(r"[\W_]+")
_SECRET = re.compile(
    r"(?P<level>绝\s*密|机\s*密|秘\s*密)\s*[★☆*]|[★☆]\s*(?P<after>绝\s*密|机\s*密|秘\s*密)|"
    r"密级\s*[::：]\s*(?P<named>绝密|机密|秘密|内部)"
    r"|^\s*(?P<alone>绝\s*密|机\s*密|秘\s*密)\s*(?:(?:长期|\d+\s*[年月天])\s*)?$|保密期限\s*[:：]\s*(?:长期|\d+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class SecretMark:
    """A mark of a state secret 密级标志 in a text, with its offsets; the text must not be published (Art. 14)."""

    start: int
    end: int
    value: str


def looks_secret(text: str) -> list[SecretMark]:
    """The secrecy marks (绝密, 机密, 秘密 with ★, 密级) in a text; talk about secrets in a sentence is none."""
    return [SecretMark(match.start(), match.end(), match[0].strip()) for match in _SECRET.finditer(text)]


def value_key(secret: bytes, finding) -> str:
    """HMAC-SHA256 (hex) of kind and normal form, so that a settlement never stores a hash one could try out."""
    return hmac.new(secret, f"{finding.kind}\0{finding.normal}".encode(), hashlib.sha256).hexdigest()


def residual(rendition: str, settled_values: Iterable[str]) -> list[str]:
    """Those settled values that still stand in a rendition (text or HTML) in any notation, in the order given."""
    forms = [form for reading in text_views(rendition) for form in (reading.plain, reading.digits)]
    spread = [form.upper() for form in forms]
    compact = [_SEPARATORS.sub("", form) for form in spread]
    return [value for value in settled_values if _stands(value, spread, compact)]


def _stands(value: str, spread: list[str], compact: list[str]) -> bool:
    plain = read(value)
    for text in {plain.plain, plain.digits}:
        needle = _SEPARATORS.sub("", text).upper()
        if len(needle) >= 9 and any(needle in each for each in compact):
            return True
        if needle and len(needle) < 9 and any(_bounded(needle, each) for each in spread):
            return True
    return False


def _bounded(needle: str, text: str) -> bool:
    """A short value counts where it is not part of a longer number or word of letters."""
    loose = r"[\s\-._·]{0,2}".join(map(re.escape, needle))
    return bool(re.search(rf"(?<![0-9A-Z]){loose}(?![0-9A-Z])", text))
