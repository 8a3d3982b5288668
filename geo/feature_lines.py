"""GeoJSON as a text that people can compare: one feature on each line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def feature_lines(features: Sequence[Mapping[str, Any]], **members: Any) -> str:
    """Return a GeoJSON FeatureCollection with one feature per line; `members` are what it says of all of them."""
    head = _line({"type": "FeatureCollection", **members})
    return head[:-1] + ',"features":[\n' + ",\n".join(map(_line, features)) + "\n]}\n"


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
