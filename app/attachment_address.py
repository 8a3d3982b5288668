"""Where the server gives the file that goes with a statement."""

from __future__ import annotations

from layers.plan.attachment import Attachment

ATTACHMENT = "/attachment/"


def attachment_address(attachment: Attachment, language: str) -> str:
    """Return the address of a file; what may be wrong with it is said in `language`."""
    return f"{ATTACHMENT}{attachment.id}?lang={language}"
