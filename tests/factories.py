"""Test data: a fresh instance, a small county with a person of every role, documents on their way."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import databases
from sqlalchemy.orm import Session

from content import people, tree, writing
from content.base import Database, local_date, now
from content.blobs import BlobStore
from content.cases import Case
from content.clearing import review, settle
from content.documents import Document
from content.house import House
from content.keys import KeyStore, MasterKey
from content.migrations import upgrade
from content.people import Department, Grant, Role, User
from content.privacy import Decision
from content.tree import Node
from workflows import applications
from workflows.access import Identity
from workflows.engine import fire

PASSWORD = "Qingyuan-2026"
# login -> (name, department, role, where it is held: a department's code)
PEOPLE = {
    "zhangli": ("张丽", "QY-mzj", Role.EDITOR, "QY-mzj"),
    "zhoumin": ("周敏", "QY-mzj", Role.REVIEWER, "QY-mzj"),
    "helixin": ("何立新", "QY-zfb", Role.CONFIDENTIALITY, "QY"),
    "wangjianguo": ("王建国", "QY-zfb", Role.SIGNER, "QY"),
    "yangsuqin": ("杨素琴", "QY-zfb", Role.SIGNER, "QY"),
    "zhengguodong": ("郑国栋", "QY-zfb", Role.AUDITOR, "QY"),
    "fangkai": ("方凯", "QY-zfb", Role.SYSTEM_ADMIN, "QY"),
    "shenjie": ("沈洁", "QY-zfb", Role.SECURITY_ADMIN, "QY"),
    "sunjing": ("孙静", "QY-scj", Role.EDITOR, "QY-scj"),
    "luoyan": ("罗燕", "QY-mzj", Role.CASE_OFFICER, "QY-mzj"),
}
DEPARTMENTS = (("QY", "清源县人民政府", "县政府", "县", None),
               ("QY-zfb", "清源县政府办公室", "县政府办公室", "部门", "QY"),
               ("QY-mzj", "清源县民政局", "县民政局", "部门", "QY"),
               ("QY-scj", "清源县市场监督管理局", "县市场监督管理局", "部门", "QY"))
STATEMENT = "已逐项审查，不涉及国家秘密、工作秘密，可以公开"


@lru_cache(maxsize=1)
def _migrated() -> bytes:
    """The octets of an empty SQLite database that was migrated once: copying it is quicker than migrating again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        database = Database(f"sqlite:///{path}")
        upgrade(database)
        database.dispose()  # the last connection to close takes the write-ahead log with it
        return path.read_bytes()


def today() -> dt.date:
    """The day it is in China. Asked in each test: a run that starts before midnight ends after it."""
    return local_date(now())


def open_house(home: Path, url: str | None = None) -> House:
    """A new, empty instance in `home`, migrated."""
    path = home / "gongkai.db"
    home.mkdir(parents=True, exist_ok=True)
    if url is None and not path.exists():
        path.write_bytes(_migrated())
    house = _house(home, url)
    upgrade(house.database)
    return house


def _house(home: Path, url: str | None) -> House:
    master = home / "secrets" / "master.key"
    keys = KeyStore(MasterKey.load(master) if master.exists() else MasterKey.create(master))
    database = databases.borrow(url or f"sqlite:///{home / 'gongkai.db'}")
    return House(home, database, keys, BlobStore(home / "blobs", keys))


@dataclass
class County:
    """A small county: columns by slug path, people by login; verbs that tests need again and again."""

    house: House
    columns: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)

    def node(self, session: Session, path: str = "tzgg") -> Node:
        return self.house.tree(session).by_id[self.columns[path]]

    def identity(self, session: Session, login: str, day: dt.date | None = None) -> Identity:
        session.flush()
        return Identity.of(session, session.get_one(User, self.users[login]), day or local_date(now()))

    def write(self, session: Session, *, path: str = "tzgg", title: str = "关于供水检修的通知",
              body: str = "<p>因管道检修，11月25日城关镇部分区域停水。</p>", by: str = "zhangli",
              type_name: str = "notice", **values: object) -> Document:
        """A draft in a column."""
        return writing.create(session, self.node(session, path), type_name, actor_id=self.users[by], title=title,
                              body=body, **values)

    def settle_all(self, session: Session, document: Document, decision: Decision = Decision.mask,
                   reason: str = "") -> int:
        """Decide about every open finding alike; returns how many there were."""
        found = review(session, self.house, document, document.head).open
        for each in found:
            settle(session, document, each, decision, reason, actor_id=document.owner_id or self.users["zhangli"])
        return len(found)

    def move(self, session: Session, subject: Document | Case, name: str, by: str, **facts: object) -> None:
        fire(session, self.house, subject, name, self.identity(session, by), **facts)

    def publish(self, session: Session, document: Document, now: dt.datetime | None = None) -> Document:
        """All the way, by four people."""
        self.settle_all(session, document)
        for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                                ("clear", "helixin", {"statement": STATEMENT}), ("sign", "wangjianguo", {})):
            self.move(session, document, name, by, now=now, **facts)
        return document


    def apply(self, session: Session, description: str = "2025年城乡低保资金发放情况", *,
              day: dt.date | None = None, **applicant: str) -> tuple[Case, str]:
        """An application for disclosure to the civil affairs bureau, filed online; the case and its query code."""
        person = {"name": "吴晓梅", "id_number": "110101199003070011", "phone": "13800138000"} | applicant
        return applications.file(
            session, self.house, "disclosure_request", "disclosure_request", "filed",
            office_id=self.departments["QY-mzj"], applicant=person, request={"description": description},
            applicant_class="natural", channel="internet", submitted=day or local_date(now()))


