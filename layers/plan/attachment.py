"""A file that somebody has attached to a statement, without its content, which stays in the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from layers.plan.terms import Moment

FILE_BYTES = 20 * 2**20
"""Largest size of one file, in bytes: that of a scanned notice of many pages."""

PER_EVENT = 5
"""Largest number of files with one statement."""

ALL_BYTES = 2**30
"""Largest size of all files of a plan together, in bytes: a plan is copied whole for each backup."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a statement. Attachments are only ever added, together with their event."""

    id: str
    name: str
    """As it is offered for saving: no path, allowed on Windows, with the ending of what it holds."""
    media_type: str
    """A key of `layers.plan.file_kind.ENDINGS`, found in the content."""
    sha256: str
    """SHA-256 of the content, in hexadecimal."""
    size: int
    """Size of the content in bytes."""
    recorded_by: str
    recorded_at: Moment


Contents = Callable[[Attachment], bytes]
"""Gives the content of an attachment, such as a store does; may raise `PlanMapError`."""
