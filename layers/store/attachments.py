"""The files that go with statements, in the tables of a plan: read without their contents, which are fetched singly."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlalchemy import func

from geo.errors import PlanMapError
from layers.plan.attachment import ALL_BYTES, Attachment, Contents
from layers.plan.attachment_row import attachment_row
from layers.plan.event import Event
from layers.store.attached_files import checked_content
from layers.store.limits import MIB, ROWS, counted
from layers.store.tables import ATTACHMENTS

_KNOWN = [column for column in ATTACHMENTS.c if column.name not in ("fid", "content")]
"""All columns but the content, which reading a plan never touches."""

MOST = ROWS["attachments"] // 2
"""Number of attachments up to which more can be added: two who add at once must not make a plan unreadable."""


def attachment_rows(connection: sqlalchemy.Connection) -> list[tuple[str, dict[str, Any]]]:
    """Return the place and the row of each attachment in the database, without its content.

    Tables of an older version that cannot be brought up to date have none.

    Raises
    ------
    GeometryError
        There are too many, or they take too much room.
    """
    if not sqlalchemy.inspect(connection).has_table(ATTACHMENTS.name):
        return []
    query = sqlalchemy.select(ATTACHMENTS.c.fid, *_KNOWN).order_by(ATTACHMENTS.c.fid).limit(ROWS["attachments"] + 1)
    rows = counted(connection.execute(query).mappings(), "attachments", str(ATTACHMENTS.name))
    found = [{key: value for key, value in row.items() if value is not None} for row in rows]
    return [(str(row.pop("fid", "?")), row) for row in found]


def add_files(connection: sqlalchemy.Connection, event: Event, contents: Contents | None) -> None:
    """Add the files of `event`, which has been added in the same transaction, one after the other.

    Raises
    ------
    PlanMapError
        A content is missing, or the plan would hold too much.
    """
    for attachment in event.attachments:
        content = checked_content(attachment, contents(attachment) if contents else None)
        row = attachment_row(attachment, event.id)
        connection.execute(ATTACHMENTS.insert().values(**row, content=content))
    if event.attachments:
        found = sqlalchemy.select(func.count(), func.sum(ATTACHMENTS.c.size))
        count, size = connection.execute(found).one()
        if count > MOST or size > ALL_BYTES:
            raise PlanMapError("attachments-full", limit=ALL_BYTES // MIB, count=MOST)


def stored_content(connection: sqlalchemy.Connection, attachment: Attachment) -> bytes:
    """Return the content of an attachment.

    Raises
    ------
    PlanMapError
        It is not there, or not what was attached.
    """
    own = ATTACHMENTS.c.id == attachment.id
    # What somebody else has put there in its place, of whatever size, is not fetched at all.
    size = connection.execute(sqlalchemy.select(func.length(ATTACHMENTS.c.content)).where(own)).scalar()
    content = None
    if size == attachment.size:
        content = connection.execute(sqlalchemy.select(ATTACHMENTS.c.content).where(own)).scalar()
    return checked_content(attachment, bytes(content) if isinstance(content, bytes | memoryview) else None)
