"""A service in words."""

from __future__ import annotations

from geo.errors import PlanMapError
from layers.allowed_hosts import allowed_hosts
from layers.plan.fault import printable
from layers.service.service_layer import ServiceLayer
from layers.translation import Translation


def kind_words(layer: ServiceLayer, text: Translation) -> str:
    """Return what a layer is: a service, and what it speaks."""
    return text("service.kind", kind=layer.row.kind.value.upper())


def credit_words(layer: ServiceLayer, text: Translation) -> str:
    """Return what has to be said of a service wherever it is drawn: whose it is, and where it comes from."""
    credit = printable(layer.row.credit, limit=200) or "-"
    key = "service.credit" if layer.row.credit else "service.credit-host"
    return text(key, name=printable(layer.row.name), credit=credit, host=layer.host.authority)


def legend_words(layer: ServiceLayer, text: Translation) -> str:
    """Return what a legend says of a service: its name, and whom it names as its source or where it comes from."""
    credit = printable(layer.row.credit, limit=40) or layer.host.authority
    return text("service.legend", name=printable(layer.row.name), credit=credit)


def datum_words(layer: ServiceLayer, text: Translation) -> str:
    """Return in which datum a service draws, and who said so."""
    return text("service.datum", datum=text(f"datum.{layer.row.datum}"))


def trouble(layer: ServiceLayer) -> PlanMapError | None:
    """Return why a service is not asked at all; None if it may be."""
    try:
        allowed_hosts().allowed(layer.host)
    except PlanMapError as error:
        return error
    return None


def trouble_words(layer: ServiceLayer, text: Translation) -> str:
    """Return why a service is not asked and what to do about it; empty if it may be."""
    error = trouble(layer)
    return "" if error is None else text.explain(error)
