"""Whether a table has changed: by what the server counts of each change, and of smaller tables by their rows."""

from __future__ import annotations

import time

from psycopg import sql

from geo.database.catalogue import Relation
from geo.database.connection import Session

MOST_BYTES = 64 * 2**20
"""Size of a table up to which its rows themselves are looked at, each time."""

MOST_VIEWED = 4 * 2**20
"""The same of what is beneath a view, whose rows say nothing of when they were written."""

FOREIGN_S = 600
"""Seconds for which what another server has is taken to be the same: nobody tells of its changes."""

_BENEATH = """
WITH RECURSIVE beneath(oid) AS (
  SELECT %s::oid
  UNION
  SELECT next.oid FROM beneath, LATERAL (
    SELECT d.refobjid AS oid FROM pg_rewrite w
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
    WHERE w.ev_class = beneath.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> beneath.oid
    UNION
    SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = beneath.oid
  ) AS next
)
SELECT c.oid::int8, c.relkind::text, c.relfilenode::int8, pg_relation_size(c.oid)::int8,
  (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  coalesce(pg_stat_get_tuples_inserted(c.oid), 0), coalesce(pg_stat_get_tuples_updated(c.oid), 0),
  coalesce(pg_stat_get_tuples_deleted(c.oid), 0)
FROM beneath JOIN pg_class c ON c.oid = beneath.oid ORDER BY c.oid LIMIT 2000
"""


def state_of(session: Session, relation: Relation) -> str:
    """Return a text that changes with the rows of a relation.

    Raises
    ------
    PlanMapError
        The database cannot be asked.
    """
    rows = session.rows(_BENEATH, (relation.oid,))
    size = sum(row[3] for row in rows)
    forms = " ".join(f"{oid}.{file}.{columns}" for oid, _, file, _, columns, *_ in rows)
    if any(kind == "f" for _, kind, *_ in rows):
        return f"{forms} {int(time.time() // FOREIGN_S)}"
    if relation.kind in ("r", "m", "p") and size <= MOST_BYTES:
        query = sql.SQL("SELECT count(*), sum(xmin::text::int8) FROM {}").format(relation.sql)
    elif relation.kind == "v" and size <= MOST_VIEWED:
        query = sql.SQL("SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {} AS t").format(relation.sql)
    else:
        # What the server counts of all changes comes a second late, and not where it was told not to count.
        return " ".join([forms, *(".".join(map(str, row[5:])) for row in rows)])
    return " ".join([forms, *map(str, session.rows(query)[0])])
