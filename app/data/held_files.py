"""Files that somebody has uploaded and is asked about: in a folder that is gone when they are done with, or away."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.file_name import file_name
from geo.errors import PlanMapError
from geo.foreign.features.shapefile import PARTS

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

KEPT_S = 60.0
"""Seconds for which files are kept without a connection to the page: a phone that is put down for a moment loses it."""

LOOK_S = 2.0
"""Seconds between two looks at that."""

ALONGSIDE = frozenset({*PARTS, ".sbn", ".sbx", ".qix", ".qmd", ".qpj", ".xml"})
"""Endings of what lies around a Shapefile: what is not read of it is no mistake."""

DOUBLE_ENDINGS = (".shp.zip",)


class HeldFiles:
    """A folder for files, which `close` deletes, and which goes by itself once the page is no longer open."""

    def __init__(self, is_open: Callable[[], bool]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="planmap-upload-", ignore_cleanup_errors=True)
        self._closed = threading.Event()
        self._is_open = is_open
        threading.Thread(target=self._watch, name="held-files", daemon=True).start()

    @property
    def path(self) -> Path:
        """The folder."""
        return Path(self._folder.name)

    @property
    def gone(self) -> bool:
        """Whether the files are no longer there."""
        return self._closed.is_set()

    def close(self) -> None:
        """Delete the folder."""
        self._closed.set()
        self._folder.cleanup()

    def _watch(self) -> None:
        seen = time.monotonic()
        while not self._closed.wait(LOOK_S):
            if self._is_open():
                seen = time.monotonic()
            elif time.monotonic() - seen > KEPT_S:
                self.close()


def shown_file(names: Sequence[str]) -> str:
    """Return by which name files that are chosen together are known: that of the Shapefile, else of the only one.

    Raises
    ------
    PlanMapError
        They are neither one file nor the parts of one Shapefile.
    """
    plain = [last_part(name) for name in names]
    if len(plain) == 1:
        return plain[0]
    shapes = [name for name in plain if name.lower().endswith(".shp")]
    stems = {name.rpartition(".")[0].lower().removesuffix(".shp") for name in plain}
    ends = [f".{name.rpartition('.')[2].lower()}" for name in plain]
    if len(shapes) != 1 or len(stems) != 1 or not set(ends) <= ALONGSIDE or len(set(ends)) != len(ends):
        raise PlanMapError("upload-together", files="、".join(plain[:8]))
    return shapes[0]


def last_part(name: str) -> str:
    """Return the name of a file without folders, whatever the system of whoever sent it."""
    return re.split(r"[/\\]", name)[-1] or "-"


def hold(uploads: Sequence[UploadedFile], folder: Path) -> Path:
    """Write uploads into `folder` and return the one to be read; the parts of a Shapefile get one stem.

    Each upload is closed, which gives its memory back.

    Raises
    ------
    PlanMapError
        They do not belong together, or cannot be written.
    """
    shown = shown_file([upload.name for upload in uploads])
    source = folder / _allowed(shown)
    for upload in uploads:
        name = last_part(upload.name)
        target = source if name == shown else source.with_suffix(f".{name.rpartition('.')[2].lower()}")
        try:
            with target.open("wb") as file:
                shutil.copyfileobj(upload, file, 2**20)
        except OSError as error:
            raise PlanMapError("output-refused", path=target, reason=error.strerror or "") from error
        upload.close()
    return source


def forget(uploads: Sequence[UploadedFile]) -> None:
    """Have Streamlit keep uploads no longer; otherwise they stay in memory for as long as the page is open."""
    running = get_script_run_ctx()
    remove = getattr(running and running.uploaded_file_mgr, "remove_file", None)
    if running is not None and remove is not None:
        for upload in uploads:
            remove(running.session_id, upload.file_id)


def _allowed(name: str) -> str:
    """Return a name that every system allows, with the ending of `name` in small letters."""
    for ending in DOUBLE_ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return file_name([name[: -len(ending)]], ending[1:])
    stem, _, ending = name.rpartition(".")
    if stem and re.fullmatch(r"[0-9A-Za-z]{1,8}", ending):
        return file_name([stem], ending.lower())
    return file_name([name], "x").removesuffix(".x")
