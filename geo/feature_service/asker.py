"""Asking a service again and again: the hosts that may be asked, and what all its answers together may take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from geo.errors import PlanMapError
from geo.feature_service.said import said_in
from geo.remote.address import Address
from geo.remote.fetch import Answer, Limits, fetch
from geo.remote.hosts import Host, Hosts
from geo.remote.xml import Element, read_xml

MOST_REQUESTS = 5_000
"""Requests of one piece of work."""

MOST_BYTES = 4 * 2**30
"""Bytes of all answers."""

PAGE = Limits(size=128 * 2**20, seconds=120.0)
"""What one page of features may take."""

ABOUT = Limits(size=16 * 2**20, seconds=40.0)
"""What an answer may take in which a service says what it has."""

_JSON = "application/geo+json, application/json;q=0.9"
_XML = "text/xml, application/xml, */*"


class Asker:
    """Asks addresses on behalf of one piece of work."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        """Take the `hosts` that are allowed and the `keys` that hosts want, both as plain values."""
        self._hosts = Hosts(Host(*each) for each in job["hosts"])
        self._keys = [(Host(*host), str(name), str(value)) for host, name, value in job["keys"]]
        self._requests, self._bytes = 0, 0

    def json(self, address: Address, limits: Limits = PAGE) -> tuple[Mapping[str, Any], Address]:
        """Return the object that an address answers with, and where it came from.

        Raises
        ------
        PlanMapError
            It cannot be asked, or answers with something else.
        """
        answer = self._asked(address, _JSON, limits)
        if "html" in answer.media_type and "f=" not in address.target:
            # The form of a page for people comes first with some servers, whatever is asked for.
            answer = self._asked(with_parameters(address, {"f": "json"}), _JSON, limits)
        found = _parsed(answer)
        if not isinstance(found, dict):
            raise PlanMapError("source-answer", address=address.shown)
        return found, answer.address

    def xml(self, address: Address) -> tuple[Element, Address]:
        """Return the root of the document that an address answers with; likewise."""
        answer = self._asked(address, _XML, ABOUT)
        return read_xml(answer.content, address.shown), answer.address

    def gml(self, address: Address) -> tuple[bytes, Address]:
        """Return the document of features that an address answers with, as it came; likewise."""
        answer = self._asked(address, _XML, PAGE)
        return answer.content, answer.address

    def _asked(self, address: Address, accept: str, limits: Limits) -> Answer:
        self._requests += 1
        if self._requests > MOST_REQUESTS:
            raise PlanMapError("source-pages", address=address.shown, limit=MOST_REQUESTS)
        answer = fetch(self._with_key(address), self._hosts, accept=accept, limits=limits)
        self._bytes += len(answer.content)
        if self._bytes > MOST_BYTES:
            raise PlanMapError("source-large", address=address.shown, limit=MOST_BYTES // 2**30)
        return answer

    def _with_key(self, address: Address) -> Address:
        for host, name, value in self._keys:
            if host.covers(address):
                # A service may repeat the key in its links.
                return with_parameters(address, {name: value})
        return address


def with_parameters(address: Address, parameters: Mapping[str, str]) -> Address:
    """Return an address with parameters in place of those of the same names, in whatever letters."""
    from urllib.parse import quote

    path, _, query = address.target.partition("?")
    named = {name.lower() for name in parameters}
    kept = [part for part in query.split("&") if part and part.partition("=")[0].lower() not in named]
    added = [f"{name}={quote(value, safe=':,/')}" for name, value in parameters.items()]
    return address.with_target(f"{path}?{'&'.join([*kept, *added])}")


def _parsed(answer: Answer) -> Any:
    for code in ("utf-8-sig", "gb18030"):
        try:
            # What is no number in JSON is no value here either.
            return json.loads(answer.content.decode(code), parse_constant=lambda _: None)
        except UnicodeDecodeError:
            continue
        except (ValueError, RecursionError) as error:
            said = _complaint(answer.content)
            if said:
                raise PlanMapError("source-said", address=answer.address.shown, said=said) from error
            break
    raise PlanMapError("source-answer", address=answer.address.shown)


def _complaint(content: bytes) -> str:
    """Return what a service says went wrong in its own XML; empty if it says nothing of the kind."""
    try:
        root = read_xml(content, "-")
    except PlanMapError:
        return ""
    return said_in(root)
