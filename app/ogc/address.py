"""The addresses below `/ogc` as whoever asks knows them, and the links between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request

from app import context
from app.origin import DEFAULT_PORTS, Authority

ROOT = "/ogc"

JSON_TYPE, HTML_TYPE = "application/json", "text/html"
GEOJSON_TYPE, SCHEMA_TYPE = "application/geo+json", "application/schema+json"
OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"

Relation = dict[str, str]


def outer_address(request: Request) -> str:
    """Return the address of PlanMap as whoever asks knows it, without a slash at its end.

    Programs follow links as they are, so these name a host. A proxy may speak https without saying so here; where the
    host is that of the public address, or of signing in, the address is the one that is set there.
    """
    named = Authority.parse(request.headers.get("host", ""))
    served = context.current()
    known = [served.settings.public_url] if served.settings.public_url else []
    if served.sign_in is not None:
        found = urlsplit(served.sign_in.redirect_url)
        known.append(f"{found.scheme}://{found.netloc}")
    for address in known:
        parts = urlsplit(address)
        usual = DEFAULT_PORTS[parts.scheme]
        authority = Authority.parse(parts.netloc)
        if named and authority and (named.host, named.port or usual) == (authority.host, authority.port or usual):
            return address
    path = quote(request.scope.get("root_path", "").rstrip("/"))
    return f"{request.url.scheme}://{request.headers.get('host', '')}{path}"


@dataclass(frozen=True, slots=True)
class Address:
    """An address below `ROOT`, and what its query says."""

    outer: str
    """See `outer_address`."""
    path: str
    """Its path below `ROOT`, as it is written in an address."""
    query: Mapping[str, str]

    def at(self, path: str, **query: str) -> str:
        """Return the address of `path` below `ROOT`, in the same language if this address names one."""
        kept = {"lang": self.query["lang"]} if "lang" in self.query else {}
        words = urlencode(kept | query)
        return f"{self.outer}{ROOT}{path}" + (f"?{words}" if words else "")

    def here(self, **query: str | None) -> str:
        """Return this address with another query: None takes a parameter away."""
        words = urlencode({name: value for name, value in {**self.query, **query}.items() if value is not None})
        return f"{self.outer}{ROOT}{self.path}" + (f"?{words}" if words else "")


def link(rel: str, address: str, media_type: str, title: str = "", language: str = "") -> Relation:
    """Return a link as documents hold it."""
    found = {"rel": rel, "href": address, "type": media_type, "title": title, "hreflang": language}
    return {name: value for name, value in found.items() if value}


def own_links(address: Address, form: str, media_type: str) -> list[Relation]:
    """Return the links of a document to itself and to its other form; `media_type` is that of its data."""
    if form == "html":
        return [
            link("self", address.here(), HTML_TYPE),
            link("alternate", address.here(f="json"), media_type),
        ]
    # Without f, which programs would lose where they put an address together from this one.
    return [link("self", address.here(f=None), media_type), link("alternate", address.here(f="html"), HTML_TYPE)]


def with_links(document: Mapping[str, Any], *links: Relation) -> dict[str, Any]:
    """Return a document with more links."""
    return {**document, "links": [*document.get("links", []), *links]}
