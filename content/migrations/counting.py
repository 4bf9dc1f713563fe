"""How the database counts what its lists hold: triggers that keep `content.tallies` with each change, whoever makes it.

SQLite and PostgreSQL say the same in their own words; what is counted is written once. On PostgreSQL whoever changes
a count waits first for who gives places (`content.places`): two transactions that change the same counts in different
orders would wait for each other.
"""

from __future__ import annotations

# Of each table of counts what a row is about, and what it counts.
KEYS = {"list_tally": ("column_id", "audience", "department_id", "year"), "day_tally": ("day", "audience")}
SUMS = {"list_tally": ("documents", "own"), "day_tally": ("documents", "policies")}
_LOCK = 0x706C6163  # that of `content.places`
_COUNTED = ("state", "audience", "department_id", "year", "published", "type", "validity", "ends")
_ENDED = "('废止', '失效')"
# What has a last day is archived when that is over, and archived before it seldom: who asks adds the few of these.
_COUNTS = "({0}.state = 'public' OR ({0}.state = 'archived' AND {0}.ends IS NULL))"

# How a moment becomes the day in China.
_DAY = {"sqlite": "date({}, '+8 hours')", "postgresql": "CAST({} + interval '8 hours' AS date)"}
_LISTS = """
INSERT INTO list_tally (column_id, audience, department_id, year, documents, own)
SELECT at.column_id, {row}.audience, {row}.department_id, {row}.year, {sign} sum(at.documents), {sign} sum(at.own)
FROM (SELECT 0 AS column_id, 1 AS documents, 0 AS own
      UNION ALL SELECT column_id, 1, 0 FROM list_place WHERE document_id = {row}.document_id
      UNION ALL SELECT column_id, 0, 1 FROM listing WHERE document_id = {row}.document_id) AS at
WHERE {counts} GROUP BY at.column_id
ON CONFLICT (column_id, audience, department_id, year) DO UPDATE
SET documents = list_tally.documents + excluded.documents, own = list_tally.own + excluded.own;
"""
_DAYS = """
INSERT INTO day_tally (day, audience, documents, policies)
SELECT {day}, {row}.audience, {sign} 1,
       {sign} CASE WHEN {row}.type = 'policy' AND {row}.validity NOT IN {ended} THEN 1 ELSE 0 END
WHERE {counts}
ON CONFLICT (day, audience) DO UPDATE
SET documents = day_tally.documents + excluded.documents, policies = day_tally.policies + excluded.policies;
"""
_ENTRY = """
INSERT INTO list_tally (column_id, audience, department_id, year, documents, own)
SELECT {row}.column_id, live.audience, live.department_id, live.year, {documents}, {own}
FROM live WHERE live.document_id = {row}.document_id AND {counts}
ON CONFLICT (column_id, audience, department_id, year) DO UPDATE
SET documents = list_tally.documents + excluded.documents, own = list_tally.own + excluded.own;
"""
_MOMENT = "UPDATE list_place SET published = NEW.published WHERE document_id = NEW.document_id;\n"


def statements(dialect: str) -> list[str]:
    """The SQL of all triggers for `sqlite` or `postgresql`; it can be run again."""
    made = [] if dialect == "sqlite" else _waiting()
    changed = " OR ".join([*(f"OLD.{name} <> NEW.{name}" for name in _COUNTED if name != "ends"),
                           "COALESCE(CAST(OLD.ends AS TEXT), '') <> COALESCE(CAST(NEW.ends AS TEXT), '')"])
    live = {"INSERT": (_of_live(dialect, "NEW", "+"), ""), "DELETE": (_of_live(dialect, "OLD", "-"), ""),
            f"UPDATE OF {', '.join(_COUNTED)}": (_of_live(dialect, "OLD", "-") + _of_live(dialect, "NEW", "+"),
                                                 changed)}
    for event, (body, when) in live.items():
        made += _trigger(dialect, "live", event, body, when)
    made += _trigger(dialect, "live", "UPDATE OF published", _MOMENT, "OLD.published <> NEW.published", "moved")
    for table, documents, own in (("list_place", 1, 0), ("listing", 0, 1)):
        for event, row, sign in (("INSERT", "NEW", 1), ("DELETE", "OLD", -1)):
            body = _ENTRY.format(row=row, counts=_COUNTS.format("live"), documents=sign * documents, own=sign * own)
            made += _trigger(dialect, table, event, body)
    return made


