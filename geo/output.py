"""Writing a file: its kind follows from its name, and it is written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geo.errors import PlanMapError


def kind_of(path: Path, *, allowed: tuple[str, ...]) -> str:
    """Return the kind of file that `path` names, such as `pdf`; raise `PlanMapError` if it is not in `allowed`."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in allowed:
        raise PlanMapError("output-kind", path=path, expected=tuple(f".{name}" for name in allowed))
    return kind


def target_of(text: str) -> Path:
    """Return `text` as the path of a file to write; a link is followed, so that its target is replaced.

    Raises
    ------
    PlanMapError
        `text` cannot be a path.
    """
    try:
        path = Path(text).expanduser()
        return path.resolve() if path.is_symlink() else path
    except (OSError, ValueError, RuntimeError) as error:
        raise _refused(Path(text), error) from error


def check_target(path: Path) -> None:
    """Raise `PlanMapError` unless a file can be written at `path`; ask before the work and not after it."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():
            # A pipe or a device, which a file would replace.
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        if not path.parent.is_dir():
            raise PlanMapError("output-folder", folder=path.parent)
        draft = _draft(path)
        draft.touch(exist_ok=False)
        draft.unlink()
    except (OSError, ValueError) as error:
        raise _refused(path, error) from error


def write(path: Path, data: bytes) -> None:
    """Write a file in one step: afterwards `path` is either the whole new file or what it was before.

    Raises
    ------
    PlanMapError
        The file cannot be written.
    """
    with drafted(path) as draft, draft.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """Yield where to write a file that takes the place of `path` if nothing raises, and is gone if something does.

    Raises
    ------
    PlanMapError
        The file cannot be written.
    """
    draft = _draft(path)
    try:
        yield draft
        os.replace(draft, path)
    except (OSError, ValueError) as error:
        raise _refused(path, error) from error
    finally:
        with suppress(OSError, ValueError):
            draft.unlink(missing_ok=True)


def _refused(path: Path, error: Exception) -> PlanMapError:
    # A ValueError means a character that no path can have.
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return PlanMapError("output-refused", path=path, reason=reason or type(error).__name__)


def _draft(path: Path) -> Path:
    # Beside the target, because a file is moved in one step only within one file system.
    return path.with_name(f".planmap-{secrets.token_hex(8)}.part{path.suffix}")
