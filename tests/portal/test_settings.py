"""What is written in the settings and cannot be meant is said at the start, with what may be written."""

from __future__ import annotations

import pytest

from portal.settings import BadSettings, Settings

pytestmark = pytest.mark.nodatabase


def load(folder, line: str) -> Settings:
    (folder / "settings.toml").write_text(f"{line}\n", encoding="utf-8")
    return Settings.load(folder)


@pytest.mark.parametrize("name", ["base_url", "purge", "websub_hub", "wechat_host"])
@pytest.mark.parametrize("written", ["www.example.cn", "ftp://example.cn", "http://", "http://a:b", "https://[::1",
                                     "http://a:99999"])
def test_an_address_of_the_web_is_one(tmp_path, name, written):
    with pytest.raises(BadSettings, match=rf"settings\.toml: {name} must be an address that begins with http"):
        load(tmp_path, f'{name} = "{written}"')


@pytest.mark.parametrize("written", ["https://www.example.cn", "http://127.0.0.1:6081/", "http://[::1]:8080"])
def test_such_are_taken(tmp_path, written):
    assert load(tmp_path, f'purge = "{written}"').purge == written
    assert load(tmp_path, 'purge = ""').purge == ""


def test_there_is_no_portal_without_an_address(tmp_path):
    with pytest.raises(BadSettings, match="base_url must be"):
        load(tmp_path, 'base_url = ""')


@pytest.mark.parametrize(("written", "good"), [("127.0.0.1", True), ("::1", True), ("*", True), ("", True),
                                               ("nginx", False), ("10.0.0.0/8", False), ("127.0.0.1:80", False)])
def test_a_proxy_is_told_by_the_address_that_requests_come_from(tmp_path, written, good):
    if good:
        assert load(tmp_path, f'trusted_proxy = "{written}"').trusted_proxy == written
    else:
        with pytest.raises(BadSettings, match="trusted_proxy must be an IP address"):
            load(tmp_path, f'trusted_proxy = "{written}"')


def test_a_password_in_an_address_is_not_said(tmp_path):
    with pytest.raises(BadSettings) as problem:
        load(tmp_path, 'purge = "ftp://cache:geheim@example.cn"')
    assert "geheim" not in str(problem.value)
