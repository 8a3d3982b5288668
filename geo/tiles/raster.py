"""A GeoTIFF from outside as a picture in colours: what is accepted, and how its bands become RGBA. In a child only."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window

from geo.errors import PlanMapError
from geo.tiles.names import cleaned

MOST_PIXELS = 2 * 10**10
"""Largest picture that is read, in pixels."""

CACHE_BYTES = 256 * 2**20
"""What GDAL may keep of the blocks of a file that it has unpacked."""

PERCENTILES = (2.0, 98.0)
"""Of the values of pictures that are not in 8 bits: these become black and white."""

SAMPLES, SAMPLE_PIXELS = 12, 64
"""The stretch is found from so many squares each way, each with a side of so many pixels."""

FINEST = 8
"""Pixels of a palette that are mixed, each way; between more of them some are left out."""

Rgba = NDArray[np.uint8]
"""Rows, columns and red, green, blue, alpha; colours are not multiplied with alpha."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An open GeoTIFF."""

    name: str
    """Name of its file."""
    dataset: Any
    bands: tuple[int, ...]
    """Numbers of its bands of colour: one of grey or palette, three of light, or four of ink."""
    alpha: int
    """Number of its band of opacity; 0 for none."""
    palette: NDArray[np.uint8] | None
    """RGBA by value."""
    stretch: tuple[float, float] | None
    """The values that become black and white; None where 0 and 255 are."""

    @property
    def crs(self) -> CRS:
        """Its reference system, geographic or projected."""
        return self.dataset.crs

    @property
    def transform(self) -> Affine:
        """From column and row to coordinates in its reference system."""
        return self.dataset.transform

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return int(self.dataset.width), int(self.dataset.height)

    def rgba(self, window: Window, factor: int = 1) -> Rgba:
        """Return a window of whole pixels in colours, `factor` (a power of two) times smaller each way, rounded up.

        Raises
        ------
        PlanMapError
            The file is damaged there.
        """
        rows, columns = math.ceil(window.height / factor), math.ceil(window.width / factor)
        with told_as_damage(self.name):
            if self.palette is None:
                return self._mixed(window, (rows, columns), factor)
            # The mean of two numbers of a palette is the number of any colour: they are mixed as colours.
            fine = min(factor, FINEST)
            found = self._looked_up(window, (rows * fine, columns * fine))
        while fine > 1:
            found, fine = halved(found), fine // 2
        return found

    def _looked_up(self, window: Window, shape: tuple[int, int]) -> Rgba:
        if self.palette is None:
            raise ValueError("the picture has no palette")
        values = self.dataset.read(self.bands[0], window=window, out_shape=shape)
        valid = self.dataset.dataset_mask(window=window, out_shape=shape)
        found: Rgba = self.palette[np.clip(values, 0, len(self.palette) - 1)]
        found[..., 3] = np.minimum(found[..., 3], valid)
        return found

    def _mixed(self, window: Window, shape: tuple[int, int], factor: int) -> Rgba:
        resampling = Resampling.average if factor > 1 else Resampling.nearest
        values = self.dataset.read(
            list(self.bands), window=window, out_shape=(len(self.bands), *shape), resampling=resampling
        )
        found = np.empty((*shape, 4), np.uint8)
        found[..., :3] = np.moveaxis(_lights(_in_bytes(values, self.stretch)), 0, -1)
        if self.alpha:
            alpha = self.dataset.read(self.alpha, window=window, out_shape=shape, resampling=resampling)
            found[..., 3] = alpha if alpha.dtype == np.uint8 else _in_bytes(alpha, (0.0, _largest(alpha.dtype)))
        else:
            found[..., 3] = self.dataset.dataset_mask(window=window, out_shape=shape)
        if values.dtype.kind == "f":
            found[..., 3][~np.isfinite(values).all(axis=0)] = 0
        return found


@contextmanager
def opened(path: Path) -> Iterator[Picture]:
    """Open the GeoTIFF at `path`, with a stretch that fits all of it.

    Raises
    ------
    PlanMapError
        It is damaged, too large, not in colours, or says neither where it lies nor in which reference system.
    """
    with _dataset(path) as dataset:
        if dataset.width * dataset.height > MOST_PIXELS:
            raise PlanMapError(
                "raster-too-large",
                file=path.name,
                size=f"{dataset.width} × {dataset.height}",
                limit=f"{MOST_PIXELS:.0e}",
            )
        placed = dataset.transform
        if placed == Affine.identity() or not all(map(math.isfinite, placed)) or placed.is_degenerate:
            raise PlanMapError("raster-no-position", file=path.name)
        if not dataset.crs or not (dataset.crs.is_geographic or dataset.crs.is_projected):
            raise PlanMapError("raster-no-crs", file=path.name)
        if any(np.dtype(kind).kind not in "uif" for kind in dataset.dtypes):
            raise PlanMapError("foreign-damaged", file=path.name, reason=", ".join(sorted(set(dataset.dtypes))))
        with told_as_damage(path.name):
            yield _described(path.name, dataset)


def attribution_of_picture(path: Path) -> str:
    """Return whom a GeoTIFF names as the holder of its rights, else as its maker; empty if nobody.

    Raises
    ------
    PlanMapError
        It is damaged.
    """
    with _dataset(path) as dataset:
        try:
            tags = dataset.tags()
        except UnicodeDecodeError:
            return ""
    return cleaned(tags.get("TIFFTAG_COPYRIGHT", "")) or cleaned(tags.get("TIFFTAG_ARTIST", ""))