def _of_live(dialect: str, row: str, sign: str) -> str:
    day = _DAY[dialect].format(f"{row}.published")
    counts = _COUNTS.format(row)
    return (_LISTS.format(row=row, sign=sign, counts=counts)
            + _DAYS.format(row=row, sign=sign, counts=counts, day=day, ended=_ENDED))


def _trigger(dialect: str, table: str, event: str, body: str, when: str = "", name: str = "tallied") -> list[str]:
    called = f"{table}_{name}_{event.split()[0].lower()}"
    when = f"WHEN ({when}) " if when else ""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {called}",
                f"CREATE TRIGGER {called} AFTER {event} ON {table} FOR EACH ROW {when}BEGIN {body} END"]
    return [f"CREATE OR REPLACE FUNCTION gongkai_{called}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {body} RETURN NULL; END $$",
            f"CREATE OR REPLACE TRIGGER {called} AFTER {event} ON {table} FOR EACH ROW {when}"
            f"EXECUTE FUNCTION gongkai_{called}()"]


def _waiting() -> list[str]:
    """Before any row is held: one at a time changes what is counted."""
    made = ["CREATE OR REPLACE FUNCTION gongkai_tally_waits() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN PERFORM pg_advisory_xact_lock({_LOCK}); RETURN NULL; END $$"]
    events = {"live": f"INSERT OR DELETE OR UPDATE OF {', '.join(_COUNTED)}",
              "list_place": "INSERT OR DELETE", "listing": "INSERT OR DELETE"}
    return made + [f"CREATE OR REPLACE TRIGGER {table}_tally_waits BEFORE {event} ON {table} "
                   "FOR EACH STATEMENT EXECUTE FUNCTION gongkai_tally_waits()" for table, event in events.items()]


def names() -> list[str]:
    """All triggers but those that only wait: to be dropped."""
    return ["live_tallied_insert", "live_tallied_delete", "live_tallied_update", "live_moved_update",
            *(f"{table}_tallied_{event}" for table in ("list_place", "listing") for event in ("insert", "delete"))]


def counted(dialect: str) -> dict[str, str]:
    """Of each table of counts the SELECT that counts everything anew, its columns in the order of `KEYS` and `SUMS`."""
    day = _DAY[dialect].format("published")
    return {
        "list_tally":
            "SELECT at.column_id, live.audience, live.department_id, live.year, sum(at.documents) AS documents, "
            "sum(at.own) AS own FROM (SELECT document_id, 0 AS column_id, 1 AS documents, 0 AS own FROM live "
            "UNION ALL SELECT document_id, column_id, 1, 0 FROM list_place "
            "UNION ALL SELECT document_id, column_id, 0, 1 FROM listing) AS at "
            f"JOIN live ON live.document_id = at.document_id WHERE {_COUNTS.format('live')} "
            "GROUP BY at.column_id, live.audience, live.department_id, live.year",
        "day_tally":
            f"SELECT {day} AS day, audience, count(*) AS documents, "
            f"sum(CASE WHEN type = 'policy' AND validity NOT IN {_ENDED} THEN 1 ELSE 0 END) AS policies "
            f"FROM live WHERE {_COUNTS.format('live')} GROUP BY {day}, audience"}


def recount(dialect: str) -> list[str]:
    """The SQL that counts everything anew."""
    return [f"DELETE FROM {table}" for table in KEYS] + [
        f"INSERT INTO {table} ({', '.join((*KEYS[table], *SUMS[table]))}) {select}"
        for table, select in counted(dialect).items()]


def differing(dialect: str, table: str) -> str:
    """The SQL that finds counts which are not those that `counted` gives: the keys, what is kept, what was counted."""
    keys, sums = ", ".join(KEYS[table]), SUMS[table]
    kept, made = ([f"{name}_{which}" for name in sums] for which in ("kept", "made"))
    nothing = ", ".join("0" for _name in sums)
    both = (f"SELECT {keys}, {', '.join(map('{} AS {}'.format, sums, kept))}, "
            f"{', '.join(f'0 AS {name}' for name in made)} FROM {table} "
            f"UNION ALL SELECT {keys}, {nothing}, {', '.join(sums)} FROM ({counted(dialect)[table]}) AS counted")
    unlike = " OR ".join(map("sum({}) <> sum({})".format, kept, made))
    totals = ", ".join(f"sum({name}) AS {name}" for name in (*kept, *made))
    return (f"SELECT {keys}, {totals} FROM ({both}) AS both_ways "
            f"GROUP BY {keys} HAVING {unlike} ORDER BY {keys}")
