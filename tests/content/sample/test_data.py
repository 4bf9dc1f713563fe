"""Holds the sample county's files to what the README beside them says."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree, html

import content
from content.privacy import scan_html, scan_text
from content.types import all_types, type_of

DATA = Path(content.__file__).parent / "sample" / "data"
STATES = {"draft", "department_review", "confidentiality_review", "sign_off", "scheduled", "published",
          "withdrawn", "archived"}
ROLES = {"editor", "reviewer", "confidentiality", "signer", "case_officer", "auditor", "system_admin",
         "security_admin"}
POINTERS = ("interprets", "abolishes", "supersedes")
LONG_NUMBER = re.compile(r"(?<![0-9A-Z])[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[0-9Xx]")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
PLAIN = re.compile(r"-?[\d,]+(?:\.\d+)?")


def _rows(name: str) -> list[dict]:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))[name]


COLUMNS = {row["code"]: row for row in _rows("columns")}
DEPARTMENTS = {row["code"]: row for row in _rows("departments")}
USERS = {row["login"]: row for row in _rows("users")}
DOCUMENTS = [json.loads(line) for line in (DATA / "documents.jsonl").read_text("utf-8").splitlines()]
BY_KEY = {document["key"]: document for document in DOCUMENTS}
OUT = [document for document in DOCUMENTS if document["state"] in {"published", "archived"}]
OPEN = [document for document in DOCUMENTS if document.get("personal")]


def _ids(documents: list[dict]):
    return pytest.mark.parametrize("document", documents, ids=lambda document: document["key"])


def _valid(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return number[17].upper() == "10X98765432"[total % 11]


def _office_contacts() -> frozenset[str]:
    listed = (row[key] for row in DEPARTMENTS.values() for key in ("phone", "email") if key in row)
    return frozenset(form for value in listed for form in (value, value.replace("-", "")))


def _below(code: str | None, top: str) -> bool:
    while code is not None and code != top:
        code = DEPARTMENTS[code]["parent"]
    return code == top


def _may_write(user: dict, document: dict) -> bool:
    editor = [role for role in user["roles"] if role["role"] == "editor"]
    return any(document["column"].startswith(role["column"]) if "column" in role
               else _below(document["department"], role["department"]) for role in editor)


def test_the_tree_is_whole_and_siblings_differ_by_slug():
    for column in COLUMNS.values():
        assert column["parent"] is None or column["parent"] in COLUMNS
        assert column["department"] in DEPARTMENTS
        assert re.fullmatch(r"[a-z0-9-]+", column["slug"])
        assert set(column["types"]) <= set(all_types())
        assert column["description"].endswith("。") and column["basis"] and column["column_type"]
        assert (column["kind"] == "external") == ("external_url" in column)
    assert max(Counter((column["parent"], column["slug"]) for column in COLUMNS.values()).values()) == 1


def test_internal_columns_go_through_the_internal_workflow():
    internal = {code for code, column in COLUMNS.items() if column["audience"] == "internal"}
    assert internal
    assert internal == {code for code, column in COLUMNS.items() if column["workflow"] == "internal"}


def test_departments_form_a_tree_and_offices_can_be_reached():
    for row in DEPARTMENTS.values():
        assert row["parent"] is None or row["parent"] in DEPARTMENTS
        if row["level"] != "村":
            assert re.fullmatch(r"0399-666\d{4}", row["phone"]) and row["address"] and row["email"]
    organs = [row["organ_code"] for row in DEPARTMENTS.values() if "organ_code" in row]
    assert len(set(organs)) == len(organs) and all(re.fullmatch(r"\d{8}[\dX]", code) for code in organs)


def test_every_role_is_held_on_something_that_exists():
    held = [role for user in USERS.values() for role in user["roles"]]
    assert {role["role"] for role in held} == ROLES
    for user in USERS.values():
        assert user["department"] in DEPARTMENTS
    for role in held:
        assert role.get("department", "QY") in DEPARTMENTS and role.get("column", "01") in COLUMNS


def test_no_one_holds_two_roles_of_one_chain():
    chain = {"editor", "reviewer", "confidentiality", "signer"}
    for user in USERS.values():
        assert len(chain & {role["role"] for role in user["roles"]}) <= 1, user["login"]


def test_every_type_and_every_state_occurs():
    assert {document["type"] for document in OUT} == set(all_types()) - {"statement"}  # it has something everywhere
    assert {document["state"] for document in DOCUMENTS} == STATES
    assert len(BY_KEY) == len(DOCUMENTS)


def test_few_columns_are_empty():
    parents = {column["parent"] for column in COLUMNS.values()}
    filled = {code for document in OUT for code in (document["column"], *document["also"])}
    own = {code for code, column in COLUMNS.items() if column["kind"] != "external"}
    assert len(own - parents - filled) <= 1


@_ids(DOCUMENTS)
def test_a_document_stands_on_the_tree_and_by_an_editor(document):
    for code in (document["column"], *document["also"]):
        assert document["type"] in COLUMNS[code]["types"]
    assert _may_write(USERS[document["author"]], document)
    if document["state"] == "withdrawn":
        assert document["withdrawn_reason"] and document["withdrawn_kind"] and document["successor"] in BY_KEY
    assert ("publish_at" in document) == (document["state"] == "scheduled")


@_ids(DOCUMENTS)
def test_metadata_fit_the_type(document):
    data = document["data"]
    for key in POINTERS:
        assert key not in data or BY_KEY[data[key]]["date"] <= document["date"], "a link leads back in time"
    kind = type_of(document["type"])
    numbered = {**data, **{key: 1 for key in POINTERS if key in data}}
    assert set(kind.clean(numbered)) == set(data), "a field that the type does not know"
    if document["state"] != "draft":
        assert kind.missing(numbered) == []


@_ids(DOCUMENTS)
def test_dates_are_plausible(document):
    date, formed = (dt.date.fromisoformat(document[key]) for key in ("date", "formed"))
    assert dt.date(2023, 1, 1) <= formed <= date <= dt.date(2026, 11, 20)
    assert (date - formed).days <= 28, "20 working days (Art. 26)"
    if document["state"] == "published" and "ends" in document["data"]:
        assert document["data"]["ends"] > "2026-11-20", "a 公示 that is over is archived"


@_ids(DOCUMENTS)
def test_the_body_is_well_formed_and_tables_are_regular(document):
    body = etree.fromstring(f"<div>{document['body']}</div>")
    assert 150 <= len("".join(body.itertext())) <= 2600
    for table in body.iter("table"):
        heads = table.findall("thead/tr/th")
        assert heads and all(head.get("scope") == "col" for head in heads)
        assert {len(row) for row in table.findall("tbody/tr")} == {len(heads)}


@_ids([document for document in DOCUMENTS if 'scope="row"' in document["body"]])
def test_totals_add_up(document):
    for table in html.fromstring(f"<div>{document['body']}</div>").iter("table"):
        *rows, total = [[cell.text_content() for cell in row] for row in table.findall("tbody/tr")]
        for index, figure in enumerate(total):
            column = [row[index] for row in rows if PLAIN.fullmatch(row[index])]
            if total[0] == "合计" and PLAIN.fullmatch(figure):
                assert _number(figure) == pytest.approx(sum(map(_number, column)))


def _number(text: str) -> float:
    return float(text.replace(",", ""))


@_ids([document for document in DOCUMENTS if "personal" not in document])
def test_nothing_personal_is_left_in_what_is_clean(document):
    assert not LONG_NUMBER.search(document["body"]) and not MOBILE.search(document["body"])
    found = scan_html(document["body"], known_public=_office_contacts()) + scan_text(document["title"])
    assert [(finding.kind, finding.value) for finding in found] == []


@_ids(OPEN)
def test_personal_data_to_settle_are_invented_but_valid(document):
    assert document["state"] not in {"published", "archived", "withdrawn", "scheduled"}
    numbers = LONG_NUMBER.findall(document["body"])
    assert bool(numbers) == ("ID_CARD" in document["personal"])
    assert all(number.startswith("410399") and _valid(number) for number in numbers)
    assert bool(MOBILE.search(document["body"])) == ("MOBILE" in document["personal"])
    found = {finding.kind for finding in scan_html(document["body"], known_public=_office_contacts())}
    assert found and found <= set(document["personal"])


def test_an_abolished_policy_and_its_successor_know_each_other():
    abolishing = [document for document in OUT if "abolishes" in document["data"]]
    assert abolishing
    for new in abolishing:
        old = BY_KEY[new["data"]["abolishes"]]
        assert old["data"]["validity"] == "废止"
        assert old["data"]["abolished"] == new["data"]["effective"] and new["date"] > old["date"]


def test_attached_tables_are_regular_and_hide_only_invented_numbers():
    attached = [json.loads(line) for line in (DATA / "attached.jsonl").read_text("utf-8").splitlines()]
    assert {each["document"] for each in attached} <= set(BY_KEY)
    assert any("bars" in each and each["alt"] for each in attached)
    for each in attached:
        rows = each.get("rows", [])
        assert len({len(row) for row in rows}) <= 1
        for row in rows:
            hidden = "ABCDEFGH".index(each["hidden"])
            shown = " ".join(str(cell) for at, cell in enumerate(row) if at != hidden)
            assert BY_KEY[each["document"]]["state"] == "draft" or not LONG_NUMBER.search(shown)
            assert all(number.startswith("410399") and _valid(number) for number in LONG_NUMBER.findall(str(row)))
