"""How large a file is, in words for everybody: 38 KB, 1.2 MB."""

from __future__ import annotations


def size_words(octets: int) -> str:
    """In kilobytes of 1024, at least one; from a megabyte on with one place."""
    if octets < 1024 * 1024:
        return f"{max(1, round(octets / 1024))} KB"
    return f"{octets / 1024 / 1024:.1f} MB"
