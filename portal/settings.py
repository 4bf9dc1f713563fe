"""Settings: every one with its name, its default and one sentence; from `settings.toml`, then the environment.

`DIR/settings.toml` holds an instance's settings, facts of the site under `[site]`; an environment variable
`GONGKAI_<NAME>` goes before the file. An unknown name is an error at start-up, not silently nothing.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from content.problems import Trouble


class BadSettings(Trouble, ValueError):
    """A settings file is wrong; the message says where and what."""


@dataclass(frozen=True)
class Setting:
    """One setting; its type is that of its default."""

    name: str
    default: Any
    sentence: str


SETTINGS = (
    Setting("database", "", "SQLAlchemy URL of the database; empty for SQLite in the instance's folder."),
    Setting("search", "", "URL of the search engine; empty for Whoosh in the instance's folder."),
    Setting("host", "127.0.0.1", "Address on which `gongkai serve` listens."),
    Setting("port", 6543, "Port on which `gongkai serve` listens."),
    Setting("threads", 8, "Threads that serve requests."),
    Setting("behind_tls", False, "Whether visitors reach the portal by https only: secure cookies and HSTS."),
    Setting("trusted_proxy", "", "Address of the reverse proxy whose X-Forwarded headers are believed."),
    Setting("base_url", "http://localhost:6543", "Address of the site as visitors know it, for feeds and mail."),
    Setting("idle_minutes", 15, "Minutes without a request after which a desk session ends (等保三级: at most 30)."),
    Setting("password_days", 90, "Days after which a password must be changed; 0 for never."),
    Setting("lock_failures", 5, "Wrong passwords in a row after which an account is locked."),
    Setting("lock_minutes", 30, "Minutes for which it stays locked."),
    Setting("login_rate", "20/minute", "How often one address may try to log in."),
    Setting("search_rate", "120/minute", "How often one address may search."),
    Setting("report_rate", "10/hour", "How often one address may report an error."),
    Setting("apply_rate", "6/10 minute", "How many applications one address may file without a proof of work."),
    Setting("code_rate", "20/10 minute", "How many wrong query codes one address may try."),
    Setting("recover_rate", "5/hour", "How often one address may ask for a lost query code."),
    Setting("receipt_confirms", True, "Whether the receipt of an online filing confirms it (Art. 31, 收到日)."),
    Setting("case_retention_years", 10, "Years after its end for which the contents of a case are kept; 0 for ever."),
    Setting("upload_megabytes", 64, "Largest request that is taken, in megabytes: several files at once."),
    Setting("file_megabytes", 20, "Largest file that is taken, in megabytes."),
    Setting("page_size", 10, "Documents on one page of a column."),
    Setting("theme", "default", "Name of the theme, a folder of `themes/`."),
    Setting("synonyms", "", "Path of a synonyms file for search; empty for the one that is shipped."),
    Setting("index_rule", "{organ}/{year}-{serial:05d}", "How an index number (索引号) is written."),
    Setting("letter_rule", "{organ}信公开〔{year}〕{serial}号{mark}",
            "How letters of cases are numbered; {code} is the organ's code, {mark} the kind of letter (答, 补 ...)."),
    Setting("superior_organ", "", "Organ of reconsideration above the county's government itself (复议机关)."),
    Setting("worker_seconds", 1.0, "Seconds between two looks of the worker at the journal."),
    Setting("purge", "", "Address of a cache in front of the portal that takes HTTP PURGE; empty when there is none."),
    Setting("mail_host", "", "SMTP server; empty keeps mail in the outbox."),
    Setting("mail_port", 25, "Port of the SMTP server."),
    Setting("mail_user", "", "User name at the SMTP server."),
    Setting("mail_password_file", "", "File that holds the password at the SMTP server."),
    Setting("mail_tls", "starttls", "`starttls`, `tls` or `none`."),
    Setting("mail_from", "", "Sender of mail."),
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
        if unknown := site.keys() - {each.name for each in fields(Site)}:
            raise BadSettings(f"{path}: [site] has no {', '.join(sorted(unknown))}")
        if unknown := raw.keys() - {setting.name for setting in SETTINGS}:
            raise BadSettings(f"{path}: there is no setting {', '.join(sorted(unknown))}")
        values = {setting.name: _value(setting, raw, path) for setting in SETTINGS}
        _check_rules(values, path)
        return cls(home, Site(**site), values)

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'gongkai.db'}"

    @property
    def search_url(self) -> str:
        return self.search or f"whoosh://{self.home / 'index'}"


def write_settings(home: Path, site: Site) -> Path | None:
    """A settings file for a new instance: the site's facts, and every setting with its sentence and default.

    None, and nothing is written, where there is one already.
    """
    path = home / "settings.toml"
    if path.exists():
        return None
    lines = ["# Settings of this instance. Take the # away before a name to change it.", ""]
    for setting in SETTINGS:
        lines += [f"# {setting.sentence}", f"#{setting.name} = {_toml(setting.default)}", ""]
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
    except tomllib.TOMLDecodeError as problem:
        raise BadSettings(f"{path}: not TOML: {problem}") from None


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


def _value(setting: Setting, raw: dict[str, Any], path: Path) -> Any:
    written = os.environ.get(f"GONGKAI_{setting.name.upper()}", raw.get(setting.name, setting.default))
    kind = type(setting.default)
    if kind is bool and isinstance(written, str):
        return written.lower() in ("1", "true", "yes", "on")
    try:
        return kind(written)
    except (TypeError, ValueError):
        raise BadSettings(f"{path}: {setting.name} must be a {kind.__name__}, not {written!r}") from None
