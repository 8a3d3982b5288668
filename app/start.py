"""Where the command `planmap` starts: what costs time at every start is set before anything else is imported."""

from __future__ import annotations

import os

from app import garbage


def main() -> None:
    """Run the command `planmap`."""
    # What leaves much of it behind looks for it again.
    garbage.leave()
    # Looking for plugins reads the description of every installed package, and none is to see what a plan holds.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    from app.cli import main as run

    run()
