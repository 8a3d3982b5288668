"""Files that somebody wants to attach to a statement, checked on their way in, and contents on their way out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from geo.errors import PlanMapError
from layers.plan.attachment import FILE_BYTES, PER_EVENT, Attachment, Contents
from layers.plan.event import Event
from layers.plan.event_id import new_id
from layers.plan.file_kind import ENDINGS, media_type_of, safe_name
from layers.store.limits import MIB


def checked_file(name: str, content: bytes) -> tuple[str, str]:
    """Return the safe name and the media type of a file that somebody wants to attach.

    Raises
    ------
    PlanMapError
        It is empty, too large, or nothing that is taken.
    """
    if len(content) > FILE_BYTES:
        raise PlanMapError("attachment-too-large", name=name, limit=FILE_BYTES // MIB)
    if not content:
        raise PlanMapError("attachment-empty", name=name)
    kind = media_type_of(content)
    if not kind:
        raise PlanMapError("attachment-kind", name=name, expected=tuple(ends[0] for ends in ENDINGS.values()))
    return safe_name(name, kind), kind


def with_files(event: Event, files: Sequence[tuple[str, bytes]]) -> tuple[Event, Contents]:
    """Return `event` with `files`, each a name and a content, and what gives their contents again.

    Raises
    ------
    PlanMapError
        They are too many, or one is not taken.
    """
    if len(files) > PER_EVENT:
        raise PlanMapError("attachments-too-many", count=len(files), limit=PER_EVENT)
    held: dict[str, bytes] = {}
    attachments = []
    for name, content in files:
        safe, kind = checked_file(name, content)
        digest = hashlib.sha256(content).hexdigest()
        size = len(content)
        made = Attachment(new_id("f"), safe, kind, digest, size, event.recorded_by, event.recorded_at)
        held[made.id] = content
        attachments.append(made)
    return replace(event, attachments=tuple(attachments)), lambda attachment: held[attachment.id]


def checked_content(attachment: Attachment, content: bytes | None) -> bytes:
    """Return the `content` that a store holds for an attachment.

    Raises
    ------
    PlanMapError
        It is missing, or not the one that was attached.
    """
    if content is None or hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise PlanMapError("attachment-damaged", name=attachment.name, id=attachment.id)
    return content
