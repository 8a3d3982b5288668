"""OGC API Features, parts 1 and 2: what a server has, and its features page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from geo.errors import PlanMapError
from geo.feature_service.asker import ABOUT, Asker, with_parameters
from geo.feature_service.offer import CRS84, MOST_LAYERS, Offer, Offered, box, code_of, short
from geo.feature_service.page import MOST_EMPTY, PAGE_SIZE, Asked, Page, next_page, page_of
from geo.remote.address import Address

DATA = ("data", "http://www.opengis.net/def/rel/ogc/1.0/data")
"""How a server calls the link to its collections."""

_MOST_LISTS = 20
_COLLECTION = re.compile(
    r"^(?P<base>[^?]*?)/collections(?:/(?P<name>[^/?]+)(?P<items>/items)?)?/?(?:\?(?P<query>.*))?$"
)
_OURS = frozenset({"limit", "offset", "startindex", "bbox", "bbox-crs", "crs", "f"})
"""Parameters of an address that somebody has copied which are asked for anew."""


def parted(address: Address) -> tuple[Address, str, str]:
    """Return the address of a server, the collection that was named with it, and filters of that one's features."""
    found = _COLLECTION.match(address.target)
    if found is None:
        return address, "", ""
    from urllib.parse import unquote

    query = found["query"] or ""
    kept = "&".join(part for part in query.split("&") if part and part.partition("=")[0].lower() not in _OURS)
    base = found["base"] or "/"
    if found["items"]:
        return address.with_target(base), unquote(found["name"]), kept
    return address.with_target(f"{base}?{kept}" if kept else base), unquote(found["name"] or ""), ""


def offer_of(asker: Asker, address: Address) -> Offer:
    """Return what the server at `address` has.

    Raises
    ------
    PlanMapError
        It cannot be asked, or speaks something else.
    """
    base, _, _ = parted(address)
    path, mark, query = base.target.partition("?")
    lists = base.with_target(f"{path.rstrip('/')}/collections{mark}{query}")
    title = ""
    if _COLLECTION.match(address.target):
        found, here = asker.json(lists, ABOUT)
    else:
        found, here = asker.json(base, ABOUT)
        title = short(found.get("title"))
        if not isinstance(found.get("collections"), list):
            link = _link(found, DATA)
            if not link and not {"conformsTo", "links"} & found.keys():
                raise PlanMapError("service-not-that", source=address.shown, kind="OGC API Features")
            found, here = asker.json(here.joined(link) if link else lists, ABOUT)
    layers: list[Offered] = []
    for _ in range(_MOST_LISTS):
        listed = found.get("collections")
        if not isinstance(listed, list):
            raise PlanMapError("service-not-that", source=address.shown, kind="OGC API Features")
        layers += [_offered(each, here) for each in listed if _is_of_features(each)]
        link = _link(found, ("next",))
        if not link or len(layers) >= MOST_LAYERS:
            break
        found, here = asker.json(next_page(here, link), ABOUT)
    return Offer(title, tuple(layers[:MOST_LAYERS]))


def pages(asker: Asker, address: Address, layer: Offered, asked: Asked) -> Iterator[Page]:
    """Yield the features of a collection.

    Raises
    ------
    PlanMapError
        It does not have the reference system that is asked for, or names a further page elsewhere or one that has been
        there before, or answers with something else.
    """
    here: Address | None = _items(address, layer, asked, {"limit": str(PAGE_SIZE)})
    seen: set[str] = set()
    empty, before = 0, list[Any]()
    while here is not None:
        if here.text in seen or empty > MOST_EMPTY:
            raise PlanMapError("source-loop", address=here.shown)
        seen.add(here.text)
        data, came = asker.json(here)
        page = page_of(data, here)
        if page.features and page.features == before:
            raise PlanMapError("source-loop", address=here.shown)
        yield page
        before = page.features
        empty = 0 if page.features else empty + 1
        link = _link(data, ("next",))
        here = next_page(came, link) if link else None


def total(asker: Asker, address: Address, layer: Offered, asked: Asked) -> int | None:
    """Return how many features a collection has, wherever they are; None if the server does not say."""
    whole = _items(address, layer, replace(asked, box=None), {"limit": "1"})
    try:
        return page_of(asker.json(whole)[0], whole).matched
    except PlanMapError:
        # That nobody has counted is no reason to do without the features.
        return None


def system_asked(layer: Offered, asked: Asked) -> tuple[int, str]:
    """Return the code of the system in which positions come, and how it is asked for; empty for not at all.

    Raises
    ------
    PlanMapError
        The collection is not there in the one that is asked for.
    """
    if not asked.epsg:
        return CRS84, ""
    for code, words in layer.systems:
        if code == asked.epsg:
            return code, words
    near = "、".join(words.rpartition("/")[2] for _, words in layer.systems[:20]) or "CRS84"
    raise PlanMapError("source-system", name=layer.name, wanted=f"EPSG:{asked.epsg}", near=near)


def _items(address: Address, layer: Offered, asked: Asked, parameters: Mapping[str, str]) -> Address:
    _, _, filters = parted(address)
    wanted = dict(parameters)
    if asked.box is not None:
        wanted["bbox"] = ",".join(f"{value:.9g}" for value in asked.box)
    _, system = system_asked(layer, asked)
    if system:
        wanted["crs"] = system
    target = address.joined(layer.items)
    if filters:
        target = target.with_target(f"{target.target}{'&' if '?' in target.target else '?'}{filters}")
    return with_parameters(target, wanted)


def _is_of_features(collection: Any) -> bool:
    if not isinstance(collection, dict) or not isinstance(collection.get("id"), str) or not collection["id"]:
        return False
    return bool(collection.get("itemType", "feature") == "feature")


def _offered(collection: Mapping[str, Any], here: Address) -> Offered:
    name = str(collection["id"])[:200]
    link = _link(collection, ("items",)) or _beside(here, name)
    extent = collection.get("extent")
    spatial = extent.get("spatial") if isinstance(extent, dict) else None
    boxes = spatial.get("bbox") if isinstance(spatial, dict) else None
    numbers = boxes[0] if isinstance(boxes, list) and boxes and isinstance(boxes[0], list) else []
    if len(numbers) == 6:
        numbers = [numbers[index] for index in (0, 1, 3, 4)]
    listed = collection.get("crs")
    words = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    storage = collection.get("storageCrs")
    if isinstance(storage, str):
        words.append(storage)
    systems = dict.fromkeys((code_of(each), each) for each in words[:200] if code_of(each))
    return Offered(
        name, short(collection.get("title")) or name, box(numbers), tuple(systems), (), here.joined(link).text
    )


def _beside(here: Address, name: str) -> str:
    path = here.target.partition("?")[0].rstrip("/")
    return f"{path}/{quote(name, safe='')}/items"


def _link(data: Mapping[str, Any], relations: Sequence[str]) -> str:
    """Return where the link of a relation leads, to JSON rather than to a page for people; empty if there is none."""
    links = data.get("links")
    found = [
        each
        for each in (links if isinstance(links, list) else [])
        if isinstance(each, dict) and each.get("rel") in relations and isinstance(each.get("href"), str)
    ]
    plain = [each for each in found if "geo+json" in str(each.get("type", "")).lower()]
    plain += [each for each in found if "json" in str(each.get("type", "json")).lower()]
    return str(plain[0]["href"]) if plain else ""
