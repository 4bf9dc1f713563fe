"""What the database itself refuses: changing or deleting a journal row, a revision or a rendition.

A journal payload, a revision and a rendition may be emptied, and only when their erasure is on record. SQLite and
PostgreSQL say the same in their own words; every statement can be run again.
"""

from __future__ import annotations


def _same(*columns: str) -> str:
    # COALESCE: a comparison that knows NULL is spelled differently; CAST: PostgreSQL compares no JSON.
    return " AND ".join(f"COALESCE(CAST(NEW.{name} AS TEXT), '') = COALESCE(CAST(OLD.{name} AS TEXT), '')"
                        for name in columns)


def _recorded(action: str, kind: str, subject: str) -> str:
    return (f"EXISTS (SELECT 1 FROM journal WHERE action = '{action}' AND subject_kind = '{kind}' "
            f"AND subject_id = {subject})")


# table -> when an UPDATE of it is let through: everything that is words is gone, and the journal says so
MAY_EMPTY = {
    "journal_payload": f"NEW.body IS NULL AND NEW.salt IS NULL AND {_same('seq')} "
                       f"AND {_recorded('journal.erased', 'journal', 'OLD.seq')}",
    "revision": "NEW.title = '' AND NEW.body = '' AND NEW.note = '' AND CAST(NEW.data AS TEXT) = '{}' "
                "AND CAST(NEW.attachments AS TEXT) = '[]' "
                f"AND {_same('id', 'document_id', 'ordinal', 'author_id', 'created')} "
                f"AND {_recorded('revision.erased', 'revision', 'OLD.id')}",
    "rendition": "NEW.title = '' AND NEW.summary = '' AND NEW.body = '' AND NEW.text = '' "
                 "AND CAST(NEW.data AS TEXT) = '{}' AND CAST(NEW.files AS TEXT) = '[]' "
                 f"AND {_same('id', 'revision_id', 'made', 'chain')} "
                 f"AND {_recorded('revision.erased', 'revision', 'OLD.revision_id')}",
}
KEPT = ("journal", *MAY_EMPTY)  # no DELETE; of `journal` no UPDATE either


def statements(dialect: str) -> list[str]:
    """The SQL of all triggers for `sqlite` or `postgresql`."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _sqlite() -> list[str]:
    made = []
    for table in KEPT:
        made += _sqlite_trigger(table, "DELETE", "1")
        made += _sqlite_trigger(table, "UPDATE", f"NOT ({MAY_EMPTY[table]})" if table in MAY_EMPTY else "1")
    return made


def _sqlite_trigger(table: str, verb: str, when: str) -> list[str]:
    name = f"{table}_no_{verb.lower()}"
    return [f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {verb} refused'); END"]


def _postgresql() -> list[str]:
    refuse = "RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP; END $$"
    made = [f"CREATE OR REPLACE FUNCTION gongkai_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}"]
    for table in KEPT:
        verbs = "DELETE OR TRUNCATE" if table in MAY_EMPTY else "UPDATE OR DELETE OR TRUNCATE"
        made.append(f"CREATE OR REPLACE TRIGGER {table}_frozen BEFORE {verbs} ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION gongkai_refuse()")
    for table, condition in MAY_EMPTY.items():
        made.append(f"CREATE OR REPLACE FUNCTION gongkai_may_empty_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                    f"BEGIN IF {condition} THEN RETURN NEW; END IF; {refuse}")
        made.append(f"CREATE OR REPLACE TRIGGER {table}_emptied BEFORE UPDATE ON {table} "
                    f"FOR EACH ROW EXECUTE FUNCTION gongkai_may_empty_{table}()")
    return made
