"""The finder: places, kinds of places, tasks and names of the ground, by whatever people type for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.grid import BBox
from geo.measure import bounds
from layers.ground.ways import ways
from layers.plan.plan import Plan, Site, Task
from layers.plan.scene import MAXIMUM_QUERY
from layers.plan.terms import Text
from layers.region import region
from layers.selection import spelling
from layers.selection.category_words import CATEGORY_WORDS, is_category
from layers.selection.spelling import has_ideograph, plain, squeezed, without_bracket
from layers.style import CATEGORIES

MOST_WORDS = 12
"""Number of words of a text that are looked for; the rest is left out."""

LEAST_WRONG = 3
"""Letters or characters that a text has at least to be compared with names that differ in one of them."""


class Found(StrEnum):
    """What sort of thing was found."""

    PLACE = "place"
    TASK = "task"
    CATEGORY = "category"
    GROUND = "ground"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found, with all that it is found by."""

    found: Found
    id: str
    """Id of the whole of a place, of a task or of a category; of the ground, the name."""
    name: Text
    tasks: int
    """Number of tasks of a place; 0 of everything else."""
    placed: bool
    bounds: BBox | None
    """West, south, east, north of a thing of the ground, WGS 84 in degrees; None of the rest, which the plan knows."""
    names: tuple[str, ...]
    """Plain names in both languages."""
    short: tuple[str, ...]
    """The same without what they have in brackets, squeezed."""
    text: str
    """All plain words that it is found by."""
    kinds: str
    """Words for the category of a place."""
    spelt: str
    """Chinese names in pinyin, see `spelling.spelt`."""
    pinyin: tuple[str, ...]
    """Whole Chinese names without brackets in pinyin."""
    initials: tuple[str, ...]
    """The first letters of their syllables; none of tasks, whose titles are too long."""
    forms: tuple[str, ...]
    """Squeezed names, pinyin and id, one of which a text may be with a wrong letter."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a text finds, best match first."""

    typed: str
    exact: bool
    """Whether it is spelt like that, in letters or in pinyin; else all of it differs by a letter or two."""
    entries: tuple[Entry, ...]
    places: tuple[Site, ...]
    tasks: frozenset[str]
    """Ids of the tasks that are found themselves, and not only by their places."""

    @property
    def instead(self) -> Entry | None:
        """What stands for the text where that itself is not found; None if it is, or nothing is like it."""
        return self.entries[0] if self.entries and not self.exact else None


@dataclass(frozen=True, slots=True)
class Index:
    """All that can be found in a plan."""

    entries: tuple[Entry, ...]
    forms: tuple[str, ...]
    owners: tuple[int, ...]
    """The number of the entry that each of `forms` belongs to."""
    long: tuple[str, ...]
    """Squeezed names of places and tasks, which a text may be a part of with a wrong letter.

    No pinyin: parts of it that begin and end anywhere are like many a word.
    """
    long_owners: tuple[int, ...]


@lru_cache(maxsize=64)
def find(plan: Plan, text: str) -> Findings:
    """Return what `text` finds in `plan`, in whatever order its words stand.

    What is spelt like that goes before all else: names, titles, clauses, units and partners that hold the words, ids
    that are the whole text, pinyin and initials of names, words for a category. Only where there is none of it, names
    that sound the same or differ in one letter or Chinese character are found. Never raises, whatever the text.
    """
    wanted = plain(text[:MAXIMUM_QUERY])
    words = wanted.split()[:MOST_WORDS]
    close = squeezed(wanted)
    index = index_of(plan)
    ranks = [(_rank(entry, wanted, close, words), number) for number, entry in enumerate(index.entries) if words]
    found = [index.entries[number] for _, number in sorted((rank, number) for rank, number in ranks if rank)]
    entries = found or (_near(index, close, words) if words else [])
    return Findings(
        text.strip()[:MAXIMUM_QUERY],
        bool(found),
        tuple(entries),
        tuple(plan.sites[entry.id] for entry in entries if entry.found is Found.PLACE),
        frozenset(entry.id for entry in entries if entry.found is Found.TASK),
    )


def _rank(entry: Entry, wanted: str, close: str, words: Sequence[str]) -> tuple[float, ...] | None:
    """Return how well an entry matches, the smaller the better; None if it does not."""
    tier = _tier(entry, wanted, close, words)
    if tier is None:
        return None
    if entry.found is Found.CATEGORY:
        return (1, 0, 0, 0, 0)
    # A whole name goes before all.
    # Of things of the ground called after each other, the one that gave the name.
    last = len(entry.id) if entry.found is Found.GROUND else -entry.tasks
    return (0 if tier == 0 else 2, _order(entry), not entry.placed, tier, last)


