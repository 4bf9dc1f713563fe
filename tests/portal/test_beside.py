"""One process at a time makes what lies in one place, also in the moment in which another one ends."""

from __future__ import annotations

import fcntl

import pytest

from content.problems import Trouble
from portal.beside import alone, beside

pytestmark = pytest.mark.nodatabase


class Busy(Trouble):
    pass


class Taken(Trouble):
    pass


def test_a_second_one_is_refused_and_what_a_crash_left_is_in_nobodys_way(tmp_path):
    place = tmp_path / "place"
    (tmp_path / ".place.new").mkdir()
    (tmp_path / ".place.new" / "half").touch()
    (tmp_path / ".place.new.lock").touch()
    with beside(place, "new", Taken(), Busy()) as folder:
        assert list(folder.iterdir()) == []
        with pytest.raises(Busy), beside(place, "new", Taken(), Busy()):
            pass
        (folder / "whole").touch()
        folder.rename(place)
    assert [each.name for each in tmp_path.iterdir()] == ["place"]
    with pytest.raises(Taken), beside(place, "new", Taken(), Busy()):
        pass


def test_the_lock_of_a_file_that_was_taken_away_meanwhile_is_none(tmp_path, monkeypatch):
    """A third one would make the file anew, and both would hold a lock."""
    real, lock = fcntl.flock, tmp_path / "lock"

    def late(file, how):
        lock.unlink()
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(Busy), alone(lock, Busy()):
        pass