def make_county(house: House) -> County:
    """Departments, people and columns, committed."""
    county = County(house)
    with house.database.writer.begin() as session:
        house.keys.begin(session)
        for code, name, short, level, parent in DEPARTMENTS:
            unit = Department(code=code, name=name, short_name=short, level=level, organ_code="",
                              parent_id=county.departments.get(parent), phone="0399-6660000",
                              email=f"{code.lower()}@qingyuan.example", address="清源县城关镇人民路1号")
            session.add(unit)
            session.flush()
            county.departments[code] = unit.id
        for login, (name, unit, role, held_on) in PEOPLE.items():
            user = User(login=login, name=name, department_id=county.departments[unit], must_change=False,
                        email=f"{login}@qingyuan.example", password_set=now(),
                        grants=[Grant(role=role.value, department_id=county.departments[held_on])])
            session.add(user)
            session.flush()
            county.users[login] = user.id
        _columns(session, county)
    return county


@dataclass(frozen=True)
class Planted:
    """The small county, made once for all tests of a process: its key, its ids, and its database to be copied.

    `octets` are those of an SQLite file; on PostgreSQL there are none, and the database is copied by the server.
    """

    key: bytes
    county: County
    octets: bytes = b""

    def copy(self, home: Path, url: str | None = None) -> House:
        """An instance with the county in it; `url` names a copy of the database, but for SQLite."""
        master = home / "secrets" / "master.key"
        master.parent.mkdir(mode=0o700)
        master.write_bytes(self.key)
        master.chmod(0o600)
        if url is None:
            (home / "gongkai.db").write_bytes(self.octets)
        return _house(home, url)

    def of(self, house: House) -> County:
        """The county in a copy."""
        made = self.county
        return County(house, dict(made.columns), dict(made.users), dict(made.departments))


def plant_county(home: Path, url: str | None = None) -> Planted:
    """Make the county in an empty `home`, to be copied."""
    house = open_house(home, url)
    county = make_county(house)
    house.database.dispose()
    octets = b"" if url else (home / "gongkai.db").read_bytes()
    return Planted((home / "secrets" / "master.key").read_bytes(), county, octets)


def _columns(session: Session, county: County) -> None:
    office, civil = county.departments["QY-zfb"], county.departments["QY-mzj"]
    both = ["notice", "policy", "interpretation", "news", "page"]
    rows = (("zwgk", None, "政务公开", office, {}), ("zwgk/zcwj", "zwgk", "政策文件", civil, {"types": both}),
            ("tzgg", None, "通知公告", civil,
             {"types": both, "rule": {"type": "interval", "days": 30, "warn_before_days": 5}}),
            ("shjz", None, "社会救助", civil, {"types": ["notice"], "mask_names": True}),
            ("dtxw", None, "工作动态", civil, {"types": ["news"], "workflow": "publication_short"}),
            ("nbgk", None, "内部公开", civil, {"types": ["notice"], "audience": "internal", "workflow": "internal"}))
    for position, (path, parent, name, unit, more) in enumerate(rows):
        made = tree.create(session, actor_id=None, parent_id=county.columns.get(parent), name=name,
                           slug=path.rpartition("/")[2], department_id=unit, position=position, **more)
        county.columns[path] = made.id


def add_role(session: Session, county: County, login: str, role: Role, department: str = "QY") -> None:
    user = session.get_one(User, county.users[login])
    people.grant(session, user, role, actor_id=None, department_id=county.departments[department])
