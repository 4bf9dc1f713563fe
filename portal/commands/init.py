"""`gongkai init`: make an instance, or complete one; nothing that is there is written over."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from content import planting
from content.planting import Planted
from portal import instance, sample
from portal.commands import DONE, BadInput, Call, Command
from portal.settings import Site


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--departments", type=Path, metavar="FILE", help='JSON: {"departments": […]}')
    parser.add_argument("--columns", type=Path, metavar="FILE", help='JSON: {"columns": […]}')
    parser.add_argument("--sample", action="store_true", help="the sample county 清源县, with demo accounts")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    if chosen.sample and (chosen.columns or chosen.departments):
        raise BadInput("--sample brings its own columns and departments: leave the other two out")
    departments = _rows(chosen.departments, "departments") if chosen.departments else []
    columns = _rows(chosen.columns, "columns") if chosen.columns else []
    made = instance.make(call.home, sample.site(), demo=True) if chosen.sample else instance.make(call.home, Site())
    for sentence in made:
        print(sentence)
    if departments or columns:
        _plant(call, departments, columns)
    if chosen.sample:
        _sample(call)
    return DONE


def _sample(call: Call) -> None:
    """The sample county with its accounts. Raises `BadInput` where something else, or half of it, is already."""
    house, path = call.instance.house, call.home / "demo-accounts.txt"
    accounts = sample.load(house)
    if accounts:
        print(f"示例县：已建立，演示账号保存在 {path}\n{sample.write_accounts(accounts, house)}", end="")
    elif path.exists():
        print(f"示例县：已有，演示账号见 {path}")
    else:
        raise BadInput(f"{call.home} has people of its own, or half of the sample county: the sample is only put into "
                       "an empty instance, so choose another --home")


def _rows(path: Path, key: str) -> list[Any]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))[key]
    except OSError as problem:
        raise BadInput(f"{path} cannot be read: {problem.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise BadInput(f'{path} is not a JSON file of the form {{"{key}": […]}}') from None
    if not isinstance(rows, list):
        raise BadInput(f'{path}: "{key}" is not a list')
    return rows


def _plant(call: Call, departments: list[Any], columns: list[Any]) -> None:
    """All of it or, when a row is wrong, nothing."""
    with call.instance.house.database.writer.begin() as session:
        units = planting.departments(session, departments, actor_id=None)
        places = planting.columns(session, columns, actor_id=None)
    print(f"机构：{_counted(units)}")
    print(f"栏目：{_counted(places)}")


def _counted(planted: Planted) -> str:
    return f"新建{planted.made}个，已有{planted.kept}个"


COMMAND = Command("init", "Make an instance (or complete one): keys, database, departments, columns.", _run, _arguments)
