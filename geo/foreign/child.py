"""Work on a file from outside, in a process of its own: with limits of memory, time and disk, and a way to stop it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import psutil

from geo.errors import PlanMapError

LOOK_S = 0.2
"""Seconds between two looks at what the process takes."""

LONGEST_COMPLAINT = 500
"""Bytes of a line of error messages that are passed on."""

DRIVERS = frozenset({"OSM", "MEM"})
"""The drivers of GDAL with which the process reads features; pictures are read with rasterio's."""

PICTURE_DRIVERS = frozenset({"GTiff", "MEM", "Memory", "OSM"})
"""The drivers of rasterio's GDAL, which reads the same environment; it opens files with GTiff only.

Memory opens no files, and is another name of MEM since GDAL 3.11, which dies if that is skipped.
"""

_SKIPPED = (
    "ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,CSV,CSW,Carto,DGN,DXF,EDIGEO,EEDA,ESRI Shapefile,"
    "ESRIJSON,Elasticsearch,FlatGeobuf,GDALG,GML,GPKG,GPSBabel,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,"
    "HTTP,Idrisi,JML,JSONFG,KML,LIBKML,LVBAG,MBTiles,MVT,MapInfo File,MapML,MiraMonVector,NGW,OAPIF,"
    "ODS,OGCAPI,OGR_GMT,OGR_PDS,OGR_VRT,OpenFileGDB,PCIDSK,PDS4,PLSCENES,PMTiles,S57,SQLite,SXF,"
    "Selafin,TopoJSON,VDV,VFK,VICAR,WAsP,WFS,XLSX,VRT,WMS,WCS,WMTS"
)
"""GDAL's other drivers: a file that passes for one of theirs can name other files of the machine, or the network."""

_SKIPPED_OF_PICTURES = (
    "AAIGrid,ACE2,ADRG,AIG,AirSAR,BAG,BIGGIF,BLX,BMP,BSB,BT,BYN,CALS,CEOS,COASP,COG,COSAR,CPG,CTable2,CTG,DAAS,"
    "DERIVED,DIMAP,DIPEx,DOQ1,DOQ2,DTED,ECRGTOC,EEDAI,EHdr,EIR,ELAS,ENVI,ERS,ESAT,ESRIC,FAST,FIT,GenBin,GFF,GIF,"
    "GNMDatabase,GNMFile,GRASSASCIIGrid,GRIB,GS7BG,GSAG,GSBG,GSC,GTI,GTX,GXF,HDF5,HDF5Image,HF2,HFA,ILWIS,IRIS,ISCE,"
    "ISG,ISIS2,ISIS3,JAXAPALSAR,JDEM,JP2OpenJPEG,JPEG,KMLSUPEROVERLAY,KRO,L1B,LAN,LCP,Leveller,LIBERTIFF,LOSLAS,MAP,"
    "MFF,MFF2,MiraMonRaster,MRF,MSGN,NDF,netCDF,NGSGEOID,NITF,NOAA_B,NSIDCbin,NTv2,NWT_GRC,NWT_GRD,OZI,PAux,"
    "PCRaster,PDF,PDS,PLMOSAIC,PNG,PNM,PRF,R,Rasterlite,RCM,RIK,RMF,ROI_PAC,RPFTOC,RRASTER,RS2,RST,S102,S104,S111,"
    "SAFE,SAGA,SAR_CEOS,SDTS,SENTINEL2,SGI,SIGDEM,SNAP_TIFF,SNODAS,SRP,SRTMHGT,STACIT,STACTA,Terragen,TGA,TIL,TSX,"
    "USGSDEM,WEBP,XPM,XYZ,Zarr,ZMap"
)
"""The same of rasterio's GDAL: a GeoTIFF can name a file that GDAL takes for its overviews, with any driver."""


_PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
"""The variables that say by which way addresses are asked."""


class Cancelled(Exception):  # noqa: N818 - not an error: somebody wanted it
    """The work was cancelled."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the process may take."""

    memory: int = 4 * 2**30
    """Bytes of memory."""
    seconds: float = 3600.0
    """Seconds from its start."""
    disk: int = 8 * 2**30
    """Bytes of files in its folder."""


def run(
    work: str,
    job: Mapping[str, Any],
    folder: Path,
    *,
    progress: Callable[[float], None] = lambda share: None,
    limits: Limits | None = None,
    drivers: frozenset[str] = DRIVERS,
) -> dict[str, Any]:
    """Return what the function `work` of the module `geo.<module>`, such as `tiles.make:work`, returns for `job`.

    The function gets the job and a function to be told what share of the work is done; job and result are plain values
    of JSON. It works in `folder`, which is to hold nothing else. `progress` is told the share from 0 to 1, and at
    least once in `LOOK_S` even if it is the same; whatever it raises ends the process. `drivers` are all that GDAL has.

    Raises
    ------
    PlanMapError
        What the function raises, or a limit has been reached, or the process has died.
    """
    allowed = limits or Limits()
    process = subprocess.Popen(  # noqa: S603 - our own Python and our own module
        [sys.executable, "-X", "utf8", "-m", "geo.foreign.worker", work],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(folder, drivers),
    )
    try:
        return _watched(process, job, folder, progress, allowed)
    finally:
        _end(process)


