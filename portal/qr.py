"""An address as a QR code: SVG markup of one path, without a size, style or script.

Which modules a bit of the text turns over does not depend on the others: the parities are sums without carry, and the
mask is always the same. So the codes of two addresses of one length differ by the sum of what each digit turns over.
The library, which takes a millisecond for a code, draws an address of zeros and one for each digit that is met in each
place, once for the process; the code of a document is put together from these.
"""

from __future__ import annotations

import re
from functools import lru_cache

from content.late import Late

segno = Late("segno")
MASK, BORDER = 2, 2  # the best of the eight masks would have to be sought anew for each; the border in modules
_DOCUMENT = re.compile(r"(.*/doc/)([0-9]{4}/[0-9]+)(\.html)", re.DOTALL)
_RUNS = re.compile("0+|1+")


def qr(address: str) -> str:
    """Raises `segno.DataOverflowError` for an address that no code can hold."""
    side, modules = _modules(address)
    wide, whole = -(-side // 8), side + 2 * BORDER
    drawn = [*map(_EIGHT.__getitem__, modules.to_bytes(side * wide, "big"))]
    path = [""] * (side * (wide + 1))
    path[::wide + 1] = _begun(side)
    for at in range(wide):
        path[at + 1::wide + 1] = drawn[at::wide]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}">'
            f'<path stroke="#000" d="{"".join(path)}"/></svg>')


@lru_cache(maxsize=40)
def _begun(side: int) -> list[str]:
    """Where each row begins."""
    return [f"M{BORDER} {y}.5" for y in range(BORDER, side + BORDER)]


def _modules(address: str) -> tuple[int, int]:
    """The side of a code, and its modules row by row, each row filled up to whole octets."""
    document = _DOCUMENT.fullmatch(address)
    if document is None:
        return _encoded(address)
    start, digits, end = document.groups()
    zeros = f"{start}{re.sub('[0-9]', '0', digits)}{end}"
    side, modules = _encoded(zeros)
    for at, digit in enumerate(digits, len(start)):
        if digit not in "0/":
            modules ^= _turned(zeros, at, digit)
    return side, modules


@lru_cache(maxsize=1024)
def _turned(zeros: str, at: int, digit: str) -> int:
    """The modules that are turned over where this digit stands in place of a zero."""
    return _encoded(zeros)[1] ^ _encoded(zeros[:at] + digit + zeros[at + 1:])[1]


@lru_cache(maxsize=256)
def _encoded(address: str) -> tuple[int, int]:
    rows = segno.make(address, error="m", micro=False, mask=MASK).matrix
    white = bytes(-len(rows) % 8)
    return len(rows), int("".join("01"[module] for row in rows for module in row + white), 2)


def _drawn(octet: int) -> str:
    """Eight modules side by side, as a path goes along them."""
    runs = _RUNS.findall(f"{octet:08b}")
    return "".join(f"h{len(run)}" if run[0] == "1" else f"m{len(run)} 0" for run in runs)


_EIGHT = tuple(map(_drawn, range(256)))
