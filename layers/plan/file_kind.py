"""What a file holds, told by its first bytes and never by its name, and a name for it that can do no harm.

Nothing is unpacked or parsed: whoever opens the file has programs for that.
"""

from __future__ import annotations

import re
import unicodedata

PDF, JPEG, PNG, TEXT = "application/pdf", "image/jpeg", "image/png", "text/plain"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."

ENDINGS = {
    PDF: (".pdf",),
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    f"{_OFFICE}wordprocessingml.document": (".docx",),
    f"{_OFFICE}spreadsheetml.sheet": (".xlsx",),
    f"{_OFFICE}presentationml.presentation": (".pptx",),
    f"{_OPEN}text": (".odt",),
    f"{_OPEN}spreadsheet": (".ods",),
    f"{_OPEN}presentation": (".odp",),
    TEXT: (".txt", ".csv", ".md"),
}
"""The kinds of file that are taken, as media types, with the endings of their names; the first is the usual one."""

_STARTS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
_ZIP = b"PK\x03\x04"
_OFFICE_PARTS = {
    b"word/document.xml": f"{_OFFICE}wordprocessingml.document",
    b"xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    b"ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}
# Entry 0 of an OpenDocument file is called `mimetype`, is not compressed, and says what the file is.
_OPEN_DOCUMENT = re.compile(rb"PK\x03\x04.{26}mimetype(application/vnd\.oasis\.opendocument\.[a-z]+)", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")

LONGEST_NAME = 120
"""Bytes of a name in UTF-8; file systems allow 255, and people put something before it."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]+')
_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])", re.IGNORECASE)


def media_type_of(content: bytes) -> str:
    """Return what `content` is, a key of `ENDINGS`; empty if it is nothing that is taken."""
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    if content.startswith(_ZIP):
        return _document(content)
    return TEXT if _is_text(content) else ""


def _document(content: bytes) -> str:
    found = _OPEN_DOCUMENT.match(content)
    if found:
        kind = found[1].decode()
        return kind if kind in ENDINGS else ""
    # The names of the parts stand in a zip file as they are. One with macros is a program.
    if b"[Content_Types].xml" not in content or b"vbaProject.bin" in content:
        return ""
    kinds = [kind for part, kind in _OFFICE_PARTS.items() if part in content]
    return kinds[0] if len(kinds) == 1 else ""


def _is_text(content: bytes) -> bool:
    """Whether `content` is text in one of the encodings of Chinese offices, and no markup that a browser would run."""
    if not content.strip() or _CONTROL.search(content) or content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def safe_name(name: str, media_type: str) -> str:
    """Return `name`, which may be anything, as the name of a file that holds `media_type`.

    It is no path, is allowed on Windows, does not reverse the direction of writing, and ends as its content does: a
    text called `run.bat` becomes `run.bat.txt`.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(c for c in last if c.isspace() or not unicodedata.category(c).startswith("C"))
    plain = _FORBIDDEN.sub("-", " ".join(unicodedata.normalize("NFC", visible).split()))
    endings = ENDINGS[media_type]
    ending = next((end for end in endings if plain.lower().endswith(end)), "")
    stem = plain[: len(plain) - len(ending)].strip(" .") or "-"
    ending = ending or endings[0]
    if _DEVICE.fullmatch(stem.split(".")[0].strip()):
        stem = f"_{stem}"
    room = LONGEST_NAME - len(ending)
    if len(stem.encode()) > room:
        stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return stem + ending
