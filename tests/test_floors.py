"""The floors: portal → workflows → content, themes on their own; no import cycle among modules."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {"portal": {"portal", "workflows", "content", "themes"}, "workflows": {"workflows", "content"},
          "content": {"content"}, "themes": {"themes"}}
WEB = {"pyramid", "webob", "deform", "chameleon", "waitress"}


def sources(floor: str) -> list[Path]:
    return sorted((ROOT / floor).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, everywhere: bool = True) -> set[str]:
    """Modules that a file imports, also those inside functions unless `everywhere` is False."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.nodatabase
@pytest.mark.parametrize("floor", sorted(FLOORS))
def test_imports_run_downwards(floor):
    for path in sources(floor):
        ours = {name.partition(".")[0] for name in imported(path)} & set(FLOORS)
        assert ours <= FLOORS[floor], f"{path.relative_to(ROOT)} imports {ours - FLOORS[floor]}"


@pytest.mark.nodatabase
@pytest.mark.parametrize("floor", ["content", "workflows"])
def test_the_lower_floors_know_no_web(floor):
    for path in sources(floor):
        web = {name.partition(".")[0] for name in imported(path)} & WEB
        assert not web, f"{path.relative_to(ROOT)} imports {web}"


@pytest.mark.nodatabase
def test_no_import_cycle():
    modules = {name_of(path): path for floor in FLOORS for path in sources(floor)}
    edges = {name: {found for found in imported(path) if found in modules and found != name
                    and not name.startswith(found + ".")} for name, path in modules.items()}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, "an import cycle: " + " → ".join((*way[way.index(name):], name))
        if name not in done:
            for found in sorted(edges[name]):
                visit(found, (*way, name))
            done.add(name)

    for name in sorted(modules):
        visit(name, ())