def _order(entry: Entry) -> int:
    """Return what goes before what: a place with tasks before one that only helps to find the way.

    So 军粮城 finds the railway station of the report and not the metro stop of the same name.
    """
    if entry.found is Found.PLACE:
        return 0 if entry.tasks else 2
    return 1 if entry.found is Found.TASK else 3


def _tier(entry: Entry, wanted: str, close: str, words: Sequence[str]) -> int | None:
    """Return how a plain text, `close` when squeezed, is in an entry: 0 as a whole name; None if it is not."""
    if entry.found is Found.CATEGORY:
        return 0 if len(words) == 1 and is_category(wanted, entry.kinds) else None
    if wanted in entry.text:
        if wanted in entry.names:
            return 0
        if close in entry.short:
            return 1
        return 2 if any(name.startswith(wanted) for name in entry.names) else 3
    if wanted == entry.id:
        return 0
    if close and close in entry.short:
        return 1
    if close and (close in entry.pinyin or close in entry.initials):
        return 4
    for word in words:
        if not _holds(entry, word):
            return None
    return 5


def _holds(entry: Entry, word: str) -> bool:
    """Whether a word is in an entry: in its words, in pinyin, as initials, or for its category."""
    if word in entry.text or (entry.kinds and is_category(word, entry.kinds)):
        return True
    if not word.isascii():
        return has_ideograph(word) and any(letter.isascii() for letter in word) and _spells_mixed(entry, word)
    close = squeezed(word)
    if spelling.spells(close, entry.spelt):
        return True
    if len(close) < 2:
        return False
    inside = len(close) >= spelling.LEAST_INSIDE - 1
    return any(letters.startswith(close) or (inside and close in letters) for letters in entry.initials)


@lru_cache(maxsize=64)
def _pinyin_of(text: str) -> str:
    return "".join(spelling.syllables([text])[0])


def _spells_mixed(entry: Entry, word: str) -> bool:
    """Whether a word of Chinese characters and letters, such as 东丽hu, is in an entry."""
    return spelling.spells(_pinyin_of(word), entry.spelt)


def _near(index: Index, close: str, words: Sequence[str]) -> list[Entry]:
    """Return the entries whose names sound like the text or differ from it in one letter, the best first.

    Whole names, with what is called after them, go before parts of names, which are only looked for where no whole
    name is like the text.
    """
    if len(close) < 2:
        return []
    chinese = has_ideograph(close)
    sound = _pinyin_of(close) if chinese else ""
    alike = {n: 0 for n, entry in enumerate(index.entries) if sound and sound in entry.pinyin}
    meant = {sound} if alike else set()
    if len(close) >= LEAST_WRONG:
        for number in spelling.whole_within_one_edit(close, index.forms):
            alike.setdefault(index.owners[number], 0)
            meant.add(index.forms[number])
    # What is called after one of them too: 军良城 is 军粮城, and the railway station there is 军粮城北站.
    for number, entry in enumerate(index.entries):
        if any(len(form) >= LEAST_WRONG and _holds(entry, form) for form in meant):
            alike.setdefault(number, 0)
    if not alike and len(close) >= LEAST_WRONG + (not chinese):
        sounding = len(close) >= LEAST_WRONG and bool(sound)
        alike = {n: 2 for n, entry in enumerate(index.entries) if sounding and spelling.spells(sound, entry.spelt)}
        for number in spelling.part_within_one_edit(close, index.long):
            alike.setdefault(index.long_owners[number], 3)
        for number in spelling.beginning_within_one_edit(close, index.forms):
            alike.setdefault(index.owners[number], 3)
    if not alike and len(words) > 1:
        alike = dict.fromkeys(_near_words(index, words), 4)

    def rank(number: int) -> tuple[float, ...]:
        entry = index.entries[number]
        return alike[number], _order(entry), not entry.placed, -entry.tasks, number

    return [index.entries[number] for number in sorted(alike, key=rank)]


def _near_words(index: Index, words: Sequence[str]) -> set[int]:
    """Return the numbers of the entries that hold each word, or one that differs from it in one letter."""
    left = set(range(len(index.entries)))
    for word in words:
        exact = {number for number in left if _holds(index.entries[number], word)}
        close = squeezed(word)
        if not exact and len(close) >= LEAST_WRONG + (not has_ideograph(close)):
            exact = {index.long_owners[number] for number in spelling.part_within_one_edit(close, index.long)}
        left &= exact
    return left


