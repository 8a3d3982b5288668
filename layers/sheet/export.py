"""Writing sheets: the file's kind from its name, whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from geo.errors import PlanMapError
from layers.draw import figure
from layers.draw.paper import Paper
from layers.sheet.sheet import Sheet

DPI = 300.0

MEDIA_TYPES = {"png": "image/png", "pdf": "application/pdf", "svg": "image/svg+xml"}


def render(sheet: Sheet, kind: str, *, dpi: float = DPI) -> bytes:
    """Return a sheet as the bytes of a `png`, `pdf` or `svg` file.

    Raises
    ------
    PlanMapError
        The drawn scale is not true, or the picture would be too large.
    """
    if kind == "png":
        return figure.png(sheet.drawing, dpi=dpi, scale=sheet.scale, properties=sheet.properties)
    if kind == "svg":
        return figure.svg(sheet.drawing, scale=sheet.scale, properties=sheet.properties)
    return figure.pdf([(sheet.drawing, sheet.scale)], properties=sheet.properties)


def check_size(paper: Paper, dpi: float) -> None:
    """Raise `PlanMapError` if a picture of the paper at `dpi` would be too large."""
    figure.check_pixels(paper.width, paper.height, dpi)


def kind_of(path: Path, *, allowed: tuple[str, ...] = figure.FORMATS) -> str:
    """Return the kind of file that `path` names; raise `PlanMapError` if it is none of `allowed`."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in allowed:
        raise PlanMapError("output-kind", path=path, expected=tuple(f".{name}" for name in allowed))
    return kind


def target_of(text: str) -> Path:
    """Return the path of the file to write; a link is followed, so that the file it leads to is replaced.

    Raises
    ------
    PlanMapError
        No path can be like that.
    """
    try:
        path = Path(text).expanduser()
        return path.resolve() if path.is_symlink() else path
    except (OSError, ValueError, RuntimeError) as error:
        raise _refused(Path(text), error) from error


def check_target(path: Path) -> None:
    """Raise `PlanMapError` unless a file can be written at `path`: asked before the work and not after it."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():
            # A pipe or a device would be replaced by a file.
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        if not path.parent.is_dir():
            raise PlanMapError("output-folder", folder=path.parent)
        draft = _draft(path)
        draft.touch(exist_ok=False)
        draft.unlink()
    except (OSError, ValueError) as error:
        raise _refused(path, error) from error


def write(path: Path, data: bytes) -> None:
    """Write a file in one step, so that there is the whole of it or the one that was there before.

    Raises
    ------
    PlanMapError
        It cannot be written.
    """
    draft = _draft(path)
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except (OSError, ValueError) as error:
        with suppress(OSError, ValueError):
            draft.unlink(missing_ok=True)
        raise _refused(path, error) from error


def _refused(path: Path, error: Exception) -> PlanMapError:
    # A ValueError is a character that no path can have.
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return PlanMapError("output-refused", path=path, reason=reason or type(error).__name__)


def _draft(path: Path) -> Path:
    # Beside the target, since a file is moved in one step only within one disk.
    return path.with_name(f".planmap-{secrets.token_hex(8)}.part")