def environment(folder: Path, drivers: frozenset[str] = DRIVERS) -> dict[str, str]:
    """Return the environment of the process: GDAL reads it once, when it is imported, and has `drivers` then."""
    skipped = ",".join(name for name in ("OSM", *_SKIPPED.split(",")) if name not in drivers)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GDAL_", "OGR_", "CPL_", "OSM_"))},
        "GDAL_SKIP": f"{skipped},{_SKIPPED_OF_PICTURES}",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
        # GDAL looks for no files beside the one that it opens: positions, overviews and masks are its own or none.
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        # Whatever would be fetched, such as the reference system that GeoJSON names by an address, is asked of a port
        # of this machine on which nothing listens.
        **dict.fromkeys(("GDAL_HTTP_PROXY", "GDAL_HTTPS_PROXY", *_PROXIES), "http://127.0.0.1:1"),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
        # PROJ fetches no grids of shifts, whatever a file's reference system asks for.
        "PROJ_NETWORK": "OFF",
        "CPL_TMPDIR": str(folder),
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        # Extracts that other programs have made need not be in the order of ids.
        "OSM_USE_CUSTOM_INDEXING": "NO",
        # A file without a name would not be counted.
        "OSM_UNLINK_TMPFILE": "NO",
        "PYTHONWARNINGS": "ignore",
    }


def _watched(
    process: subprocess.Popen[bytes],
    job: Mapping[str, Any],
    folder: Path,
    progress: Callable[[float], None],
    limits: Limits,
) -> dict[str, Any]:
    lines: SimpleQueue[bytes | None] = SimpleQueue()
    threading.Thread(target=_pass_on, args=(process, lines), daemon=True).start()
    complaints: deque[bytes] = deque(maxlen=40)
    complaining = threading.Thread(target=_keep, args=(process, complaints), daemon=True)
    complaining.start()
    if process.stdin is None:
        raise RuntimeError("the process has been given a pipe")
    # Left open: its end tells the process that nobody waits for it any more.
    with suppress(OSError):
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
    began, share = time.monotonic(), 0.0
    for line in _lines(lines):
        if line is not None:
            told = json.loads(line)
            if "result" in told:
                result: dict[str, Any] = told["result"]
                return result
            if "error" in told:
                raise PlanMapError(told["error"], **told["details"])
            if "unforeseen" in told:
                _complain(complaining, complaints)
                raise PlanMapError("foreign-failed", reason=told["unforeseen"])
            share = told["share"]
        progress(share)
        _check(process, folder, limits, began)
    process.wait()
    _complain(complaining, complaints)
    raise PlanMapError("foreign-died", exit=process.returncode)


def _lines(lines: SimpleQueue[bytes | None]) -> Iterator[bytes | None]:
    """Yield each line that the process writes, and None where it writes none for `LOOK_S`; ends where it ends."""
    while True:
        try:
            line = lines.get(timeout=LOOK_S)
        except Empty:
            yield None
            continue
        if line is None:
            return
        yield line


def _pass_on(process: subprocess.Popen[bytes], lines: SimpleQueue[bytes | None]) -> None:
    if process.stdout is not None:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


def _keep(process: subprocess.Popen[bytes], complaints: deque[bytes]) -> None:
    """Empty the pipe of error messages, so that the process never waits for that, and keep the last lines."""
    if process.stderr is not None:
        complaints.extend(process.stderr)


def _complain(complaining: threading.Thread, complaints: deque[bytes]) -> None:
    """Print what the process has printed last: nobody has foreseen that it would fail so."""
    complaining.join(1.0)
    lines = (line[:LONGEST_COMPLAINT].decode(errors="replace") for line in complaints)
    # It may quote the file, which is not to control anybody's terminal.
    sys.stderr.write("".join("".join(c if c.isprintable() else " " for c in line).rstrip() + "\n" for line in lines))


def _check(process: subprocess.Popen[bytes], folder: Path, limits: Limits, began: float) -> None:
    """Raise `PlanMapError` if the process has taken more than it may."""
    if time.monotonic() - began > limits.seconds:
        raise PlanMapError("foreign-too-slow", minutes=round(limits.seconds / 60))
    with suppress(psutil.Error):
        if psutil.Process(process.pid).memory_info().rss > limits.memory:
            raise PlanMapError("foreign-memory", limit=f"{limits.memory / 2**30:g}")
    size = 0
    with suppress(OSError):
        # Of a link only itself: what it leads to was there before.
        size = sum(path.lstat().st_size for path in folder.rglob("*"))
    if size > limits.disk:
        raise PlanMapError("foreign-disk", limit=f"{limits.disk / 2**30:g}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            # What is left in a buffer has nobody to read it.
            with suppress(OSError):
                pipe.close()
