"""One step of the benchmark of large layers, in a process of its own that imports nothing else."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main(step: str, source: Path, target: Path, *more: str) -> None:
    """Do a step: import, tiles or freestiler."""
    if step == "freestiler":
        import freestiler
        import geopandas as gpd

        frame = gpd.read_parquet(source)[["use", "geometry"]]
        freestiler.freestile(frame, target, min_zoom=int(more[0]), max_zoom=int(more[1]), quiet=True)
        return
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        draft = Path(name) / target.name
        if step == "import":
            from geo.foreign import vector_files

            vector_files.bring_in(source, draft, Path(name), crs=None)
        else:
            import numpy as np
            import pandas as pd

            from geo.feature_package import opened
            from geo.foreign import child

            with opened(source) as package:
                uses = [value for values in package.whole_column("use") for value in values]
            numbers = pd.factorize(pd.Series(uses))[0].astype(np.uint8)
            np.save(Path(name) / "numbers.npy", numbers)
            job = {"source": str(source), "target": str(draft), "numbers": str(Path(name) / "numbers.npy")}
            child.run("tiles.thinned.make:work", {**job, "categories": int(numbers.max()) + 1}, Path(name))
        draft.rename(target)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
