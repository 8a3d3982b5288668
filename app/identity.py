"""Who has signed in, in a run of a page's script. What they may do is asked of the store at every write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app import context
from app.sign_in import SignIn
from geo.errors import PlanMapError
from layers.store.roles import Person, person_id

LONGEST_NAME = 80
"""Length in characters to which a name from the provider is cut."""


def signed_in() -> Person | None:
    """Return who has signed in; None for nobody, and where nobody can.

    It must be asked in the script's own thread.
    """
    sign_in = context.current().sign_in
    return None if sign_in is None else person_of(st.user.to_dict(), sign_in)


def person_of(claims: Mapping[str, Any], sign_in: SignIn) -> Person | None:
    """Return the person that the provider's `claims` are about; None if they name nobody.

    An e-mail address counts only if the provider calls it verified, or the settings trust it: with some providers
    people type in any.
    """
    if claims.get("is_logged_in") is not True:
        return None
    email, subject = claims.get("email"), claims.get("sub")
    verified = claims.get("email_verified") is True or sign_in.trust_email
    try:
        if isinstance(email, str) and verified:
            who = person_id(email)
        elif isinstance(subject, str):
            who = person_id(f"sub:{subject}")
        else:
            return None
    except PlanMapError:
        return None
    called = claims.get("name")
    name = " ".join(called.split())[:LONGEST_NAME] if isinstance(called, str) else ""
    name = "".join(letter for letter in name if letter.isprintable() and letter not in "<>()")
    return Person(who, f"{name} <{who}>" if name else who, is_first=who == sign_in.first_admin)
