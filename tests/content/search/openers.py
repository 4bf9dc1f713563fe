"""Where the tests of this folder keep their indexes: every engine that this run can have, by name.

With PostgreSQL as the database, the engine inside it is tried; else those that lie in a folder. An OpenSearch
cluster takes part when GONGKAI_TEST_OPENSEARCH is an address without name: opensearch+http://127.0.0.1:9200.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import databases
import pytest

from content.search.engines._opensearch_client import Cluster, Place

CLUSTER = os.environ.get("GONGKAI_TEST_OPENSEARCH", "")
_numbers = count(1)


@contextmanager
def _whoosh(folder: Path, server: databases.Server | None) -> Iterator[str]:
    yield f"whoosh://{folder}/index"


@contextmanager
def _tantivy(folder: Path, server: databases.Server | None) -> Iterator[str]:
    if importlib.util.find_spec("tantivy") is None:
        pytest.skip("the extra tantivy is not installed")
    yield f"tantivy://{folder}/index"


@contextmanager
def _postgresql(folder: Path, server: databases.Server) -> Iterator[str]:
    with server.database() as url:
        yield url.replace("postgresql+psycopg", "postgresql")


@contextmanager
def _opensearch(folder: Path, server: databases.Server | None) -> Iterator[str]:
    address = f"{CLUSTER}/contract-{os.getpid()}-{next(_numbers)}"
    yield address
    name = address.rpartition("/")[2]
    cluster = Cluster(Place.of(urlsplit(address)), patience=30.0)
    cluster.ask("DELETE", f"{name}-*")
    cluster.close()


OPENERS: dict[str, Callable] = {"whoosh": _whoosh, "tantivy": _tantivy}
if databases.KIND == "postgresql":
    OPENERS = {"postgresql": _postgresql}
elif CLUSTER:
    OPENERS["opensearch"] = _opensearch
