"""`gongkai wechat`: an account is entered from files, and checked."""

from __future__ import annotations

import json
from functools import partial

import pytest
from wechat_stand_in import APPID, SECRET


@pytest.fixture
def run(county, server, tmp_path, gongkai, monkeypatch):
    monkeypatch.setenv("GONGKAI_WECHAT_HOST", server.address)
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "token").write_text("token")
    (tmp_path / "key").write_text("a" * 43)
    return partial(gongkai, "wechat")


@pytest.fixture
def added(run, tmp_path):
    return run("add", "清源发布", "--appid", APPID, "--secret-file", str(tmp_path / "secret"),
               "--token-file", str(tmp_path / "token"), "--aes-key-file", str(tmp_path / "key"),
               "--department", "QY-zfb")


def test_an_account_is_entered_and_works(run, added):
    assert added[0] == 0 and not added[2]
    status, out, err = run("check", "--json")
    (account,) = json.loads(out)["accounts"]
    assert (status, err, account["ok"]) == (0, [], True)
    assert [point["name"] for point in account["points"]] == ["token", "picture", "draft", "publish", "mass",
                                                              "followers", "figures", "callback"]


def test_what_does_not_work_is_said_with_its_meaning_and_fails(run, added, server):
    server.fail("/cgi-bin/stable_token", 40164)
    status, out, _err = run("check")
    assert status == 1 and "✗ 取得 access_token" in out and "IP 白名单" in out and SECRET not in out


@pytest.mark.parametrize("words, said", [
    (["check"], "gongkai wechat add"), (["check", "--account", "没有"], "gongkai wechat add"),
    (["add", "甲", "--appid", "wx1", "--secret-file", "{secret}", "--department", "QY"], "AppID"),
    (["add", "甲", "--appid", APPID, "--secret-file", "{secret}", "--department", "XX"], "XX"),
    (["add", "甲", "--appid", APPID, "--secret-file", "/nowhere", "--department", "QY"], "/nowhere")])
def test_bad_input_is_one_line(run, tmp_path, words, said):
    status, out, err = run(*(word.format(secret=tmp_path / "secret") for word in words))
    assert (status, out, len(err)) == (2, "", 1) and said in err[0]
