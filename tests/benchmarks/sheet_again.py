"""PlanMap's sheets drawn again and again in one process, as a server draws them.

`python -m tests.benchmarks.sheet_again FORMAT OUT` composes and renders once to warm up, then `--repeat` times,
and prints one line of JSON with its times. The plan is opened beforehand.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import date
from pathlib import Path

from app.context import store_at
from app.settings import read_settings
from geo.output import write
from layers.plan.scene import Scene
from layers.sheet.atlas import By, atlas
from layers.sheet.render import render
from layers.sheet.sheet import Order, compose
from layers.store.base import read_plan


def main() -> None:
    """Draw one format, or the atlas."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=("png", "pdf", "svg", "atlas"))
    parser.add_argument("output", type=Path)
    parser.add_argument("--plan", default="")
    parser.add_argument("--site", default="", help="id of the site that the sheet is about")
    parser.add_argument("--scale", type=int)
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=2)
    arguments = parser.parse_args()
    plan = read_plan(store_at(read_settings(plan=arguments.plan)))
    scene = Scene.from_query(f"site={arguments.site}")
    order, today = Order(scale=arguments.scale), date.today()
    times, pages = [], 1
    for _ in range(1 + arguments.repeat):
        began = time.perf_counter()
        if arguments.format == "atlas":
            made = atlas(plan, Scene(), order, By.SITE, today=today)
            data, pages = made.document, made.pages
        else:
            data = render(compose(plan, scene, order, today=today), arguments.format, dpi=arguments.dpi)
        # The peers' times include the writing.
        write(arguments.output, data)
        times.append(round(time.perf_counter() - began, 3))
    print(json.dumps({"warm": {arguments.format: times[1:]}, "pages": pages}))


if __name__ == "__main__":
    main()
