"""Callbacks: what is not from WeChat, not new or not for us is refused."""

from __future__ import annotations

import base64
import datetime as dt

import pytest

from portal.wechat.signing import BadCallback, check, check_fresh, decrypt, encrypt, signature

KEY, OTHER, APPID = "a" * 42 + "E", "b" * 42 + "E", "wx0123456789abcdef"


def test_the_published_example():
    assert signature("AAAAA", "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


def test_a_signature_of_anything_else_is_refused():
    check(signature("t", "1", "n"), "t", "1", "n")
    for said in ("", "0" * 40, signature("t", "2", "n"), "签名"):
        with pytest.raises(BadCallback):
            check(said, "t", "1", "n")


def test_what_was_encrypted_is_read_also_with_the_former_key():
    sealed = encrypt("<xml>公开</xml>", KEY, APPID)
    assert decrypt(sealed, [KEY], APPID) == decrypt(sealed, [OTHER, KEY], APPID) == "<xml>公开</xml>"


@pytest.mark.parametrize("spoil", [
    lambda sealed: sealed[:-8], lambda sealed: "!" + sealed, lambda sealed: "", lambda sealed: sealed[:44],
    lambda sealed: base64.b64encode(base64.b64decode(sealed)[:-32]).decode()])
def test_what_was_damaged_is_refused(spoil):
    with pytest.raises(BadCallback):
        decrypt(spoil(encrypt("<xml/>", KEY, APPID)), [KEY], APPID)


def test_a_message_for_another_account_or_without_a_key_is_refused():
    with pytest.raises(BadCallback):
        decrypt(encrypt("<xml/>", KEY, "wxffffffffffffffff"), [KEY], APPID)
    with pytest.raises(BadCallback):
        decrypt(encrypt("<xml/>", KEY, APPID), [], APPID)


@pytest.mark.parametrize("said", ["", "abc", "1700000000", "99999999999", "１２３"])
def test_a_moment_long_ago_or_far_ahead_is_refused(said):
    with pytest.raises(BadCallback):
        check_fresh(said, dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
