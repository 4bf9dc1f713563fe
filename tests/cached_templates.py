"""Templates become Python once for all processes of all runs; imported before anything that imports Chameleon.

A file's name in the folder is a hash of its template. `gongkai serve`, when a test starts it, inherits the variable.
"""

import os
from pathlib import Path

os.environ.setdefault("CHAMELEON_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "templates"))
Path(os.environ["CHAMELEON_CACHE"]).mkdir(parents=True, exist_ok=True)
