"""What the tests of administration need beside the browsers."""

from __future__ import annotations

import pytest
from sqlalchemy import event


@pytest.fixture
def count_queries(house):
    """`count_queries(act)`: how many statements `act` sends to the database."""
    def count(act) -> int:
        sent = []
        listener = lambda *_given: sent.append(1)  # noqa: E731
        event.listen(house.database.engine, "before_cursor_execute", listener)
        try:
            act()
        finally:
            event.remove(house.database.engine, "before_cursor_execute", listener)
        return len(sent)
    return count
