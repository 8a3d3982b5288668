"""The files that go with statements: one by its id, and words for them."""

from __future__ import annotations

from collections.abc import Sequence

from geo.errors import PlanMapError
from layers.plan.attachment import Attachment
from layers.plan.plan import Plan
from layers.translation import Translation

_KILO = 1024


def attachment_named(plan: Plan, attachment_id: str) -> Attachment:
    """Return the attachment with this id; raise `PlanMapError` if `plan` has none."""
    for event in plan.events.with_attachments:
        for attachment in event.attachments:
            if attachment.id == attachment_id:
                return attachment
    raise PlanMapError("no-such-attachment", id=attachment_id)


def attachment_words(attachments: Sequence[Attachment], text: Translation) -> str:
    """Return the names of the files that go with a statement, in one line; empty if there are none."""
    if not attachments:
        return ""
    names = ("、" if text.language == "zh" else ", ").join(attachment.name for attachment in attachments)
    return text("attachment.names", names=names)


def size_words(size: int) -> str:
    """Return a size in bytes as people write it, such as `1.4 MB`; 1 MB is 2**20 bytes."""
    if size < _KILO:
        return f"{size} B"
    return f"{size / _KILO:.0f} KB" if size < _KILO**2 else f"{size / _KILO**2:.1f} MB"
