"""The process from which workers and servers are forked, to be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def nursery(home) -> Iterator[subprocess.Popen]:
    """It has the environment that the test's `home` has set up."""
    with subprocess.Popen([sys.executable, str(ROOT / "tests" / "faults" / "nursery.py")], cwd=ROOT, text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env=os.environ | {"PYTHONPATH": str(ROOT)}) as process:
        yield process
        process.stdin.close()
