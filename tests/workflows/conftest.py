"""The planted column tree, once for each file that writes histories into it."""

from __future__ import annotations

from contextlib import nullcontext

import column_tree
import pytest
from factories import open_house


@pytest.fixture(scope="module")
def tree_house(tmp_path_factory, database_server):
    """An instance with the column tree of the sample county and nothing in it."""
    with database_server.database() if database_server else nullcontext() as url:
        made = open_house(tmp_path_factory.mktemp("tree") / "var", url)
        column_tree.plant(made)
        yield made
        made.database.dispose()


@pytest.fixture
def planted(tree_house):
    """A session in it whose rows are undone."""
    with column_tree.planted(tree_house) as found:
        yield found
