"""Who may do what to a plan where people sign in."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from geo.errors import PlanMapError
from layers.store.limits import ENTRY_BYTES

LONGEST_WHO = 254
"""Longest e-mail address or subject, in characters: that of an address."""

_WHO = re.compile(r"sub:\S+|[^\s@]+@[^\s@]+")
# Not `lower`, which makes one letter of several, so that one address could pass for another.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class Role(StrEnum):
    """What somebody may do; each may do what those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, needed: Role) -> bool:
        """Whether whoever has this role may do what takes `needed`."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in."""

    who: str
    """The e-mail address that the provider has verified, or `sub:` and the provider's own name for them."""
    name: str
    """What is written into statements."""
    is_first: bool = False
    """Whether they are admin for as long as the plan has none."""


@dataclass(frozen=True, slots=True)
class Given:
    """One change of a role."""

    who: str
    role: Role
    by: str
    """Who gave it."""
    at: str
    """When, as a `Moment`."""


@dataclass(frozen=True, slots=True)
class Signature:
    """On whose behalf a store is written, and what that takes."""

    person: Person
    needed: Role
    keeps_recorder: bool = False
    """Whether a statement keeps in brackets whom it names as recorder, as one from a workbook does."""

    def signed(self, recorder: str) -> str:
        """Return the recorder of a statement that names `recorder`."""
        name = self.person.name
        claimed = self.keeps_recorder and recorder not in ("", name)
        return f"{name} ({recorder})" if claimed else name


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a plan."""

    history: tuple[Given, ...] = ()
    """Every change, the newest last."""

    @property
    def current(self) -> dict[str, Role]:
        """Who has which role now, in the order in which they first got one."""
        return {given.who: given.role for given in self.history}

    def of(self, person: Person | None) -> Role:
        """Return the role of a person; whoever is not named, or has not signed in, is a viewer."""
        if person is None:
            return Role.VIEWER
        current = self.current
        if person.is_first and Role.ADMIN not in current.values():
            return Role.ADMIN
        return current.get(person.who, Role.VIEWER)


def person_id(text: str) -> str:
    """Return an e-mail address or `sub:…` as roles are kept by.

    Raises
    ------
    PlanMapError
        It is neither.
    """
    who = text.strip()
    who = who if who.startswith("sub:") else who.translate(_LOWER)
    if len(who) > LONGEST_WHO or not who.isprintable() or not _WHO.fullmatch(who):
        raise PlanMapError("role-who", who=text[:LONGEST_WHO])
    return who


def read_roles(entry: str | None, plan: str) -> Roles:
    """Return the roles of an entry of the info table; of none if there is no entry.

    Raises
    ------
    PlanMapError
        It cannot be read. Nobody is let in by that.
    """
    if entry is None:
        return Roles()
    try:
        if len(entry) > ENTRY_BYTES:
            raise ValueError("too large")
        return Roles(tuple(_given(json.loads(entry)["history"])))
    except (ValueError, TypeError, KeyError, RecursionError, PlanMapError) as error:
        raise PlanMapError("roles-damaged", plan=plan) from error


def _given(rows: Iterable[Any]) -> Iterable[Given]:
    for row in rows:
        if not all(isinstance(row[name], str) for name in ("who", "role", "by", "at")):
            raise TypeError
        yield Given(person_id(row["who"]), Role(row["role"]), row["by"], row["at"])
