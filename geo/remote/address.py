"""An address on the network, read strictly: what is checked and what is asked must be the same thing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

import idna

from geo.errors import PlanMapError

LONGEST_ADDRESS = 2000
"""Characters of an address."""

WEB = ("http", "https")
DATABASE = "postgresql"

PORTS = {"http": 80, "https": 443, DATABASE: 5432}
"""The port that goes without saying, by scheme."""

SECRETS = frozenset(
    {
        "access_token",
        "accesskey",
        "ak",
        "api-key",
        "api_key",
        "apikey",
        "auth",
        "authkey",
        "key",
        "passwd",
        "password",
        "pwd",
        "secret",
        "sig",
        "signature",
        "sk",
        "subscription-key",
        "tk",
        "token",
        "x-api-key",
    }
)
"""Parameters, in small letters, whose values are nobody else's business."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# Letters of an address as they go over the line; all others are quoted. `{` and `}` are of templates.
_KEPT = "!#$%&'()*+,/:;=?@[]~{}"


@dataclass(frozen=True, slots=True)
class Address:
    """An address whose host has one spelling only."""

    scheme: str
    """http, https or that of a database."""
    host: str
    """A name in small ASCII letters without a dot at its end, or an IP address as Python writes it."""
    port: int
    target: str
    """Path and query, as they go over the line."""

    @property
    def authority(self) -> str:
        """Host and port as an address has them, without the port that goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def text(self) -> str:
        """The address."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def shown(self) -> str:
        """The address without its query, which may hold what is nobody's business: for errors and logs."""
        return f"{self.scheme}://{self.authority}{self.target.partition('?')[0]}"

    @property
    def secrets(self) -> list[str]:
        """Names of the parameters that look like a password."""
        query = parse_qsl(self.target.partition("?")[2], keep_blank_values=True)
        return sorted({name for name, value in query if value and name.lower() in SECRETS})

    def joined(self, reference: str) -> Address:
        """Return what `reference`, as in a redirect, means here.

        Raises
        ------
        PlanMapError
            It is no address that can be asked.
        """
        return parse(urljoin(self.text, reference))

    def with_target(self, target: str) -> Address:
        """Return the address with another path and query."""
        return replace(self, target=quote(target, safe=_KEPT))


def parse(text: str) -> Address:
    """Return the address that `text` is.

    Raises
    ------
    PlanMapError
        It is none of the web, holds a user's name, or its host can be read in more than one way.
    """
    wanted = text.strip()
    if not wanted or len(wanted) > LONGEST_ADDRESS or not wanted.isprintable() or re.search(r"[\s\\<>\"^`|]", wanted):
        raise PlanMapError("remote-address", address=_shown(text))
    try:
        found = urlsplit(wanted)
        port = found.port
        name = found.hostname or ""
    except ValueError as error:
        raise PlanMapError("remote-address", address=_shown(text)) from error
    scheme = found.scheme.lower()
    if scheme not in WEB or not name or port == 0:
        raise PlanMapError("remote-address", address=_shown(text))
    if "@" in found.netloc:
        raise PlanMapError("remote-user", address=_shown(text))
    target = found.path or "/"
    if found.query:
        target += f"?{found.query}"
    return Address(scheme, host_of(name), port or PORTS[scheme], quote(target, safe=_KEPT))


def host_of(text: str) -> str:
    """Return the one spelling of the host `text`.

    Raises
    ------
    PlanMapError
        It is none, or a number that programs read in different ways, such as `127.1` or `0x7f.1`.
    """
    wanted = text.strip().removeprefix("[").removesuffix("]")
    if ":" in wanted:
        try:
            found = IPv6Address(wanted)
        except ValueError as error:
            raise PlanMapError("remote-host-name", host=_shown(text)) from error
        if found.scope_id:
            raise PlanMapError("remote-host-name", host=_shown(text))
        return str(found)
    try:
        name = idna.encode(wanted.removesuffix("."), uts46=True).decode() if not wanted.isascii() else wanted.lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise PlanMapError("remote-host-name", host=_shown(text)) from error
    name = name.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise PlanMapError("remote-host-name", host=_shown(text))
    # What ends in a number is an IP address, or what the C library takes for one.
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        try:
            return str(IPv4Address(name))
        except ValueError as error:
            raise PlanMapError("remote-host-name", host=_shown(text)) from error
    return name


def ip_of(host: str) -> IPv4Address | IPv6Address | None:
    """Return a host in its one spelling as an IP address; None if it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _shown(text: str) -> str:
    """Return a text that could not be read without what stands before an @ and after a question mark."""
    short = text.strip().partition("?")[0]
    before, at, after = short.rpartition("@")
    scheme = before.partition("://")[0] + "://" if "://" in before else ""
    shown = scheme + after if at else short
    return "".join(letter if letter.isprintable() else "?" for letter in shown)[:200]
