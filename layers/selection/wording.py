"""Words for parts of a plan, the same on every page, sheet and slide."""

from __future__ import annotations

from collections.abc import Sequence

from geo.grid import Grid
from layers.ground.files import ground_of, picture_of
from layers.own.files import shown_layers
from layers.own.words import credit_words
from layers.plan.event import Event
from layers.plan.plan import Plan, Task
from layers.plan.scene import BASEMAPS, Scene, Wait
from layers.plan.terms import Moment, Text
from layers.region import region
from layers.selection.vicinity import near_words
from layers.service.files import shown_services
from layers.service.words import credit_words as service_credit
from layers.translation import Translation


def section_words(plan: Plan, task: Task, language: str) -> str:
    """Return the number and title of a task's section, or only the title if its id is no number."""
    title = next(section.title.get(language) for section in plan.info.sections if section.id == task.section)
    return f"{task.section} {title}" if task.section[0].isdigit() else title


UNITS = ("个", "家", "条", "场", "项", "座", "处", "人", "亩", "万平方米", "万元", "亿元")
"""Units that the translations have words for; any other is shown as in the plan."""


def target_words(task: Task, text: Translation) -> str:
    """Return a task's target with its unit, such as `> 1000 亿元`; empty without one."""
    if task.target is None:
        return ""
    sign = {"=": "", ">=": "≥ ", "<=": "≤ "}.get(task.target.comparator, f"{task.target.comparator} ")
    return f"{sign}{_with_unit(task.target.value, task.target.unit, text)}"


def moment_words(moment: Moment) -> str:
    """Return when something was recorded, to the minute by the clock of whoever recorded it."""
    return f"{moment.at:%Y-%m-%d %H:%M}" if moment.at else str(moment)


def measured_words(event: Event, text: Translation) -> str:
    """Return the figure that an event gives, with its unit; empty without one."""
    return "" if event.measured is None else _with_unit(event.measured.value, event.measured.unit, text)


def _with_unit(value: float, unit: str, text: Translation) -> str:
    shown = text(f"unit.{unit}") if unit in UNITS else unit
    return f"{number_words(value)}{shown}" if unit == "%" else f"{number_words(value)} {shown}".strip()


def number_words(value: float) -> str:
    """Return a figure without exponent or trailing zeros, to six decimals: `1234567`, `4.5`."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


MOST_NAMED = 3
"""Most selected sites that a title names; of more it names as many and counts the others."""


def selected_words(plan: Plan, scene: Scene, text: Translation) -> str:
    """Return the names of the selected sites, or the title of the selected task; empty if nothing is selected."""
    names = [plan.sites[site_id].name.get(text.language) for site_id in plan.wholes(scene.sites)]
    if names:
        return listed_words(names, MOST_NAMED, text)
    return plan.tasks[scene.task].title.get(text.language) if scene.task in plan.tasks else ""


def listed_words(words: Sequence[str], most: int, text: Translation) -> str:
    """Return `words` as a list in one line, of more than `most` only as many and how many there are."""
    shown = text("sheet.comma").join(words[:most])
    return text("sheet.and-more", names=shown, count=len(words)) if len(words) > most else shown


def titles(plan: Plan, scene: Scene, text: Translation) -> tuple[str, str]:
    """Return the title and subtitle that a sheet of `scene` gets, in the Scene's language."""
    language = scene.language
    title = plan.info.title.get(language)
    subtitle = plan.info.subtitle.get(language)
    selected = near_words(plan, scene, text) or selected_words(plan, scene, text)
    if selected:
        return selected, title
    headings, parts = _headings(plan, scene), [*_filter_words(scene, text), *asked_of_layers(plan, scene, text)]
    if len(headings) == 1:
        # A single theme or section is what the sheet is about.
        return headings[0], " · ".join([title, *parts])
    joined = text("sheet.comma").join([*headings, *parts])
    return title, f"{subtitle} · {joined}" if joined else subtitle


