"""The Chinese typeface as files, whole or reduced to the characters that a document needs.

It is a locked dependency and not the machine's own, so that a sheet looks the same everywhere and Chinese
prints where no Chinese font is installed (docs/decisions/0010).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from layers.cache import kept_file
from layers.resources import vendor_file

FAMILY = "Noto Sans SC"


class Weight(StrEnum):
    """The two weights that sheets are set in."""

    REGULAR = "regular"
    BOLD = "bold"


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
    source = font_file(weight)
    name = "".join(sorted(characters | {" "}))
    digest = hashlib.sha256(f"{source.name}:{source.stat().st_size}:{name}".encode()).hexdigest()[:20]
    return kept_file(f"{source.stem}-{digest}.ttf", lambda: subset_bytes(weight, name), sound=_is_font)


def _is_font(path: Path) -> bool:
    """Whether `path` holds a whole font; after a power cut it may not."""
    from fontTools.ttLib import TTLibError
    from fontTools.ttLib.sfnt import SFNTReader

    try:
        with path.open("rb") as file:
            reader = SFNTReader(file, checkChecksums=2)
            return all(reader[tag] for tag in reader.keys())  # noqa: SIM118 - not iterable
    except (OSError, TTLibError, AssertionError):
        return False


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
    """Return the typeface of `weight` reduced to `characters`, as a WOFF file."""
    from fontTools.ttLib import TTFont

    buffer = BytesIO()
    with TTFont(subset_file(weight, characters), recalcTimestamp=False) as font:
        font.flavor = "woff"
        font.save(buffer)
    return buffer.getvalue()
