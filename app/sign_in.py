"""The settings of signing in: a file that names the provider of identities and holds the secrets for it."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from app.origin import is_loopback, plain_host
from geo.errors import PlanMapError
from geo.files import read_text
from layers.store.limits import check_toml
from layers.store.roles import person_id

CALLBACK = "/oauth2callback"
"""The path to which the provider sends the browser back; Streamlit's."""

BEGIN, END = "/auth/begin", "/auth/logout"
"""Where people go to sign in and out."""

PATHS = ("/auth/login", END, CALLBACK)
"""What of Streamlit is open only where people sign in."""

LARGEST = 2**16
"""Largest size of the file, in bytes."""

SHORTEST_SECRET = 32
"""Fewest characters of the secret that cookies are signed with."""


def _safe_address(text: str) -> str:
    """Return an address that nobody on the way can read: with https, or on this machine."""
    found = urlsplit(text)
    host = plain_host(found.hostname or "")
    usable = host and (found.scheme == "https" or (found.scheme == "http" and is_loopback(host)))
    # Reading the port raises a ValueError for a number that no port has.
    if not usable or found.port == 0 or "@" in found.netloc or found.fragment or not text.isprintable() or " " in text:
        raise ValueError("is not an address")
    return text


def _redirect(text: str) -> str:
    found = urlsplit(_safe_address(text))
    if found.path != CALLBACK or found.query:
        raise ValueError("is not the address of the callback")
    return text


def _who(text: str) -> str:
    try:
        return person_id(text)
    except PlanMapError as error:
        raise ValueError("is not an address") from error


class SignIn(BaseModel):
    """What the file says. Its secrets are never shown, neither by an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    metadata_url: Annotated[str, AfterValidator(_safe_address)]
    """Address of the provider's `.well-known/openid-configuration`."""
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Annotated[SecretStr, Field(min_length=1)]
    cookie_secret: Annotated[SecretStr, Field(min_length=SHORTEST_SECRET)]
    """With which the cookie is signed that says who has signed in; another one signs everybody out."""
    redirect_url: Annotated[str, AfterValidator(_redirect)]
    """Address of PlanMap in the browser, with the path `CALLBACK`."""
    first_admin: Annotated[str, AfterValidator(_who)]
    """Who is admin for as long as the plan has none."""
    trust_email: bool = False
    """Whether e-mail addresses count that the provider does not call verified, as where an office gives them out."""

    @property
    def host(self) -> str:
        """The host by which browsers reach PlanMap."""
        return plain_host(urlsplit(self.redirect_url).hostname or "") or ""

    def secrets(self) -> dict[str, Any]:
        """Return what Streamlit needs."""
        return {
            "auth": {
                "redirect_uri": self.redirect_url,
                "cookie_secret": self.cookie_secret.get_secret_value(),
                "client_id": self.client_id,
                "client_secret": self.client_secret.get_secret_value(),
                "server_metadata_url": self.metadata_url,
            }
        }


def read_sign_in(path: Path) -> SignIn:
    """Return the settings in the file at `path`.

    Raises
    ------
    PlanMapError
        The file cannot be read, others can read it too, or it does not say what it must.
    """
    text = read_text(path, limit=LARGEST)
    if os.name == "posix" and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
        raise PlanMapError("sign-in-open", file=path.name, mode=f"{mode:o}")
    check_toml(text, path.name)
    try:
        return SignIn(**tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        # Only where: the parser's words may quote the line.
        line = re.search(r"line (\d+)", str(error))
        raise PlanMapError("sign-in-toml", file=path.name, line=line[1] if line else "?") from None
    except ValidationError as error:
        fault = error.errors(include_input=False, include_context=False)[0]
        field = str(fault["loc"][0])[:40]
        if fault["type"] == "missing":
            raise PlanMapError("sign-in-missing", file=path.name, field=field) from None
        if fault["type"] == "extra_forbidden":
            raise PlanMapError("sign-in-extra", file=path.name, field=field) from None
        raise PlanMapError("sign-in-field", file=path.name, field=field) from None
