"""What a question selects of an own layer as a table in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from layers import escape
from layers.own.answer import Answer, value_text
from layers.own.opening import opened
from layers.own.own_layer import Shape
from layers.own.question_words import asked_words
from layers.own.words import credit_words
from layers.translation import Translation

MOST_ROWS = 200_000
"""Most rows of a file; a spreadsheet holds a million at most, and shows far fewer well."""

Row = Sequence[Any]


def answer_csv(found: Answer, text: Translation) -> bytes:
    """Return the selected features as CSV: UTF-8 with a byte order mark, as `layers.listing.flat.csv_bytes` writes.

    Source and question are columns, so that every line keeps them wherever it is copied. Of more than `MOST_ROWS`
    features only as many are there, and the question says so.

    Raises
    ------
    PlanMapError
        The layer's file is damaged.
    """
    target = io.StringIO()
    writer = csv.writer(target)
    for row in _rows(found, text):
        writer.writerow([escape.spreadsheet(value_text(cell)) for cell in row])
    return target.getvalue().encode("utf-8-sig")


def _rows(found: Answer, text: Translation) -> Iterator[Row]:
    fields = [field.name for field in found.layer.fields if field.type != "binary"]
    size = [text("ask.length-column" if found.layer.shape is Shape.LINE else "ask.area-column")]
    sizes = found.sizes.round(2).tolist() if found.has_size else []
    asked = asked_words(found.plan, found.layer, found.question, text)
    if found.count > MOST_ROWS:
        asked += text("ask.cut", count=f"{MOST_ROWS:,}")
    about = [asked, credit_words(found.layer, text)]
    yield ["fid", *fields, *(size if found.has_size else []), text("ask.question"), text("ask.source")]
    number = 0
    with opened(found.layer) as package:
        for features in package.chosen(found.ids[:MOST_ROWS], fields):
            for index, fid in enumerate(features.ids.tolist()):
                cells = [features.values[field][index] for field in fields]
                yield [fid, *cells, *([sizes[number]] if found.has_size else []), *about]
                number += 1
