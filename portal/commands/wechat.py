"""`gongkai wechat`: enter an official account (微信公众号), and say what works with it and what each failure means."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import select

from content import wechat
from content.people import Department
from content.wechat import BadAccount, Secrets, WechatAccount
from portal.commands import DONE, FAILED, BadInput, Call, Command, put_json

LARGEST = 4096  # octets of a file that holds one secret


def _arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    checked = verbs.add_parser("check", help="say what works with the accounts, and what each failure means")
    checked.add_argument("--account", metavar="NAME", help="this account alone")
    checked.add_argument("--json", action="store_true", help="print JSON")
    added = verbs.add_parser("add", help="enter an account; its secrets are read from files and kept sealed")
    added.add_argument("name", metavar="NAME", help="name of the account as readers know it")
    added.add_argument("--appid", required=True)
    added.add_argument("--secret-file", required=True, type=Path, metavar="FILE", help="file with the AppSecret")
    added.add_argument("--token-file", type=Path, metavar="FILE", help="file with the Token of the callbacks")
    added.add_argument("--aes-key-file", type=Path, metavar="FILE", help="file with the EncodingAESKey")
    added.add_argument("--kind", choices=list(wechat.KINDS), default="subscription")
    added.add_argument("--department", required=True, metavar="CODE", help="the organ to which it belongs")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    return {"check": _check, "add": _add}[chosen.verb](chosen, call)


def _add(chosen: argparse.Namespace, call: Call) -> int:
    house = call.instance.house
    secrets = Secrets(_secret(chosen.secret_file), _secret(chosen.token_file), _secret(chosen.aes_key_file))
    with house.database.writer.begin() as session:
        unit = session.scalar(select(Department.id).where(Department.code == chosen.department))
        if unit is None:
            raise BadInput(f"there is no department {chosen.department}")
        try:
            wechat.add(session, house, name=chosen.name, appid=chosen.appid, kind=chosen.kind, department_id=unit,
                       secrets=secrets, actor_id=None)
        except BadAccount as problem:
            raise BadInput(str(problem)) from None
    print(f"已登记公众号“{chosen.name}”；用 gongkai wechat check 看它能做什么")
    return DONE


def _secret(path: Path | None) -> str:
    """Of a file and not of the command line, which other users of the machine can see."""
    if path is None:
        return ""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is too large to hold a secret")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(f"{path}: {getattr(problem, 'strerror', None) or 'not a text'}") from None


def _check(chosen: argparse.Namespace, call: Call) -> int:
    from portal.wechat import checking  # pictures and HTTP, which the other verbs do without

    house, host = call.instance.house, call.instance.settings.wechat_host
    results = {account.name: checking.check(house, account, host) for account in _accounts(chosen, call)}
    if chosen.json:
        put_json({"accounts": [{"name": name, "ok": all(each.ok for each in points),
                                "points": [asdict(each) for each in points]} for name, points in results.items()]})
    else:
        for name, points in results.items():
            print(name)
            for each in points:
                print(f"  {'✓' if each.ok else '✗'} {each.title}：{each.words}"
                      + (f"。{each.advice}" if each.advice else ""))
    return DONE if all(each.ok for points in results.values() for each in points) else FAILED


def _accounts(chosen: argparse.Namespace, call: Call) -> list[WechatAccount]:
    with call.instance.house.database.reader() as session:
        found = wechat.accounts(session)
    wanted = [account for account in found if chosen.account in (None, account.name)]
    if not wanted:
        raise BadInput(f"there is no account {chosen.account!r}" if found else
                       "no official account is set up: enter one with `gongkai wechat add`")
    return wanted


COMMAND = Command("wechat", "Enter WeChat official accounts, and say what works with them.", _run, _arguments)
