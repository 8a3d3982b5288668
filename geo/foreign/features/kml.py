"""Names of fields in KML: GDAL turns every letter that is not of ASCII into a line, and mixes up what is alike then."""

from __future__ import annotations

import html
import re
from pathlib import Path
from xml.sax.saxutils import quoteattr

_NAMED = re.compile(
    r"""(<(?:[A-Za-z_][\w.-]*:)?(?:Data|SimpleData|SimpleField)\s[^<>]*?\bname\s*=\s*)("[^"<]*"|'[^'<]*')"""
)


def with_plain_names(path: Path, target: Path, aliases: dict[str, str]) -> Path:
    """Return a document whose fields have names that GDAL keeps; their own names by those are added to `aliases`."""
    known = {name: alias for alias, name in aliases.items()}

    def plain(match: re.Match[str]) -> str:
        name = html.unescape(match[2][1:-1])
        alias = known.setdefault(name, f"field_{len(known) + 1:04}")
        aliases[alias] = name
        return match[1] + quoteattr(alias)

    text = _NAMED.sub(plain, path.read_text(encoding="utf-8"))
    target.write_text(text, encoding="utf-8")
    return target
