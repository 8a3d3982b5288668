"""The work of the child process on a service of features: what it has, and fetching the features of one layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.feature_service import ogc_api, wfs
from geo.feature_service.asker import Asker
from geo.feature_service.axes import has_latitude_first
from geo.feature_service.collected import Collected
from geo.feature_service.offer import Offer, Offered
from geo.feature_service.page import Asked, Page
from geo.remote.address import Address, parse

Progress = Callable[[float], None]

WFS = "wfs"


def offer(job: Mapping[str, Any], _: Progress) -> dict[str, Any]:
    """Return what the service at `address` of a job has, see `geo.feature_service.offer.Offer`.

    The job also has its `kind`, wfs or ogcapi, and the `hosts` and `keys` of `geo.feature_service.asker.Asker`.

    Raises
    ------
    PlanMapError
        It cannot be asked, or speaks something else.
    """
    return _offer(Asker(job), job, parse(job["address"])).plain()


def collect(job: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the features of a `layer` as the file `target`, and return how many have come, and of how many.

    Beside what `offer` takes, the job has `box`, `epsg` and `degrees`, see `geo.feature_service.page.Asked`.

    Raises
    ------
    PlanMapError
        The service cannot be asked, has no such layer, or gives something else than features.
    """
    asker, address = Asker(job), parse(job["address"])
    found = _offer(asker, job, address)
    layer = found.layer(job["layer"], address.shown)
    asked = Asked(layer.name, tuple(job["box"]) if job["box"] else None, int(job["epsg"]), bool(job["degrees"]))
    is_wfs = job["kind"] == WFS
    if not is_wfs:
        pages = ogc_api.pages(asker, address, layer, asked)
        # A server of OGC API gives the axes as their definition has them.
        code = ogc_api.system_asked(layer, asked)[0]
        result = _written(job, layer, asked, pages, progress, code, latitude_first=has_latitude_first(code))
        everything = ogc_api.total(asker, address, layer, asked) if asked.box is not None else None
        return {**result, "total": everything, "title": layer.title, "layer": layer.name}
    code = wfs.system_asked(layer, asked)[0]
    everything = wfs.whole_total(asker, address, found, layer, asked) if asked.box is not None else None
    kinds = wfs.kinds(asker, address, found, layer) if wfs.form_of(found, layer).is_gml else None
    for turn in (asked, replace(asked, latitude_first=True)):
        pages = wfs.pages(asker, address, found, layer, turn, kinds or {})
        first = wfs.is_asked_latitude_first(found, layer, asked)
        result = _written(job, layer, asked, pages, progress, code, latitude_first=first, kinds=kinds)
        if result["count"] or asked.box is None or everything == 0:
            break
        # Nothing may mean that the server has read the box the other way round.
    if result["matched"] is None:
        result["matched"] = wfs.total(asker, address, found, layer, turn)
    return {**result, "total": everything, "title": layer.title, "layer": layer.name}


def _written(
    job: Mapping[str, Any],
    layer: Offered,
    asked: Asked,
    pages: Iterator[Page],
    progress: Progress,
    code: int,
    *,
    latitude_first: bool,
    kinds: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    target, within = Path(job["target"]), _within(layer, asked)
    with Collected(target, layer.title, code, latitude_first=latitude_first, within=within, kinds=kinds) as collected:
        for turn, page in enumerate(pages, 1):
            collected.take(page)
            whole = collected.matched
            progress(min(1.0, collected.count / whole) if whole else 1 - 10 / (10 + turn))
        return collected.finish()


def _offer(asker: Asker, job: Mapping[str, Any], address: Address) -> Offer:
    found = wfs.offer_of(asker, address) if job["kind"] == WFS else ogc_api.offer_of(asker, address)
    if not found.layers:
        raise PlanMapError("source-nothing", source=address.shown)
    return found


def _within(layer: Offered, asked: Asked) -> tuple[float, float, float, float] | None:
    """Return where features should lie: in the box that the service states, or that was asked for."""
    stated = layer.bounds
    # A service that states the whole world says nothing.
    if stated is not None and stated[2] - stated[0] < 90:
        return stated
    return asked.box