@lru_cache(maxsize=2)
def index_of(plan: Plan) -> Index:
    """Return all that can be found in `plan`: ten thousand tasks take about a second, once for each plan."""
    rows = [*_categories(plan), *_places(plan), *map(_task, plan.current_tasks.values()), *_ground(plan)]
    chinese = [[name.zh for name in row.spoken if name.zh] for row in rows]
    all_syllables = iter(spelling.syllables([without_bracket(name) for names in chinese for name in names]))
    entries = tuple(_entry(row, [next(all_syllables) for _ in names]) for row, names in zip(rows, chinese, strict=True))
    pairs = [(form, number) for number, entry in enumerate(entries) for form in entry.forms]
    inner = [
        (form, number)
        for number, entry in enumerate(entries)
        if entry.found in (Found.PLACE, Found.TASK)
        for form in dict.fromkeys([*entry.short, *map(squeezed, entry.names)])
    ]
    return Index(
        entries,
        tuple(form for form, _ in pairs),
        tuple(number for _, number in pairs),
        tuple(form for form, _ in inner),
        tuple(number for _, number in inner),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry before it is spelt."""

    found: Found
    id: str
    name: Text
    spoken: tuple[Text, ...]
    """The names that it is called by."""
    words: tuple[str, ...] = ()
    """Further words that it is found by."""
    kinds: str = ""
    tasks: int = 0
    placed: bool = True
    bounds: BBox | None = None


def _entry(row: _Row, parts: Sequence[Sequence[str]]) -> Entry:
    names = tuple(dict.fromkeys(plain(name) for both in row.spoken for name in both if name))
    short = tuple(dict.fromkeys(squeezed(without_bracket(name)) for name in names))
    pinyin = tuple(dict.fromkeys("".join(each) for each in parts))
    forms = dict.fromkeys([*short, *map(squeezed, names), *pinyin, squeezed(plain(row.id))])
    return Entry(
        row.found,
        row.id,
        row.name,
        row.tasks,
        row.placed,
        row.bounds,
        names,
        short,
        "\n".join([*names, *map(plain, row.words)]),
        row.kinds,
        "".join(map(spelling.spelt, parts)),
        pinyin,
        () if row.found is Found.TASK else tuple(spelling.initials(each) for each in parts if len(each) > 1),
        () if row.found is Found.CATEGORY else tuple(form for form in forms if len(form) > 1),
    )


def _categories(plan: Plan) -> Iterable[_Row]:
    present = {site.category for site in plan.places}
    for category in CATEGORIES:
        if category in present:
            yield _Row(Found.CATEGORY, category, Text("", ""), (), kinds=_category_words()[category])


@lru_cache(maxsize=1)
def _category_words() -> Mapping[str, str]:
    """Return the words for each category, those of two Chinese characters and more in pinyin too."""
    found = {}
    for category, words in CATEGORY_WORDS.items():
        long = [word for word in words.split() if has_ideograph(word) and len(word) > 1]
        found[category] = " ".join([words, *("".join(parts) for parts in spelling.syllables(long))])
    return found


def _places(plan: Plan) -> Iterable[_Row]:
    for site in plan.places:
        names = tuple(plan.sites[one].name for one in plan.place(site.id))
        yield _Row(
            Found.PLACE,
            site.id,
            site.name,
            names,
            kinds=_category_words()[site.category],
            tasks=len(plan.tasks_by_site.get(site.id, ())),
            placed=site.placed,
        )


def _task(task: Task) -> _Row:
    return _Row(Found.TASK, task.id, task.title, (task.title,), (task.anchor, task.lead_unit, *task.partners))


def _ground(plan: Plan) -> Iterable[_Row]:
    """Return roads, waters, places and districts of the ground by name, except those that the plan has itself."""
    own = {plain(name) for site in plan.sites.values() for name in site.name if name}
    own |= {without_bracket(name) for name in own}
    shapes: dict[Text, list[BaseGeometry]] = defaultdict(list)
    ground = ways(plan)
    for way in ground.lines:
        shapes[way.name].append(way.geometry)
    for spot in ground.spots:
        shapes[spot.name].append(shapely.Point(spot.longitude, spot.latitude))
    for area in region(plan).districts:
        shapes[Text(area.name_zh, area.name_en)].append(shapely.box(*plan.grid.bbox(area.geometry.bounds)))
    home = shapely.box(*plan.home)
    for name, geometries in shapes.items():
        if any(name) and not own.intersection(map(plain, filter(None, name))):
            # Of streets with one name, those of the plan's own district.
            near = [geometry for geometry in geometries if geometry.intersects(home)]
            yield _Row(Found.GROUND, name.zh or name.en, name, (name,), bounds=bounds(near or geometries))
