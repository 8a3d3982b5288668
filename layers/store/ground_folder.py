"""The folder beside a plan for the ground that belongs to it."""

from __future__ import annotations

from pathlib import Path


def ground_version(folder: Path | None) -> str:
    """Return a text that changes whenever a file in `folder` does; empty without a folder or files in it."""
    if folder is None:
        return ""
    try:
        # What begins with a dot is a draft, and no ground yet.
        states = [(path.name, path.stat()) for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    except OSError:
        return ""
    return ";".join(f"{name}:{state.st_mtime_ns}:{state.st_size}" for name, state in states)
