"""Writing a picture as a GeoTIFF, which says where on the earth it lies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def geotiff(
    pixels: NDArray[np.uint8],
    *,
    west: float,
    north: float,
    pixel_m: float,
    crs: str,
    dpi: float,
    tags: Mapping[str, str],
) -> bytes:
    """Return a picture as the bytes of a GeoTIFF (OGC 19-008r4) without a time in it.

    Parameters
    ----------
    pixels
        Of shape (rows, columns, 3): red, green and blue, from the north-west corner.
    west, north
        Outer edges of the first pixel, in metres of `crs`.
    pixel_m
        Side of a pixel in metres of `crs`.
    crs
        Code of a projected coordinate system, such as `EPSG:4548`.
    dpi
        Dots per inch at which the picture prints at its scale.
    tags
        Tags of baseline TIFF by their names, such as `TIFFTAG_IMAGEDESCRIPTION`.
    """
    # Imported here, because that takes a quarter of a second.
    from rasterio import Affine, Env
    from rasterio.io import MemoryFile

    rows, columns = pixels.shape[:2]
    resolution = {"TIFFTAG_XRESOLUTION": f"{dpi:g}", "TIFFTAG_YRESOLUTION": f"{dpi:g}", "TIFFTAG_RESOLUTIONUNIT": "2"}
    with Env(), MemoryFile() as file:
        with file.open(
            driver="GTiff",
            width=columns,
            height=rows,
            count=3,
            dtype="uint8",
            photometric="RGB",
            crs=crs,
            transform=Affine(pixel_m, 0, west, 0, -pixel_m, north),
            compress="DEFLATE",
            predictor=2,
            tiled=True,
            interleave="pixel",
        ) as dataset:
            dataset.write(np.moveaxis(pixels, 2, 0))
            dataset.update_tags(**resolution, **tags)
        return bytes(file.getbuffer())
