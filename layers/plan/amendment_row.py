"""What a row of `amendments.csv` may hold, and the conversion between that and an amendment, in both directions."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from layers.plan.plan import Amendment
from layers.plan.row import Identifier, RecordedAt, Row, Title, WebAddress, Words
from layers.plan.terms import Source, Subject


def _values(value: Any) -> Any:
    """Return the fields in a JSON object of texts."""
    try:
        found = json.loads(value, object_pairs_hook=_once) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise PydanticCustomError("amended", "is no JSON object of texts") from error
    if not isinstance(found, dict) or not found or not all(isinstance(part, str) for part in found.values()):
        raise PydanticCustomError("amended", "is no JSON object of texts")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return `pairs` as a mapping; of a field that is named twice, nobody could tell which of the texts is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is named twice")
    return found


class AmendmentRow(Row):
    """A row of `amendments.csv`."""

    id: Identifier
    about: Subject
    subject_id: Identifier
    values: Annotated[dict[str, str], BeforeValidator(_values)]
    """A JSON object of the fields that are set; which there may be depends on what it is about."""
    reason: Title
    source_title: Words = ""
    source_publisher: Words = ""
    source_url: WebAddress = ""
    recorded_by: Words
    recorded_at: RecordedAt

    def value(self) -> Amendment:
        """Return the amendment."""
        source = Source(self.source_title, self.source_publisher, self.source_url)
        return self.build(Amendment, source=source if source != Source("", "", "") else None)


def amendment_row(amendment: Amendment) -> dict[str, Any]:
    """Return a row of `amendments.csv`."""
    source = amendment.source or Source("", "", "")
    return {
        "id": amendment.id,
        "about": amendment.about.value,
        "subject_id": amendment.subject_id,
        "values": json.dumps(dict(amendment.values), ensure_ascii=False),
        "reason": amendment.reason,
        "source_title": source.title,
        "source_publisher": source.publisher,
        "source_url": source.url,
        "recorded_by": amendment.recorded_by,
        "recorded_at": str(amendment.recorded_at),
    }
