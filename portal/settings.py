"""Settings: every one with its name, its default and one sentence; from `settings.toml`, then the environment.

`DIR/settings.toml` holds an instance's settings, facts of the site under `[site]`; an environment variable
`GONGKAI_<NAME>` goes before the file. An unknown name is an error at start-up, not silently nothing.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import themes
from content.problems import Trouble

DATABASES = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):[^/\s]*@")


class BadSettings(Trouble, ValueError):
    """A settings file is wrong; the message says where and what."""


@dataclass(frozen=True)
class Setting:
    """One setting; its type is that of its default. Numbers lie between `least` and `most`, a text is `one_of` some, or
    of a `form` (see `FORMS`), or empty where the default is."""

    name: str
    default: Any
    sentence: str
    least: float = 0
    most: float = 10 ** 9
    one_of: tuple[str, ...] = ()
    form: str = ""


SETTINGS = (
    Setting("database", "", "SQLAlchemy URL of the database; empty for SQLite in the instance's folder."),
    Setting("replicas", "", "URLs of streaming replicas that answer the public, with spaces between them."),
    Setting("blobs", "", "Where files lie: s3://bucket/prefix?endpoint=…, or file:///folder; empty for a folder here."),
    Setting("blobs_secret_file", "", "File of two lines, key id and secret of the S3 store; empty: AWS_… variables."),
    Setting("host_name", "", "Name of this host among several; empty for its own name and a mark of this folder."),
    Setting("search", "", "URL of the search engine; empty for Whoosh in the instance's folder, \"postgresql\" for "
            "the database above."),
    Setting("host", "127.0.0.1", "Address on which `gongkai serve` listens."),
    Setting("port", 6543, "Port on which `gongkai serve` listens.", most=65_535),
    Setting("threads", 8, "Threads that serve requests.", least=1),
    Setting("behind_tls", False, "Whether visitors reach the portal by https only: secure cookies and HSTS."),
    Setting("trusted_proxy", "", "Address of the reverse proxy whose X-Forwarded headers are believed.",
            form="machine"),
    Setting("base_url", "http://localhost:6543", "Address of the site as visitors know it, for feeds and mail.",
            form="web"),
    Setting("accepted_hosts", "", "Further names under which the portal answers, beside those of base_url and [site] "
            "domain, with spaces between them; *.example.cn for all below one, * for any."),
    Setting("idle_minutes", 15, "Minutes without a request after which a desk session ends (等保三级: at most 30).",
            least=1),
    Setting("password_days", 90, "Days after which a password must be changed; 0 for never."),
    Setting("lock_failures", 5, "Wrong passwords in a row after which an account is locked.", least=1),
    Setting("lock_minutes", 30, "Minutes for which it stays locked.", least=1),
    Setting("login_rate", "20/minute", "How often one address may try to log in."),
    Setting("search_rate", "120/minute", "How often one address may search."),
    Setting("api_rate", "300/minute", "How often one address may ask the open-data API."),
    Setting("report_rate", "10/hour", "How often one address may report an error."),
    Setting("apply_rate", "6/10 minute", "How many applications one address may file without a proof of work."),
    Setting("code_rate", "20/10 minute", "How many wrong query codes one address may try."),
    Setting("recover_rate", "5/hour", "How often one address may ask for a lost query code."),
    Setting("account_rate", "20/hour", "How often one address may ask for a link to a requester's account."),
    Setting("subscribe_rate", "20/hour", "How often one address may ask for a subscription by mail."),
    Setting("receipt_confirms", True, "Whether the receipt of an online filing confirms it (Art. 31, 收到日)."),
    Setting("case_retention_years", 10, "Years after its end for which the contents of a case are kept; 0 for ever."),
    Setting("upload_megabytes", 64, "Largest request that is taken, in megabytes: several files at once.", least=1),
    Setting("file_megabytes", 20, "Largest file that is taken, in megabytes.", least=1),
    Setting("published_pages", True, "Whether public pages are written as files below site/, and served from there."),
    Setting("page_size", 10, "Documents on one page of a column.", least=1),
    Setting("kiosk_idle_seconds", 60, "Seconds without a touch after which a touch screen (/kiosk) begins anew.",
            least=1),
    Setting("kiosk_words", "低保 高龄津贴 医保 公租房 供暖 招聘 农机补贴 征地",
            "Words that a touch screen offers to search for, with spaces between them."),
    Setting("display_seconds", 12, "Seconds for which the wall (/display) shows one page.", least=1),
    Setting("theme", "default", "Name of the theme, a folder of `themes/`."),
    Setting("synonyms", "", "Path of a synonyms file for search; empty for the one that is shipped."),
    Setting("index_rule", "{organ}/{year}-{serial:05d}", "How an index number (索引号) is written."),
    Setting("letter_rule", "{organ}信公开〔{year}〕{serial}号{mark}",
            "How letters of cases are numbered; {code} is the organ's code, {mark} the kind of letter (答, 补 ...)."),
    Setting("superior_organ", "", "Organ of reconsideration above the county's government itself (复议机关)."),
    Setting("check_links", True, "Whether the worker asks for the links in what is published, to find broken ones."),
    Setting("harvest_private", False, "Whether `gongkai harvest` may ask a portal inside our own network."),
    Setting("harvest_patience", 60,
            "Seconds that `gongkai harvest` waits, in all, for a portal that does not answer; 0 to ask once."),
    Setting("slow_query_ms", 500, "Milliseconds from which a database statement is logged as slow; 0 for never."),
    Setting("slow_request_ms", 2000, "Milliseconds from which a request is logged as slow; 0 for never."),
    Setting("metrics_from", "127.0.0.1 ::1",
            "Addresses and networks that may read /metrics, with spaces between them; empty for nobody."),
    Setting("worker_seconds", 1.0, "Seconds between two looks of the worker at the journal.", least=0.01),
    Setting("purge", "", "Address of a cache in front of the portal that takes HTTP PURGE; empty when there is none.",
            form="web"),
    Setting("wechat_host", "https://api.weixin.qq.com", "Where the official-account interface of WeChat is reached.",
            form="web"),
    Setting("websub_hub", "", "Address of a WebSub hub that is told which feeds changed; empty when there is none.",
            form="web"),
    Setting("mail_host", "", "SMTP server; empty keeps mail in the outbox."),
    Setting("mail_port", 25, "Port of the SMTP server.", most=65_535),
    Setting("mail_user", "", "User name at the SMTP server."),
    Setting("mail_password_file", "", "File that holds the password at the SMTP server."),
    Setting("mail_tls", "starttls", "`starttls`, `tls` or `none`.", one_of=("starttls", "tls", "none")),
    Setting("mail_from", "", "Sender of mail."),
    Setting("mail_bounces", "", "Mailbox to which bounces go (see `gongkai bounces`); empty for that of mail_from."),
    Setting("demo", False, "Whether this is a demonstration: the desk shows what mail waits, and whom it names."),
)


@dataclass(frozen=True)
class Site:
    """Facts of the site, shown in the head and foot of every page (政府网站发展指引)."""

    name: str = "政府信息公开"
    organ: str = "（机关名称）"
    domain: str = ""
    id_code: str = ""  # 网站标识码: ten digits, or bm and eight digits
    icp: str = ""
    police_record: str = ""
    host_organ: str = "（主办单位）"
    phone: str = ""
    address: str = ""
    postcode: str = ""
    hours: str = ""
    english_name: str = "Government Information Disclosure"
    english_organ: str = ""


@dataclass(frozen=True)
class Settings:
    """The settings of an instance; every name of `SETTINGS` is an attribute."""

    home: Path
    site: Site = field(default_factory=Site)
    values: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(f"no setting {name!r}") from None

    @classmethod
    def load(cls, home: Path) -> Settings:
        """Raises `BadSettings`."""
        path = home / "settings.toml"
        raw = _read(path)
        site = raw.pop("site", {})
        if not isinstance(site, dict) or not all(isinstance(each, str) for each in site.values()):
            raise BadSettings(f"{path}: [site] is a table of texts")
        if unknown := site.keys() - {each.name for each in fields(Site)}:
            raise BadSettings(f"{path}: [site] has no {', '.join(sorted(unknown))}")
        if unknown := raw.keys() - {setting.name for setting in SETTINGS}:
            raise BadSettings(f"{path}: there is no setting {', '.join(sorted(unknown))}")
        values = {setting.name: _value(setting, raw, path) for setting in SETTINGS}
        _check_rules(values, path)
        if values["theme"] not in themes.names():
            raise BadSettings(f"{path}: theme must be one of {', '.join(themes.names())}, not {values['theme']!r}")
        _check_hosts(values["accepted_hosts"], path)
        _check_databases(values, path)
        return cls(home, Site(**site), values)

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'gongkai.db'}"

    @property
    def search_url(self) -> str:
        if self.search.rstrip(":") == "postgresql":  # the portal's own database, where it is one
            return self.database.replace("+psycopg", "", 1) if self.database.startswith("postgresql") else "postgresql:"
        return self.search or f"whoosh://{self.home / 'index'}"


def write_settings(home: Path, site: Site, **chosen: Any) -> Path | None:
    """A settings file for a new instance: the site's facts, and every setting with its sentence and default, `chosen`
    ones with their value.

    None, and nothing is written, where there is one already.
    """
    path = home / "settings.toml"
    if path.exists():
        return None
    lines = ["# Settings of this instance. Take the # away before a name to change it.", ""]
    for setting in SETTINGS:
        mark = "" if setting.name in chosen else "#"
        value = chosen.get(setting.name, setting.default)
        lines += [f"# {setting.sentence}", f"{mark}{setting.name} = {_toml(value)}", ""]
    lines += ["# Facts of the site, shown on every page (政府网站发展指引, 国办发〔2017〕47号).", "[site]"]
    lines += [f"{each.name} = {_toml(getattr(site, each.name))}" for each in fields(Site)]
    partial = path.with_suffix(".partial")
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    partial.replace(path)
    return path


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # strings, numbers and booleans are spelled alike in both


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadSettings(f"{path}: not TOML in UTF-8: {problem}") from None


# What the rules of numbers may name, with a sample of each.
RULES = {"index_rule": {"organ": "", "year": 2026, "serial": 1},
         "letter_rule": {"organ": "", "code": "", "year": 2026, "serial": 1, "mark": ""}}


def _check_rules(values: dict[str, Any], path: Path) -> None:
    for name, samples in RULES.items():
        try:
            values[name].format(**samples)
        except (LookupError, ValueError, AttributeError) as problem:
            raise BadSettings(f"{path}: {name} cannot be read ({problem}); it may name {', '.join(samples)}") from None
        if "{serial" not in values[name] or "{year" not in values[name]:
            raise BadSettings(f"{path}: {name} must name year and serial, or numbers come twice")


_HOST = re.compile(r"\*|(\*\.)?[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?")


def _check_hosts(written: str, path: Path) -> None:
    for each in written.split():
        if not _HOST.fullmatch(each):
            raise BadSettings(f"{path}: accepted_hosts: {each} is no name of a host: write it without http:// and port")


def _check_databases(values: dict[str, Any], path: Path) -> None:
    """Raises `BadSettings`, which does not say the address: a password may stand in it."""
    for name in ("database", "replicas"):
        for address in values[name].split() if name == "replicas" else filter(None, [values[name]]):
            if not _is_database(address):
                raise BadSettings(f"{path}: {name} is no address of a database: write "
                                  "postgresql+psycopg://user@host/name, or sqlite:////path")


def _is_database(address: str) -> bool:
    from sqlalchemy.engine import make_url  # heavy, and no need of an instance that says nothing of it
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(address).drivername in DATABASES
    except (ArgumentError, ValueError):
        return False


def without_password(value: Any) -> Any:
    """The value of a setting as it may be shown: an address keeps its user and loses his password."""
    return _PASSWORD.sub(r"\1:***@", value) if isinstance(value, str) else value


_TRUTH = {"": False, "1": True, "true": True, "yes": True, "on": True,
          "0": False, "false": False, "no": False, "off": False}


def _value(setting: Setting, raw: dict[str, Any], path: Path) -> Any:
    """What is written, in a file by its type, in the environment as words."""
    named, kind = os.environ.get(f"GONGKAI_{setting.name.upper()}"), type(setting.default)
    written = raw.get(setting.name, setting.default) if named is None else named
    found = _read_as(kind, written)
    if found is None:
        raise BadSettings(f"{path}: {setting.name} must be {_KINDS[kind]}, not {without_password(written)!r}")
    if kind in (int, float) and not setting.least <= found <= setting.most:
        raise BadSettings(f"{path}: {setting.name} must lie between {setting.least:g} and {setting.most:.0f}, "
                          f"not {found}")
    if setting.form and (found or setting.default) and not FORMS[setting.form][0](found):
        raise BadSettings(f"{path}: {setting.name} must be {FORMS[setting.form][1]}, not {without_password(found)!r}")
    if setting.one_of and found not in setting.one_of:
        raise BadSettings(f"{path}: {setting.name} must be one of {', '.join(setting.one_of)}, not {found!r}")
    return found


def _is_on_the_web(written: str) -> bool:
    try:
        parts = urlsplit(written)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _is_a_machine(written: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(written))
    return written == "*"


FORMS = {"web": (_is_on_the_web, "an address that begins with http:// or https://"),
         "machine": (_is_a_machine, "an IP address, or * for any")}
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def _read_as(kind: type, written: Any) -> Any:
    """None for what is nothing of this kind."""
    if isinstance(written, str) and kind is not str:
        with suppress(ValueError):
            return _TRUTH.get(written.strip().lower()) if kind is bool else kind(written)
        return None
    if kind is float and type(written) is int:
        return float(written)
    return written if type(written) is kind else None
