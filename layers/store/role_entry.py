"""The roles of a plan in SQL: an entry of the info table, to which changes are only ever added."""

from __future__ import annotations

import json
from dataclasses import asdict

import sqlalchemy

from geo.errors import PlanMapError
from layers.store.limits import ENTRY_BYTES
from layers.store.roles import Given, Roles, Signature, read_roles
from layers.store.tables import INFO

KEY = "roles"
"""The entry of the info table."""


def check_role(connection: sqlalchemy.Connection, signature: Signature, plan: str) -> None:
    """Raise `PlanMapError` unless the person has the role that a write takes; it is kept until the transaction ends."""
    role = roles_on(connection, plan, hold=True).of(signature.person)
    if not role.includes(signature.needed):
        raise PlanMapError("role-missing", who=signature.person.who, role=role, needed=signature.needed)


def roles_on(connection: sqlalchemy.Connection, plan: str, *, hold: bool = False) -> Roles:
    """Return the roles of the plan that messages call `plan`; with `hold` nobody changes them in this transaction.

    Raises
    ------
    PlanMapError
        The entry cannot be read. Nobody is let in by that.
    """
    return read_roles(_entry(connection, hold=hold), plan)


def add_given(connection: sqlalchemy.Connection, given: Given, plan: str) -> None:
    """Add a change of a role.

    Raises
    ------
    PlanMapError
        There are too many, or somebody else is changing one.
    """
    before = _entry(connection, hold=True)
    history = (*read_roles(before, plan).history, given)
    after = json.dumps({"history": [asdict(one) for one in history]}, ensure_ascii=False)
    if len(after.encode()) > ENTRY_BYTES:
        raise PlanMapError("roles-full", plan=plan)
    if before is None:
        try:
            connection.execute(INFO.insert().values(key=KEY, value=after))
        except sqlalchemy.exc.IntegrityError as error:
            raise PlanMapError("roles-changed", plan=plan) from error
        return
    change = INFO.update().where(INFO.c.key == KEY, INFO.c.value == before).values(value=after)
    if connection.execute(change).rowcount != 1:
        raise PlanMapError("roles-changed", plan=plan)


def _entry(connection: sqlalchemy.Connection, *, hold: bool) -> str | None:
    query = sqlalchemy.select(INFO.c.value).where(INFO.c.key == KEY)
    value = connection.execute(query.with_for_update() if hold else query).scalar()
    return None if value is None else str(value)
