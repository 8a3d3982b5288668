"""A source in words: as of when a copy is, from where, and what of it is not there."""

from __future__ import annotations

from collections.abc import Iterator

from geo.errors import PlanMapError
from layers.own.linked.change import has_changed
from layers.own.linked.refreshed import Refreshed
from layers.own.linked.source import SourceKind, SourceRow, source_of
from layers.own.own_layer import OwnLayer
from layers.plan.fault import printable
from layers.translation import Translation


def kind_words(row: SourceRow, text: Translation) -> str:
    """Return what features are fetched from."""
    return text(f"source-kind.{row.kind}")


def origin_words(row: SourceRow, text: Translation) -> str:
    """Return as of when a copy is, and from where."""
    place = printable(row.place)
    # A folder has no one name for its layer, a service has.
    if row.kind is not SourceKind.PARQUET and row.layer:
        place = f"{place} {printable(row.layer)}"
    return text("source.origin", place=place, time=moment_words(row))


def moment_words(row: SourceRow) -> str:
    """Return when a copy was fetched, in UTC."""
    return f"{row.fetched[:10]} {row.fetched[11:16]}" if row.fetched else "-"


def came_lines(row: SourceRow, text: Translation) -> Iterator[str]:
    """Yield what has come of a service, and what has not: nothing is missing without a word."""
    if row.kind is SourceKind.PARQUET:
        return
    yield text("source.came", place=printable(row.place), count=f"{row.count:,}")
    if row.missing:
        yield text("source.missing", matched=f"{row.matched:,}", missing=f"{row.missing:,}")
    if row.bbox is not None:
        if row.outside is None:
            yield text("source.outside-unknown")
        elif row.outside:
            yield text("source.outside", total=f"{row.total:,}", outside=f"{row.outside:,}")
    if row.repeated:
        yield text("source.repeated", count=f"{row.repeated:,}")
    if row.turned:
        yield text("source.turned")
    if row.left:
        yield text("source.left", fields=text("data.list-comma").join(map(printable, row.left)))


def refreshed_words(done: Refreshed, text: Translation) -> str:
    """Return what came of fetching a layer anew."""
    name, count = printable(done.layer.name), f"{done.layer.count:,}"
    if done.unchanged:
        return text("source.unchanged", name=name, count=count, time=moment_words(done.row))
    line = text("source.refreshed", name=name, before=f"{done.before:,}", count=count)
    if done.fresh:
        line += text("source.fresh", fields=text("data.list-comma").join(map(printable, done.fresh)))
    return line


def change_words(layer: OwnLayer, text: Translation) -> str:
    """Return what has become of the source of a layer since it was fetched, as far as that is seen from here."""
    row = source_of(layer)
    if row is None:
        return ""
    try:
        changed = has_changed(layer)
    except PlanMapError as error:
        if error.code == "source-path":
            return text("source.unknown-path", name=printable(row.place))
        return text("source.away", name=printable(row.place), time=moment_words(row))
    return text("source.changed", name=printable(row.place)) if changed else ""
