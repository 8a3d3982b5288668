"""The sheets whose pictures are kept in tests/pictures: `make pictures` draws them anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from layers.draw import figure
from layers.draw.drawing import Box, Drawing
from layers.draw.figure import Properties
from layers.draw.legend import draw_legend, entries
from layers.draw.paper import Paper
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.resources import default_plan_folder
from layers.sheet.sheet import Order, compose
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from layers.translation import translation

FOLDER = Path(__file__).with_name("pictures")
DAY = date(2026, 11, 22)
DPI = 72.0
_PLAIN = Properties("", "", "", "zh")


def _sheet(plan: Plan, query: str, paper: str, orientation: str = "", scale: int | None = None) -> bytes:
    order = Order(Paper.parse(paper, orientation), scale)
    sheet = compose(plan, Scene.from_query(query), order, today=DAY)
    return figure.png(sheet.drawing, dpi=DPI, scale=sheet.scale, properties=_PLAIN)


def _legend(plan: Plan) -> bytes:
    sheet = compose(plan, Scene(), Order(), today=DAY)
    text = translation("zh")
    drawing = Drawing(110, 110)
    found = entries(plan, Scene(), sheet.content, text)
    draw_legend(drawing, found, Box(4, 4, 106, 106), size=1.0, columns=2, text=text)
    return figure.png(drawing, dpi=150, scale=None, properties=_PLAIN)


PICTURES: dict[str, Callable[[Plan], bytes]] = {
    "district-a3": lambda plan: _sheet(plan, "", "A3"),
    "district-a4-portrait-en": lambda plan: _sheet(plan, "lang=en", "A4", "portrait"),
    "station-a4-50000": lambda plan: _sheet(plan, "site=junliangcheng-north", "A4", scale=50_000),
    "airport-slide-filtered": lambda plan: _sheet(plan, "theme=airport-economy&hide=metro-lines", "16:9"),
    "legend": _legend,
}


def main() -> None:
    """Draw every picture anew."""
    plan = read_plan(FolderStore(default_plan_folder()))
    FOLDER.mkdir(exist_ok=True)
    for name, draw in PICTURES.items():
        (FOLDER / f"{name}.png").write_bytes(draw(plan))


if __name__ == "__main__":
    main()
