"""A small index for the search tests, in every engine of this run."""

from __future__ import annotations

import pytest

from content.search import open_engine
from tests.content.search.openers import OPENERS
from tests.content.search.texts import ENTRIES, MORE


@pytest.fixture(scope="module", params=OPENERS)
def shared_engine(request, tmp_path_factory, database_server):
    """An engine that holds `ENTRIES`; only to be read."""
    with OPENERS[request.param](tmp_path_factory.mktemp("index"), database_server) as address:
        engine = open_engine(address)
        engine.update(ENTRIES, cursor=7)
        yield engine
        engine.close()


@pytest.fixture(scope="module", params=OPENERS)
def agreed(request, tmp_path_factory, database_server):
    """An engine that holds `ENTRIES` and `MORE`; only to be read."""
    with OPENERS[request.param](tmp_path_factory.mktemp("index"), database_server) as address:
        engine = open_engine(address)
        engine.update(ENTRIES + MORE, cursor=7)
        yield engine
        engine.close()


@pytest.fixture(params=OPENERS)
def address(request, tmp_path, database_server) -> str:
    """Where a new index may be made."""
    with OPENERS[request.param](tmp_path, database_server) as address:
        yield address


@pytest.fixture
def engine(address):
    """An engine that holds `ENTRIES`."""
    engine = open_engine(address)
    engine.update(ENTRIES, cursor=7)
    yield engine
    engine.close()
