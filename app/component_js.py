"""The script of a component of our own, with what it shares with others put before it.

Streamlit takes one text for each component, and a browser would look for what that imports on our server.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\./[\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) )", re.MULTILINE)


def component_js(path: Path) -> str:
    """Return the script at `path` with the modules that it imports from its own folder in the place of the imports."""
    script = path.read_text(encoding="utf-8")
    shared = [_EXPORT.sub("", (path.parent / name).read_text(encoding="utf-8")) for name in _IMPORT.findall(script)]
    return "\n".join([*shared, _IMPORT.sub("", script)])
