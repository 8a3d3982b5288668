"""In what encoding the text of a file is: as it says itself, or UTF-8 strictly, then GB18030."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError

TRIED = ("utf-8", "gb18030")
"""What is tried where nothing is said: GB18030 has GBK and GB 2312 in it."""

_BLOCK = 2**20
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9_.-]{1,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+([A-Za-z0-9_-]{1,40})")
_VERSION = re.compile(rb"\$ACADVER\s+1\s+AC(\d{4})")
_FIRST_UTF8_DXF = 1021

_TABLE_CODES = {0x4D: "gb18030", 0x4F: "big5", 0x13: "cp932", 0x4E: "cp949", 0xC8: "cp1250", 0xC9: "cp1251"}
"""Language bytes of dBASE tables that say something: 0x03 and 0x57 are what programs write who mean none."""

_DXF_CODES = {"ANSI_936": "gb18030", "GB2312": "gb18030", "ANSI_950": "big5", "ANSI_1252": "", "UTF-8": "utf-8"}


def known(name: str) -> str:
    """Return Python's name for an encoding, with the larger one of which it is a part; empty if there is none."""
    plain = name.strip().lower().replace(" ", "")
    plain = {"936": "gb18030", "cp936": "gb18030", "65001": "utf-8", "ansi936": "gb18030", "oem936": "gb18030"}.get(
        plain, plain
    )
    if plain.startswith("8859"):
        plain = f"iso-8859-{plain.removeprefix('8859').strip('-_') or '1'}"
    with suppress(LookupError, ValueError):
        found = codecs.lookup(plain)
        # Only those that are of text: Python has others, such as one that unpacks.
        if getattr(found, "_is_text_encoding", True):
            return "gb18030" if found.name in ("gbk", "gb2312") else found.name
    return ""


def in_utf8(source: Path, target: Path, given: str, name: str) -> tuple[Path, dict[str, Any]]:
    """Return where the text of `source` is in UTF-8, which is `target` if it had to be written, and its encoding.

    Raises
    ------
    PlanMapError
        It is text in none of the encodings that were tried.
    """
    with source.open("rb") as file:
        head = file.read(64 * 1024)
    for code, found in _candidates(head, given):
        if not _decodes(source, code):
            continue
        encoding = {"name": code, "found": found}
        if code == "utf-8" and not head.startswith(codecs.BOM_UTF8) and not _declared_otherwise(head):
            return source, encoding
        _rewrite(source, target, "utf-8-sig" if code == "utf-8" else code)
        return target, encoding
    raise PlanMapError("vector-encoding", file=name, encoding=given or ", ".join(TRIED))


def of_table(table: Path, stated: str, given: str, fields: list[tuple[int, int]], start: int, length: int) -> str:
    """Return the first of the encodings in which every text of a dBASE table is text; empty if there is none.

    `fields` are the offset and the width of its text fields, `start` the offset of its first record.
    """
    for code in filter(None, dict.fromkeys((given, stated, *TRIED))):
        if _table_decodes(table, code, fields, start, length):
            return code
    return ""


def language_of_table(byte: int) -> str:
    """Return the encoding that the language byte of a dBASE table stands for; empty if it says nothing."""
    return _TABLE_CODES.get(byte, "")


def cut(data: bytes, code: str) -> tuple[str, bool]:
    """Return `data` as text, whose last letter may be cut in the middle, and whether it is text in that encoding."""
    try:
        return codecs.getincrementaldecoder(code)().decode(data), True
    except UnicodeDecodeError:
        return data.decode(code, "replace"), False


def _candidates(head: bytes, given: str) -> list[tuple[str, str]]:
    if given:
        return [(given, "given")]
    found = []
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found.append(("utf-16", "format"))
    for pattern in (_DECLARED, _CODE_PAGE):
        if match := pattern.search(head):
            word = match[1].decode()
            found.append((_DXF_CODES.get(word.upper(), known(word)), "header"))
    version = _VERSION.search(head)
    if version and int(version[1]) >= _FIRST_UTF8_DXF:
        found.insert(0, ("utf-8", "format"))
    return [(code, how) for code, how in found if code] + [(code, "tried") for code in TRIED]


def _declared_otherwise(head: bytes) -> bool:
    match = _DECLARED.search(head)
    return match is not None and known(match[1].decode()) != "utf-8"


def _decodes(source: Path, code: str) -> bool:
    decoder = codecs.getincrementaldecoder(code)()
    try:
        with source.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _rewrite(source: Path, target: Path, code: str) -> None:
    first = True
    with source.open(encoding=code, newline="") as old, target.open("w", encoding="utf-8", newline="") as new:
        while block := old.read(_BLOCK):
            if first:
                block = _DECLARATION.sub('<?xml version="1.0" encoding="UTF-8"?>', block.lstrip("\ufeff"), count=1)
                first = False
            new.write(block)


def _table_decodes(table: Path, code: str, fields: list[tuple[int, int]], start: int, length: int) -> bool:
    rows = max(1, _BLOCK // length)
    decoder = codecs.getincrementaldecoder(code)
    with table.open("rb") as file:
        file.seek(start)
        while block := file.read(rows * length):
            if block.isascii():
                continue
            for record in range(0, len(block) - length + 1, length):
                for offset, width in fields:
                    value = block[record + offset : record + offset + width].rstrip(b" \0")
                    try:
                        # What does not fit into a field is cut, also in the middle of a letter.
                        decoder().decode(value, final=len(value) < width - 3)
                    except UnicodeError:
                        return False
    return True