def filter_words(plan: Plan, scene: Scene, text: Translation) -> str:
    """Return what a Scene filters by, in one line; empty where it does not."""
    around = near_words(plan, scene, text)
    return text("sheet.comma").join(
        [*([around] if around else []), *_headings(plan, scene), *_filter_words(scene, text)]
    )


def _headings(plan: Plan, scene: Scene) -> list[str]:
    themes = [theme.title.get(scene.language) for theme in plan.info.themes if theme.id in scene.themes]
    return themes + [one.title.get(scene.language) for one in plan.info.sections if one.id in scene.sections]


def _filter_words(scene: Scene, text: Translation) -> list[str]:
    parts = [text(f"status.{status.value}") for status in sorted(scene.statuses)]
    parts += [text(f"kind.{kind.value}") for kind in sorted(scene.kinds)]
    parts += [text(f"evidence.{scene.evidence.value}")] if scene.evidence else []
    parts += [text(f"waits.{wait.value}", days=scene.stale_days) for wait in Wait if wait in scene.waits]
    return parts + ([f"“{scene.search}”"] if scene.search else [])


def asked_of_layers(plan: Plan, scene: Scene, text: Translation) -> list[str]:
    """Return a line for each own layer of which a Scene shows only a part; none for a Scene that asks nothing."""
    if not scene.questions:
        return []
    # What questions are answered with takes longer to import than most maps have to wait.
    from layers.own.question_words import asked_lines

    return asked_lines(plan, scene, text)


def sources(plan: Plan, text: Translation, *scenes: Scene) -> str:
    """Return the line that names the sources of the commitments and of maps of `scenes`, by default the usual one."""
    report = plan.info.report
    title = plan.info.report_title_en if text.language == "en" and plan.info.report_title_en else report.title
    made = f" ({plan.info.report_date})" if plan.info.report_date else ""
    return text("sheet.sources", report=f"{title}{made}", sources=map_sources(plan, text, *scenes))


def map_sources(plan: Plan, text: Translation, *scenes: Scene) -> str:
    """Return where the positions, the ground and the own layers of a plan's maps of `scenes` come from."""
    shown = [scene.basemap for scene in scenes] or BASEMAPS[:1]
    pictures = [picture_of(plan, basemap) for basemap in shown]
    tiles = [ground_of(plan, basemap) for basemap in shown]
    added = [found.source for found in (*pictures, *tiles) if found is not None]
    land = land_sources(plan, text.language, added=added, ways=None in tiles)
    own = own_words(plan, scenes, text)
    return text("own.after", before=land, own=own) if own else land


def own_words(plan: Plan, scenes: Sequence[Scene], text: Translation) -> str:
    """Return which own layers and services `scenes` show, whence, and how good positions are; empty for none."""
    layers = dict.fromkeys(layer for scene in scenes for layer in shown_layers(plan, scene))
    services = dict.fromkeys(layer for scene in scenes for layer in shown_services(plan, scene))
    words = [*(credit_words(layer, text) for layer in layers), *(service_credit(each, text) for each in services)]
    return text("sheet.comma").join(words)


def land_sources(plan: Plan, language: str, *, added: Sequence[Text] = (), ways: bool) -> str:
    """Return where positions, land and districts come from, what is `added` to them, and with `ways` their roads."""
    own = plan.info.attribution.get(language)
    # A plan may name them itself.
    found = (source.get(language) for source in (*added, *region(plan).sources(ways=ways)))
    ground = list(dict.fromkeys(found))
    return ("；" if language == "zh" else "; ").join([own, *(words for words in ground if words not in own)])


def grid_words(grid: Grid, text: Translation, *, short: bool = False) -> str:
    """Return what a grid is called: datum, projection and code, or `short` as beside a pair of coordinates."""
    ending = "-short" if short else ""
    return text(f"grid.{grid.kind.value}{ending}", zone=grid.zone, crs=grid.crs, name=grid.name)
