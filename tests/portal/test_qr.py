"""The codes that are put together are those that the library draws, module by module."""

from __future__ import annotations

import re

import pytest
import segno

from portal import qr

pytestmark = pytest.mark.nodatabase

SITE = "https://www.qingyuan.example"


@pytest.mark.parametrize("address", [
    f"{SITE}/doc/2026/12.html", f"{SITE}/doc/2026/21.html", f"{SITE}/doc/1999/987654321.html",
    f"{SITE}/doc/2030/1000.html", "http://政务.example/doc/2026/5.html", f"{SITE}/tzgg/", "tel:0900-1234567"])
def test_a_code_is_drawn_module_by_module(address):
    code = segno.make(address, error="m", micro=False, mask=qr.MASK)
    rows = enumerate(code.matrix_iter(border=qr.BORDER))
    assert _dark(qr.qr(address)) == {(x, y) for y, row in rows for x, module in enumerate(row) if module}


def test_an_address_that_no_code_can_hold_is_refused():
    with pytest.raises(segno.DataOverflowError):
        qr.qr("https://www.qingyuan.example/" + "x" * 3000)


def _dark(svg: str) -> set[tuple[int, int]]:
    x = y = 0
    dark = set()
    for step, first, second in re.findall(r"([Mmh])(\d+)(?: (\d+(?:\.5)?))?", re.search(r' d="(.*)"', svg)[1]):
        if step == "M":
            x, y = int(first), int(float(second))
        elif step == "h":
            dark |= {(x + each, y) for each in range(int(first))}
        x += int(first) if step != "M" else 0
    return dark
