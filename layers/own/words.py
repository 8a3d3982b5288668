"""What there is to say of an own layer, of a file that may become one, and of the system it may be in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from layers.own.linked.source import source_of
from layers.own.linked.words import came_lines, origin_words
from layers.own.look import Look, looks_of, style_of
from layers.own.own_layer import CONTROL, OwnLayer, Position, system_of
from layers.own.popup import popup_rows
from layers.plan.fault import printable
from layers.translation import Translation

if TYPE_CHECKING:
    from geo.candidate import Candidate
    from geo.ranking import Ranking, Standing

SHOWN_NUMBERS = 8
"""Numbers of features that a line names."""

MOST_TEXT = 60
"""Characters of a value that are shown."""


def count_words(types: Mapping[str, int], text: Translation) -> str:
    """Return how many features there are of each type, in words."""
    comma = text("data.list-comma")
    return comma.join(text(f"geometry.{name}", count=f"{count:,}") for name, count in types.items()) or "0"


def crs_words(looked: Mapping[str, Any], text: Translation) -> str:
    """Return what a layer in a file says of its reference system."""
    crs = looked["crs"]
    if crs is None:
        return text("own.no-crs")
    if not crs["understood"]:
        return text("own.unknown-crs", name=printable(crs["name"]))
    code = f"EPSG:{crs['epsg']}" if crs["epsg"] else "-"
    key = "own.crs-by-format" if crs["origin"] == "format" else "own.crs-of-file"
    return text(key, name=printable(crs["name"]), code=code)


def extent_words(bounds: Sequence[float] | None, text: Translation) -> str:
    """Return bounds in the units of the file."""
    if bounds is None:
        return "-"
    digits = 5 if max(map(abs, bounds)) <= 360 else 1
    west, south, east, north = (f"{value:,.{digits}f}" for value in bounds)
    return text("own.extent", west=west, south=south, east=east, north=north)


def encoding_words(looked: Mapping[str, Any], text: Translation) -> str:
    """Return in which encoding the texts of a layer are read, and why."""
    encoding = looked["encoding"]
    line = text("own.encoding", name=encoding["name"], found=text(f"encoding.{encoding['found']}"))
    undecodable = encoding["undecodable"]
    if undecodable["count"]:
        line += text("own.undecodable", count=undecodable["count"], numbers=_numbers(undecodable["numbers"], text))
    return line


def finding_words(finding: Mapping[str, Any], accepted: bool, text: Translation) -> str:
    """Return what is odd with features of a layer, which they are, and what will be done about it."""
    kind = finding["kind"]
    found = text(
        "own.finding",
        what=text(f"finding.{kind}"),
        count=f"{finding['count']:,}",
        numbers=_numbers(finding["numbers"], text, finding["count"]),
    )
    return found + (text(f"repair.{kind}") if accepted else text("own.kept"))


def report_lines(report: Mapping[str, Any], text: Translation) -> Iterator[str]:
    """Yield what was done to the features of a layer when it was brought in: nothing is left out without a word."""
    yield text("own.counts", read=f"{report['read']:,}", written=f"{report['written']:,}")
    for part in ("left_out", "repaired", "refused"):
        for kind, found in report[part].items():
            if not found["count"]:
                continue
            numbers = _numbers(found["numbers"], text, found["count"])
            what, count = text(f"finding.{kind}"), f"{found['count']:,}"
            yield text(f"own-done.{part.replace('_', '-')}", what=what, count=count, numbers=numbers)
    if report["undecodable"]["count"]:
        numbers = _numbers(report["undecodable"]["numbers"], text)
        yield text("own.undecoded", count=report["undecodable"]["count"], numbers=numbers)
    for before, after in report["renamed"]:
        yield text("own.renamed", before=printable(before), after=printable(after))
    yield from note_lines(report["notes"], text)


def style_lines(layer: OwnLayer, text: Translation) -> Iterator[str]:
    """Yield what a layer is drawn by, and what of a style of another program was not taken."""
    from layers.own.features_look import titles
    from layers.own.style_element import Lost, NotTaken, not_taken_words

    if layer.style_from:
        yield text("own.style-from", file=printable(layer.style_from))
    for what, detail in layer.style_lost:
        if what in set(Lost):
            yield not_taken_words(NotTaken(Lost(what), printable(detail)), text)
    style = style_of(layer)
    if style.field:
        # What is hidden has its line too, for by these words it is shown again.
        for title, look in zip(titles(style), looks_of(layer), strict=True):
            words = f"  {printable(title.get(text.language))}"
            yield words if look is not None else text("own.style-hidden", words=words)
    if style.labels is not None:
        yield text("own.style-labels", template=printable(style.labels.template))
    if style.popup:
        names = text("data.list-comma").join(title for _, title in popup_rows(layer, text.language))
        yield text("own.style-popup", fields=names)
    if style.heading:
        yield text("own.style-heading", field=printable(style.heading))


def note_lines(notes: Sequence[Mapping[str, Any]], text: Translation) -> Iterator[str]:
    """Yield what else is to be known of a file."""
    for note in notes:
        details = {key: value for key, value in note.items() if key != "note"}
        if "names" in details:
            details["names"] = text("data.list-comma").join(printable(name) for name in details["names"])
        yield text(f"own-note.{note['note']}", **details)


def position_words(position: Position, text: Translation) -> str:
    """Return where the positions of a layer come from, and how far they may be off."""
    system = system_words(position.system, text)
    key = "own.stated" if position.stated else "own.decided"
    return text("own.position", system=text(key, system=system), accuracy=accuracy_words(position, text))


def accuracy_words(position: Position, text: Translation) -> str:
    """Return how far the positions of a layer may be off by the way they came to WGS 84."""
    if position.ballpark:
        return text("own.ballpark")
    if position.accuracy_m is None:
        return text("own.accuracy-unknown")
    if position.accuracy_m == 0:
        return text("own.exact")
    return text("own.accuracy", metres=f"{position.accuracy_m:g}")


def system_words(system: str, text: Translation) -> str:
    """Return a system in words: an offset frame by its name, others by their code."""
    if system == CONTROL:
        return text("own.fitted")
    return text(f"datum.{system}") if system in ("gcj02", "bd09", "wgs84") else printable(system)


def decided_words(decided: Mapping[str, Any], text: Translation) -> str:
    """Return the same of a system that was decided on."""
    return system_words(system_of(decided), text)


def layer_words(layer: OwnLayer, text: Translation) -> str:
    """Return how many features a layer has, in words, or that they cannot be read now."""
    from layers.own.files import trouble

    if layer.source and trouble(layer) is not None:
        return text("own.away")
    return text(f"own-shape.{layer.shape}", count=how_many(layer, text))


def how_many(layer: OwnLayer, text: Translation) -> str:
    """Return how many features a layer has as a figure, with a word where that is an estimate."""
    figure = f"{layer.count:,}"
    return text("own.about", count=figure) if layer.is_estimate else figure


def legend_words(layer: OwnLayer, text: Translation) -> str:
    """Return what a layer is called in a legend, with a warning where its position is not known well."""
    return text("own.legend-rough", name=layer.name) if layer.position.ballpark else layer.name


def look_words(layer: OwnLayer, look: Look, text: Translation) -> str:
    """Return what a legend calls a symbol of a layer: by its own title with the layer before it, or by the layer."""
    title = look.title.get(text.language)
    words = printable(title)
    if not title:
        return legend_words(layer, text)
    # The one symbol of a layer has a title in place of the layer's name.
    return words if len(looks_of(layer)) == 1 else text("own.legend", name=legend_words(layer, text), title=words)


def credit_words(layer: OwnLayer, text: Translation) -> str:
    """Return what has to be said of a layer wherever it is drawn: its file, its system, and how good that is."""
    position = position_words(layer.position, text)
    return text("own.credit", name=printable(layer.name), file=file_words(layer, text), position=position)


def file_words(layer: OwnLayer, text: Translation) -> str:
    """Return what a layer was made from: the name of a file, or for a copy of what stays elsewhere as of when it is."""
    row = source_of(layer)
    return printable(layer.file) if row is None else origin_words(row, text)


def source_lines(layer: OwnLayer, text: Translation) -> Iterator[str]:
    """Yield what has come of the service that a layer is a copy of, and what has not."""
    row = source_of(layer)
    if row is not None:
        yield from came_lines(row, text)


def trouble_words(layer: OwnLayer, text: Translation) -> str:
    """Return why the features of a layer that stay elsewhere cannot be read now, and what to do; empty if they can."""
    from layers.own.files import trouble

    error = trouble(layer)
    return "" if error is None else text("own.waits", name=printable(layer.name), why=text.explain(error))


def candidate_words(candidate: Candidate, text: Translation) -> str:
    """Return the name of a system that a layer may be in, with its code."""
    name = text(f"system.{candidate.name_key}", meridian=candidate.meridian, zone=candidate.zone)
    if candidate.epsg:
        name += text("own.code", code=f"EPSG:{candidate.epsg}")
    return name + text("own.swapped") if candidate.swapped else name


def standing_words(standing: Standing, text: Translation) -> str:
    """Return how well a system fits, with the reasons why it ties with the first."""
    parts = [text("own.outside-lines") if standing.median_m is None else _distance(standing, text)]
    parts += [text(f"tie.{reason}") for reason in standing.ties]
    if standing.open:
        parts.append(text("own.open"))
    if standing.candidate.ballpark:
        parts.append(text("own.no-way"))
    return text("own.comma").join(parts)


def ranking_words(ranking: Ranking, text: Translation) -> str:
    """Return what the whole ranking tells."""
    line = text(f"verdict.{ranking.verdict}")
    if ranking.needs_control:
        line += text("own.needs-control")
    return line


def _distance(standing: Standing, text: Translation) -> str:
    metres = standing.median_m or 0.0
    return text("own.median", metres=f"{metres:,.1f}" if metres < 100 else f"{metres:,.0f}")


def _numbers(numbers: Sequence[int], text: Translation, count: int | None = None) -> str:
    shown = text("data.list-comma").join(str(number) for number in numbers[:SHOWN_NUMBERS])
    more = (len(numbers) if count is None else count) > SHOWN_NUMBERS
    return shown + text("own.and-more") if more else shown
