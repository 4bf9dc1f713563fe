"""Search in a folder by tantivy, for one machine with up to a million documents. `tantivy:///path`.

Its library is an extra: `pip install gongkai[tantivy]`. Entries and cursor change in one commit; a rebuild fills
another generation beside the one that is read.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, unquote

from content.search.engines import Opener
from content.search.model import Engine, SearchError
from content.search.synonyms import Synonyms


def _open(address: SplitResult, synonyms: Synonyms) -> Engine:
    try:
        from content.search.engines._tantivy_writing import TantivyEngine
    except ModuleNotFoundError as missing:
        raise SearchError(f"search by tantivy needs the extra: pip install gongkai[tantivy] ({missing})") from None
    return TantivyEngine(Path(unquote(address.netloc + address.path)), synonyms)


ENGINE = Opener("tantivy", _open)
