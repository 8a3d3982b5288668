"""The command line, in the process of the tests or in one of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app import context
from app.cli import main

PLANMAP = Path(sys.executable).with_name("planmap")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the variables of a process that keeps its data in `folder`."""
    return {**os.environ, "PLANMAP_DATA_DIR": str(folder), "PYTHONIOENCODING": "utf-8", **more}


def planmap(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command as people do, in a process of its own. That costs a second; most tests `call` it."""
    return subprocess.run(
        [PLANMAP, *arguments],
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def call(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this process. What it reads when it is imported, such as PLANMAP_LANG, is not read anew."""
    with pytest.MonkeyPatch.context() as patch:
        # A command may leave a plan there, which is not that of the next test.
        patch.setattr(context, "_current", None)
        result = CliRunner(env={"PLANMAP_DATA_DIR": str(folder), **more}).invoke(main, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """Return the line in which a command refuses: it says what to do, and nothing else is written."""
    assert result.returncode == 2, result
    assert result.stdout == ""
    line = result.stderr.strip()
    assert "\n" not in line
    assert " → " in line
    return line
