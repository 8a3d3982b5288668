"""Who is let in: requests to an address of this machine that come from PlanMap's own pages or from no page at all.

A web page elsewhere can make the browser ask this server, or make its own host name point to this machine (DNS
rebinding). What a browser itself writes into a request gives both away: Host, Origin and Sec-Fetch-Site. See
docs/decisions/0017.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.faults import notice_page
from geo.errors import PlanMapError
from layers.translation import LANGUAGES, translation

DEFAULT_PORTS = {"http": 80, "https": 443}

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?", re.IGNORECASE | re.ASCII)
_ORIGIN = re.compile(r"(https?)://([^/?#@]+)", re.IGNORECASE)
_LONGEST_NAME = 253


@dataclass(frozen=True, slots=True)
class Authority:
    """A host and a port, as Host and Origin name them."""

    host: str
    """A name in lower case or an IP address in its shortest form, without brackets and without a dot at the end."""
    port: int | None
    """None if none is named."""

    @classmethod
    def parse(cls, text: str) -> Authority | None:
        """Return what `text`, such as `[::1]:8501`, names; None if that is not just a host and perhaps a port."""
        found = _AUTHORITY.fullmatch(text)
        host = found and plain_host(found[1])
        if not found or not host:
            return None
        port = int(found[2]) if found[2] else None
        return cls(host, port) if port is None or 0 < port < 65536 else None


def plain_host(text: str) -> str | None:
    """Return a host in the one form in which hosts are compared; None if `text` is no name and no IP address.

    An IPv6 address may stand with or without brackets.
    """
    bracketed = text.startswith("[") and text.endswith("]")
    inner = text[1:-1] if bracketed else text.removesuffix(".")
    address = _address(inner)
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or address)
    if bracketed or len(inner) > _LONGEST_NAME:
        return None
    if address is not None:
        return str(address)
    try:
        # As browsers write names in other scripts.
        name = inner.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return name if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else None


def allowed_host(text: str) -> str:
    """Return a host that somebody allows by hand, in the form in which hosts are compared.

    Raises
    ------
    PlanMapError
        It is something else, such as an address with a port.
    """
    host = plain_host(text)
    if host is None:
        raise PlanMapError("host-invalid", host=text)
    return host


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _address(text: str) -> IPv4Address | IPv6Address | None:
    # Python would also read an address with a zone, which no browser sends.
    if "%" in text:
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


class OwnOrigin:
    """ASGI middleware that refuses requests for another host, and those that a page of another origin has caused.

    `bound` is the host on which the server listens, `names` are other hosts by which it is reached. An IP address
    cannot be rebound, so any will do where other machines are let in; a name must be among `names`.
    """

    def __init__(self, app: ASGIApp, *, bound: str, names: Iterable[str]) -> None:
        self._app = app
        self._local = is_loopback(bound)
        self._names = frozenset(names)
        host = plain_host(bound)
        if host and not self._local and _address(host) is None:
            self._names |= {host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with status 403, a WebSocket before it is open."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            headers = self._checked(scope)
        except PlanMapError as refusal:
            document = notice_page(refusal, *map(translation, LANGUAGES))
            response = HTMLResponse(document, status_code=403, headers={"Cache-Control": "no-store"})
            await response(scope, receive, send)
            return
        await self._app({**scope, "headers": headers}, receive, send)

    def _checked(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Return the headers to pass on.

        Raises
        ------
        PlanMapError
            The request is for another host, or comes from a page of another origin.
        """
        headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        named = _values(headers, b"host")
        host = Authority.parse(named[0]) if len(named) == 1 else None
        if host is None or not self._answers_to(host.host):
            raise PlanMapError("host-refused", host=", ".join(named) or "-")
        site = ", ".join(_values(headers, b"sec-fetch-site"))
        if site in ("cross-site", "same-site") and not _opens_page(scope, headers):
            raise PlanMapError("origin-refused", origin=site)
        origins = _values(headers, b"origin")
        if not origins:
            return headers
        scheme = self._own_scheme(origins, host, scope)
        if scheme is None:
            raise PlanMapError("origin-refused", origin=", ".join(origins))
        # In the very letters of Host: Streamlit compares the letters, and where they differ it asks other machines
        # for the addresses of this one.
        own = f"{scheme}://{named[0]}".encode("latin-1")
        return [(name, own if name == b"origin" else value) for name, value in headers]

    def _answers_to(self, host: str) -> bool:
        if host in self._names or is_loopback(host):
            return True
        return not self._local and _address(host) is not None

    def _own_scheme(self, origins: list[str], host: Authority, scope: Scope) -> str | None:
        """Return the scheme of the request's origin if that is this very server, else None."""
        found = _ORIGIN.fullmatch(origins[0]) if len(origins) == 1 else None
        origin = found and Authority.parse(found[2])
        if not found or not origin:
            return None
        scheme = found[1].lower()
        spoken = "https" if scope.get("scheme") in ("https", "wss") else "http"
        # A proxy in front may speak https without saying so here; whoever has one has named its host.
        if scheme != spoken and host.host not in self._names:
            return None
        usual = DEFAULT_PORTS[scheme]
        return scheme if (origin.host, origin.port or usual) == (host.host, host.port or usual) else None


def _values(headers: list[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for found, value in headers if found == name]


def _opens_page(scope: Scope, headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether somebody follows a link to a page, which then fills a tab of its own.

    No link from elsewhere signs anybody in or out. The provider sends the browser back to an address beside these,
    where a state that only this browser knows is asked for.
    """
    return (
        scope["type"] == "http"
        and not scope["path"].startswith("/auth/")
        and scope["method"] in ("GET", "HEAD")
        and _values(headers, b"sec-fetch-mode") == ["navigate"]
        and _values(headers, b"sec-fetch-dest") == ["document"]
    )
