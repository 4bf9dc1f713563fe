"""A small index for the search tests."""

from __future__ import annotations

import pytest

from content.search import open_engine
from tests.content.search.texts import ENTRIES


@pytest.fixture
def address(tmp_path) -> str:
    """Where a new index may be made."""
    return f"whoosh://{tmp_path}/index"


@pytest.fixture
def engine(address):
    """An engine that holds `ENTRIES`."""
    engine = open_engine(address)
    engine.update(ENTRIES, cursor=7)
    yield engine
    engine.close()
