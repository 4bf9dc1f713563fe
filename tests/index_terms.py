"""What an index knows, looked up in its files and not asked of the engine: words of Chinese are two letters long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def known(index: Path) -> Callable[[str], bool]:
    """Whether a word stands in an index of Whoosh or tantivy."""
    if tocs := sorted(index.glob("_*.toc")):
        from whoosh.index import open_dir

        with open_dir(str(index), indexname=tocs[0].name.split("_")[1]).reader() as reader:
            return {term.decode("utf-8", "replace") for _field, term in reader.all_terms()}.__contains__
    from content.search.engines._tantivy_reading import Store

    searcher = Store(index / (index / "reading").read_text().strip()).newest().searcher
    return lambda word: any(searcher.doc_freq(field, word) for field in ("exact", "words", "title", "numbers"))
