"""The Chinese typeface as files, whole or reduced to the characters that a document needs.

It is a locked dependency and not the machine's own, so that a sheet looks the same everywhere and Chinese
prints where no Chinese font is installed (docs/decisions/0010).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path

import numpy as np

from layers.cache import kept_bytes, kept_file
from layers.resources import vendor_file

FAMILY = "Noto Sans SC"


class Weight(StrEnum):
    """The two weights that sheets are set in."""

    REGULAR = "regular"
    BOLD = "bold"


CSS_WEIGHTS = {Weight.REGULAR: 400, Weight.BOLD: 600}
"""The weights as style sheets and Matplotlib know them."""

_FILES = {
    Weight.REGULAR: "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    Weight.BOLD: "noto-sans-sc/600SemiBold/NotoSansSC_600SemiBold.ttf",
}


def font_file(weight: Weight) -> Path:
    """Return the TrueType file of `weight`; raise `PlanMapError` if the build did not bring it."""
    return vendor_file(_FILES[weight])


@lru_cache(maxsize=16)
def subset_file(weight: Weight, characters: frozenset[str]) -> Path:
    """Return a TrueType file with only `characters`, kept in the user's cache folder.

    Matplotlib makes subsets itself, but opens the whole face of 30,000 glyphs for each one. With a file of a few
    hundred glyphs that costs next to nothing, and the same file serves every page of an atlas.

    Raises
    ------
    PlanMapError
        The build did not bring the typeface.
    """
    make = partial(subset_bytes, weight, _sorted(characters))
    return kept_file(f"{_subset_name(weight, characters)}.ttf", make, sound=_is_font)


def _sorted(characters: frozenset[str]) -> str:
    return "".join(sorted(characters | {" "}))


def _subset_name(weight: Weight, characters: frozenset[str]) -> str:
    """Return a file name, without an ending, that tells all that the subset depends on."""
    source = font_file(weight)
    said = f"{source.name}:{source.stat().st_size}:{_sorted(characters)}"
    return f"{source.stem}-{hashlib.sha256(said.encode()).hexdigest()[:20]}"


_WHOLE = 0xB1B0AFBA
"""Sum of a whole TrueType file as unsigned 32-bit numbers; a field in its head makes it so (OpenType, table head)."""


def _is_font(path: Path) -> bool:
    """Whether `path` holds a whole font; after a power cut it may not."""
    try:
        data = path.read_bytes()
    except OSError:
        return False
    return len(data) % 4 == 0 and int(np.frombuffer(data, ">u4").sum(dtype=np.uint32)) == _WHOLE


def subset_bytes(weight: Weight, characters: Iterable[str]) -> bytes:
    """Return the typeface of `weight` reduced to `characters`, as a TrueType file."""
    from fontTools.subset import Options, Subsetter, save_font
    from fontTools.ttLib import TTFont

    options = Options(
        layout_features=[],
        notdef_outline=True,
        hinting=False,
        recalc_timestamp=False,
        name_IDs=[1, 2, 6, 13],
    )
    # Without these tables no program can shift letters from where the layout has measured them to be.
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(characters))
    buffer = BytesIO()
    with TTFont(font_file(weight), lazy=True, recalcTimestamp=False) as font:
        subsetter.subset(font)
        save_font(font, buffer, options)
    return buffer.getvalue()


def web_font(weight: Weight, characters: frozenset[str]) -> bytes:
    """Return the typeface of `weight` reduced to `characters`, as a WOFF file kept in the user's cache folder."""
    return kept_bytes(f"{_subset_name(weight, characters)}.woff", lambda: _web_bytes(subset_file(weight, characters)))


def _web_bytes(font_file: Path) -> bytes:
    from fontTools.ttLib import TTFont

    buffer = BytesIO()
    with TTFont(font_file, recalcTimestamp=False) as font:
        font.flavor = "woff"
        font.save(buffer)
    return buffer.getvalue()
