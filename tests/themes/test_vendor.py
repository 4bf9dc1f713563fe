"""The vendored files are those of the manifest, which is that of the lock file."""

import json
import shutil

from themes import vendor

MANIFEST = json.loads(vendor.MANIFEST.read_text("utf-8"))


def test_files_are_those_of_the_manifest():
    assert vendor.hashes() == MANIFEST["files"]


def test_changed_added_and_lost_files_are_seen(tmp_path):
    folder = tmp_path / "vendor"
    shutil.copytree(vendor.TARGET, folder)
    (folder / "htmx.org" / "htmx.min.js").write_text("changed")
    (folder / "more.js").write_text("added")
    (folder / "hugerte" / "hugerte.min.js").unlink()
    different = {name for name, _ in vendor.hashes(folder).items() ^ MANIFEST["files"].items()}
    assert different == {"htmx.org/htmx.min.js", "more.js", "hugerte/hugerte.min.js"}


def test_versions_are_those_of_the_lock_file():
    lock = json.loads((vendor.ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for package, about in MANIFEST["packages"].items():
        assert lock[f"node_modules/{package}"]["version"] == about["version"]
        assert lock[f"node_modules/{package}"]["integrity"].startswith("sha512-")


def test_every_package_brings_its_licence():
    for package in vendor.TAKEN:
        assert any("licen" in name.lower() for name in MANIFEST["files"] if name.startswith(f"{package}/"))


def test_copy_takes_what_is_named(tmp_path):
    modules = tmp_path / "node_modules"
    for package, files in vendor.TAKEN.items():
        for name in files:
            (modules / package / name).parent.mkdir(parents=True, exist_ok=True)
            (modules / package / name).write_text(name)
        (modules / package / "package.json").write_text('{"version": "1.2.3", "license": "MIT"}')
    packages = vendor.copy(modules, tmp_path / "vendor")
    assert packages["hugerte"] == {"version": "1.2.3", "license": "MIT"}
    assert set(vendor.hashes(tmp_path / "vendor")) == set(MANIFEST["files"])
