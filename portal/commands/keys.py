"""`gongkai keys`: a new data key for what is sealed from now on; all data keys under a new master key."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from content.keys import MasterKey
from portal.commands import DONE, BadInput, Call, Command


def _arguments(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    below.add_parser("rotate", help="a new data key; older ones go on opening what they sealed")
    rewrap = below.add_parser("rewrap", help="wrap every data key under a new master key")
    rewrap.add_argument("--new", type=Path, required=True, metavar="FILE",
                        help="file of the new master key; it is made when it is not there")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    return {"rotate": _rotate, "rewrap": _rewrap}[chosen.act](chosen, call)


def _rotate(chosen: argparse.Namespace, call: Call) -> int:
    house = call.instance.house
    with house.database.writer.begin() as session:
        key_id = house.keys.rotate(session, actor_id=None)
    print(f"数据密钥：{key_id}")
    return DONE


def _rewrap(chosen: argparse.Namespace, call: Call) -> int:
    """The new key lies in its file before the database changes, and takes the old one's place after it."""
    house, place = call.instance.house, call.home / "secrets" / "master.key"
    if chosen.new.resolve() == place.resolve():
        raise BadInput(f"{chosen.new} is the present master key: name another file")
    new = MasterKey.from_file(chosen.new) if chosen.new.exists() else MasterKey.create(chosen.new)
    with house.database.writer.begin() as session:
        count = house.keys.rewrap(session, new, actor_id=None)
    print(f"已改用新的主密钥封装{count}个数据密钥；重新启动后，已登录的人要重新登录")
    if os.environ.get("GONGKAI_MASTER_KEY"):
        print(f"请把 GONGKAI_MASTER_KEY 换成 {chosen.new} 的内容，然后重新启动")
    else:
        print(f"旧密钥已移到 {_replace(place, chosen.new, house.keys.master)}，请另行封存；然后重新启动服务")
    return DONE


def _replace(place: Path, new: Path, old: MasterKey) -> Path:
    """Put a copy of `new` at `place`; returns where the old key went."""
    kept, partial = place.with_name(f"master-{old.fingerprint}.key"), place.with_name(".master.key")
    partial.touch(mode=0o600)
    with partial.open("wb") as file:
        file.write(new.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    if not kept.exists():
        os.link(place, kept)  # a second name, so that there is a key at `place` at every moment
    partial.replace(place)
    return kept


COMMAND = Command("keys", "Rotate the data keys, or wrap them under a new master key.", _run, _arguments)
