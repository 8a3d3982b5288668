"""What a row of `attachments.csv` may hold, and the conversion between that and an attachment, in both directions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from layers.plan.attachment import FILE_BYTES, Attachment
from layers.plan.file_kind import ENDINGS, safe_name
from layers.plan.row import Identifier, RecordedAt, Row, Words


def _known(media_type: str) -> str:
    if media_type not in ENDINGS:
        raise ValueError("is no kind of file that is taken")
    return media_type


class AttachmentRow(Row):
    """A row of `attachments.csv`; in a database the content stands in a column beside these."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
    event_id: Identifier
    name: Words
    media_type: Annotated[str, AfterValidator(_known)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1, le=FILE_BYTES)]
    recorded_by: Words
    recorded_at: RecordedAt

    def value(self) -> Attachment:
        """Return the attachment; its name is made safe again, for the row may come from anybody."""
        return self.build(Attachment, name=safe_name(self.name, self.media_type))


def attachment_row(attachment: Attachment, event_id: str) -> dict[str, Any]:
    """Return a row of `attachments.csv`."""
    return {
        "id": attachment.id,
        "event_id": event_id,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "sha256": attachment.sha256,
        "size": attachment.size,
        "recorded_by": attachment.recorded_by,
        "recorded_at": str(attachment.recorded_at),
    }
