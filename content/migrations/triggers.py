"""What the database itself refuses: changing or deleting a journal row, a revision or a rendition.

A journal payload may be emptied, and only when its erasure is on record. SQLite and PostgreSQL say the same in
their own words; every statement can be run again.
"""

from __future__ import annotations

_MAY_EMPTY = """NEW.body IS NULL AND NEW.salt IS NULL AND NEW.seq = OLD.seq AND EXISTS (
    SELECT 1 FROM journal WHERE action = 'journal.erased' AND subject_kind = 'journal' AND subject_id = OLD.seq)"""

FROZEN = ("journal", "revision", "rendition")  # neither UPDATE nor DELETE
KEPT = ("journal_payload",)  # no DELETE; UPDATE only to empty


def statements(dialect: str) -> list[str]:
    """The SQL of all triggers for `sqlite` or `postgresql`."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _sqlite() -> list[str]:
    made = []
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            made.append(_sqlite_trigger(table, verb, "1"))
    made.append(_sqlite_trigger("journal_payload", "DELETE", "1"))
    made.append(_sqlite_trigger("journal_payload", "UPDATE", f"NOT ({_MAY_EMPTY})"))
    return made


def _sqlite_trigger(table: str, verb: str, when: str) -> str:
    return (f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {verb} refused'); END")


def _postgresql() -> list[str]:
    made = ["CREATE OR REPLACE FUNCTION gongkai_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP; END $$",
            "CREATE OR REPLACE FUNCTION gongkai_may_empty() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_MAY_EMPTY} THEN RETURN NEW; END IF; "
            "RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP; END $$"]
    for table in (*FROZEN, *KEPT):
        verbs = "DELETE OR TRUNCATE" if table in KEPT else "UPDATE OR DELETE OR TRUNCATE"
        made.append(f"CREATE OR REPLACE TRIGGER {table}_frozen BEFORE {verbs} ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION gongkai_refuse()")
    made.append("CREATE OR REPLACE TRIGGER journal_payload_emptied BEFORE UPDATE ON journal_payload "
                "FOR EACH ROW EXECUTE FUNCTION gongkai_may_empty()")
    return made
