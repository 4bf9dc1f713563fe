"""The front-end files of others: copied from `node_modules`, recorded with their hashes, committed.

`npm ci --ignore-scripts && python -m themes.vendor` renews them; whoever installs the portal needs neither. The
manifest names each file with its SHA-256, and each package with its version and licence.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = Path(__file__).parent / "default" / "static" / "vendor"
MANIFEST = TARGET / "MANIFEST.json"

EDITOR_PLUGINS = ("advlist", "autolink", "charmap", "fullscreen", "image", "link", "lists", "searchreplace", "table",
                  "visualblocks", "wordcount")
# npm package -> the files taken from it, as patterns below the package
TAKEN = {
    "hugerte": (
        "hugerte.min.js", "license.txt", "icons/default/icons.min.js", "models/dom/model.min.js",
        "themes/silver/theme.min.js", "skins/ui/oxide/skin.min.css", "skins/ui/oxide/content.min.css",
        "skins/content/default/content.min.css", *(f"plugins/{name}/plugin.min.js" for name in EDITOR_PLUGINS),
    ),
    "htmx.org": ("dist/htmx.min.js", "LICENSE"),
    "echarts": ("dist/echarts.min.js", "LICENSE", "NOTICE"),
    "zrender": ("LICENSE",),  # its code is in echarts.min.js
}


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hashes(folder: Path = TARGET) -> dict[str, str]:
    """Path below `vendor/` -> SHA-256, for every file that is there but the manifest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST.name)
    return {path.relative_to(folder).as_posix(): digest(path) for path in files}


def copy(modules: Path, target: Path) -> dict[str, dict[str, str]]:
    """Copy what is taken; returns package -> version and licence. Raises OSError for a file that is not there."""
    packages = {}
    for package, files in TAKEN.items():
        about = json.loads((modules / package / "package.json").read_text("utf-8"))
        packages[package] = {"version": about["version"], "license": about["license"]}
        shutil.rmtree(target / package, ignore_errors=True)
        for name in files:
            place = target / package / name.removeprefix("dist/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(modules / package / name, place)
    return packages


def main() -> int:
    """Renew the vendored files and their manifest."""
    try:
        packages = copy(ROOT / "node_modules", TARGET)
    except OSError as error:
        print(f"缺少文件：{error.filename}。请先运行 npm ci --ignore-scripts", file=sys.stderr)
        return 2
    manifest = {"packages": packages, "files": hashes()}
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