def halved(picture: Rgba) -> Rgba:
    """Return a picture of an even number of rows and columns at half its size: each pixel is the mean of four."""
    rows, columns = picture.shape[0] // 2, picture.shape[1] // 2
    fours = picture.reshape(rows, 2, columns, 2, 4)
    if picture[..., 3].min() == 255:
        mean: Rgba = ((fours.sum(axis=(1, 3), dtype=np.uint16) + 2) // 4).astype(np.uint8)
        return mean
    alpha = fours[..., 3:].astype(np.uint32)
    total = alpha.sum(axis=(1, 3))
    found = np.empty((rows, columns, 4), np.uint8)
    found[..., :3] = ((fours[..., :3] * alpha).sum(axis=(1, 3)) + total // 2) // np.maximum(total, 1)
    found[..., 3:] = (total + 2) // 4
    return found


@contextmanager
def told_as_damage(file: str) -> Iterator[None]:
    """Raise what rasterio raises as a `PlanMapError` that names `file`."""
    try:
        yield
    except RasterioError as error:
        # GDAL has dozens of errors, each with words of its own; the first cause says the most.
        raise PlanMapError("foreign-damaged", file=file, reason=cleaned(str(error.__cause__ or error))) from error


@contextmanager
def _dataset(path: Path) -> Iterator[Any]:
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
        with told_as_damage(path.name):
            dataset = rasterio.open(path, driver="GTiff")
        with dataset:
            _check_for_others(path.name, dataset)
            yield dataset


def _check_for_others(file: str, dataset: Any) -> None:
    """Refuse a file that names another one as its overviews: GDAL would take the pixels from there."""
    try:
        named = dataset.tags(ns="OVERVIEWS")
    except UnicodeDecodeError:
        named = {"": ""}
    if named:
        raise PlanMapError("foreign-damaged", file=file, reason="OVERVIEW_FILE")


def _described(file: str, dataset: Any) -> Picture:
    meanings = list(dataset.colorinterp)
    alpha = meanings.index(ColorInterp.alpha) + 1 if ColorInterp.alpha in meanings else 0
    bands = _bands(meanings, alpha)
    palette = _palette(dataset.colormap(bands[0])) if meanings[bands[0] - 1] is ColorInterp.palette else None
    draft = Picture(file, dataset, bands, alpha, palette, None)
    bits = dataset.tags(bands[0], ns="IMAGE_STRUCTURE").get("NBITS", "8")
    if palette is not None or (dataset.dtypes[bands[0] - 1] == "uint8" and bits == "8"):
        return draft
    stretch = _stretch(dataset, bands) if dataset.dtypes[bands[0] - 1] != "uint8" else (0.0, 2.0 ** int(bits) - 1)
    return Picture(file, dataset, bands, alpha, palette, stretch)


def _bands(meanings: list[ColorInterp], alpha: int) -> tuple[int, ...]:
    for colours in (
        (ColorInterp.red, ColorInterp.green, ColorInterp.blue),
        (ColorInterp.cyan, ColorInterp.magenta, ColorInterp.yellow, ColorInterp.black),
    ):
        if all(colour in meanings for colour in colours):
            return tuple(meanings.index(colour) + 1 for colour in colours)
    others = [number for number in range(1, len(meanings) + 1) if number != alpha]
    return tuple(others[:3] if len(others) >= 3 else others[:1]) or (1,)


def _palette(colours: dict[int, tuple[int, int, int, int]]) -> NDArray[np.uint8]:
    found = np.zeros((max(colours) + 1, 4), np.uint8)
    for value, colour in colours.items():
        found[value] = colour
    return found


def _stretch(dataset: Any, bands: tuple[int, ...]) -> tuple[float, float]:
    """Return the values of all bands that become black and white: one pair, so that colours stay what they are."""
    found = []
    for row in np.linspace(0, max(0, dataset.height - SAMPLE_PIXELS), SAMPLES).astype(int):
        for column in np.linspace(0, max(0, dataset.width - SAMPLE_PIXELS), SAMPLES).astype(int):
            size = min(SAMPLE_PIXELS, dataset.width), min(SAMPLE_PIXELS, dataset.height)
            window = Window(int(column), int(row), *size)
            valid = dataset.dataset_mask(window=window) > 0
            values = dataset.read(list(bands), window=window)[:, valid]
            found.append(values[np.isfinite(values)])
    values = np.concatenate(found)
    if not len(values):
        return 0.0, 1.0
    low, high = (float(value) for value in np.percentile(values, PERCENTILES))
    return (low, high) if high > low else (min(0.0, low), max(high, low + 1.0, 1.0))


def _in_bytes(values: NDArray[Any], stretch: tuple[float, float] | None) -> NDArray[np.uint8]:
    if stretch is None:
        return values
    low, high = stretch
    with np.errstate(all="ignore"):
        scaled = (values.astype(np.float32) - np.float32(low)) * np.float32(255 / (high - low))
    found: NDArray[np.uint8] = np.clip(np.nan_to_num(scaled) + 0.5, 0, 255).astype(np.uint8)
    return found


def _lights(bands: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return red, green and blue of bands that are grey, those three, or cyan, magenta, yellow and black."""
    if len(bands) < 4:
        return bands
    paper = 255 - bands.astype(np.uint16)
    found: NDArray[np.uint8] = ((paper[:3] * paper[3] + 127) // 255).astype(np.uint8)
    return found


def _largest(kind: np.dtype[Any]) -> float:
    return float(np.iinfo(kind).max) if kind.kind in "ui" else 1.0
