"""The documents and the translations against the code: what one names, the other has."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin
from urllib.parse import unquote

import click
import pytest
from pydantic import TypeAdapter, ValidationError

from app.cli import main
from app.data.giving import KINDS as GIVEN_KINDS
from app.data.style_form import FORMS, METHODS
from app.layer_style_cli import ENTRY, SYMBOL, WHOLE
from app.layer_style_cli import LABELS as LABEL_LOOK
from app.layers.question_form import HOWS
from app.layers.question_form import PLACES as ASKED_PLACES
from app.record.form import LABELS, SHOWN
from app.record.place_form import LABELS as PLACE_LABELS
from app.settings import Settings
from geo import detail
from geo.candidate import _systems
from geo.foreign.features.findings import ACCEPTED
from geo.foreign.features.shapes import NAMES as GEOMETRY_NAMES
from geo.grid import GridKind
from geo.position import Datum
from geo.ranking import TieReason, Verdict
from layers.browser import detail as browser_detail
from layers.draw import content
from layers.draw.pdf_layer import PdfLayer
from layers.exchange.book import HELP_LINES
from layers.exchange.columns import FIELDS, Part
from layers.listing.plan_collections import COLLECTION_IDS
from layers.listing.qgis_package import PLACES
from layers.own.given.loss import Loss
from layers.own.linked.source import SourceKind
from layers.own.own_layer import Shape
from layers.own.ramps import RAMPS
from layers.own.style_element import Lost
from layers.own.symbol_value import DASHES, Marker, Pattern
from layers.plan import rows as plan_rows
from layers.plan.amendment_row import AmendmentRow
from layers.plan.attachment_row import AttachmentRow
from layers.plan.deck import FIGURES
from layers.plan.event_row import EventRow
from layers.plan.scene import BASEMAPS, PLAIN, Evidence, Wait
from layers.plan.site_amend import FIELDS as SITE_FIELDS
from layers.plan.template import LINES
from layers.plan.template_row import TemplateRow
from layers.plan.terms import Basis, Confidence, Kind, Precision, Status
from layers.selection.changes import Direction, Mark
from layers.selection.contradictions import Conflict
from layers.selection.find import Found
from layers.selection.gaps import Gap
from layers.selection.omission import Why
from layers.selection.unplaced import Placing
from layers.selection.wording import UNITS
from layers.store import check_row, limits
from layers.store.folder import FILES, check_folder
from layers.store.roles import Role
from layers.store.tables import TABLE_NAMES
from layers.style import CATEGORIES
from layers.translation import LANGUAGES

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
GUIDES = ("docs/guide.md", "docs/guide.zh-CN.md")
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/**/*.md"))
)
PACKAGES = ("geo", "layers", "app")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def code(name: str) -> list[str]:
    """Return what a page marks as code: each line of a block, each span in a line."""
    text = read(name)
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    prose = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return lines + re.findall(r"`([^`\n]+)`", prose)


# Commands, settings, make targets


def options(command: click.Command) -> set[str]:
    return {
        name
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    }


COMMANDS = main.commands
# Those of a group's own commands by their whole name, such as "ground add".
GROUPS = {name: command.commands for name, command in COMMANDS.items() if isinstance(command, click.Group)}
OPTIONS = {name: options(command) for name, command in COMMANDS.items() if name not in GROUPS} | {
    f"{group} {name}": options(command) for group, commands in GROUPS.items() for name, command in commands.items()
}
ALWAYS = {"--help", "--version"}


def test_commands_have_options() -> None:
    # A change in click that empties this table would let every other test here pass.
    assert "--plan" in OPTIONS["serve"]
    assert "--name" in OPTIONS["ground add"]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_in_a_page_exists(page: str) -> None:
    for piece in code(page):
        for name, rest in re.findall(r"\bplanmap ([^\s`]+)([^`\n]*)", piece):
            if name in GROUPS and rest.split():
                name = f"{name} {rest.split()[0]}"
            assert name in OPTIONS or name in GROUPS, f"{page}: planmap {name}"
            used = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", rest))
            assert used <= OPTIONS.get(name, set()) | ALWAYS, f"{page}: {piece}"
        if re.match(r"--[a-z]", piece):
            assert piece.split()[0] in set().union(ALWAYS, *OPTIONS.values()), f"{page}: {piece}"


@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_and_option_is_in_the_guides(guide: str) -> None:
    pieces = code(guide)
    for name, known in OPTIONS.items():
        assert any(piece.startswith(f"planmap {name}") for piece in pieces), name
        for option in known - {"--help"}:
            assert any(option in piece.split() for piece in pieces), f"{name} {option}"


def test_every_setting_is_in_the_guides_and_the_other_way_round() -> None:
    settings = {f"PLANMAP_{name.upper()}" for name in Settings.model_fields}
    for guide in GUIDES:
        # In the table, where people look them up.
        assert set(re.findall(r"^\| `(PLANMAP_\w+)`", read(guide), re.MULTILINE)) == settings, guide
    for page in PAGES:
        assert set(re.findall(r"\bPLANMAP_[A-Z_]+", read(page))) <= settings, page


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = {(page, target) for page in PAGES for piece in code(page) for target in make_targets(piece)}
    assert {target for _, target in named} >= {"run", "test", "screenshot"}
    assert {(page, target) for page, target in named if target not in targets} == set()


def make_targets(piece: str) -> list[str]:
    words = piece.split()
    return [word for word in words[1:] if "=" not in word] if words and words[0] == "make" else []


# Links, paths, pairs of pages


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_and_image_exists(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        assert path.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in anchors(path), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_ours_that_a_page_names_exists(page: str) -> None:
    for piece in code(page):
        for name in re.findall(rf"^(?:{'|'.join((*PACKAGES, 'data', 'tests', 'docs'))})/[\w./*-]*$", piece):
            # Only built, never committed.
            if not name.startswith(("layers/browser/dist", "layers/browser/vendor")):
                assert list(ROOT.glob(name.rstrip("/"))), f"{page}: {name}"


def test_every_module_named_in_the_architecture_exists() -> None:
    named = set(re.findall(r"`(?:pptx/)?([a-z0-9_]+\.py)`", read("docs/architecture.md")))
    assert len(named) > 40  # Or the search has gone blind.
    assert named - {path.name for path in [*python_files(), *ROOT.glob("*.py")]} == set()


def test_every_browser_script_is_in_the_architecture() -> None:
    named = set(re.findall(r"`([a-z0-9_]+\.js)`", read("docs/architecture.md")))
    assert {path.name for path in scripts()} - named == set()
    known = {path.name for path in [*scripts(), *(ROOT / "app").rglob("*.js"), *ROOT.glob("*.js")]}
    assert named - known == set()


def test_every_decision_that_code_cites_exists() -> None:
    kept = {path.name[:4] for path in (ROOT / "docs/decisions").glob("[0-9][0-9][0-9][0-9]-*.md")}
    sources = [*python_files(), *scripts(), *(ROOT / "app").rglob("*.js")]
    for path in sources:
        cited = re.findall(r"docs/decisions/(\d{4})", path.read_text(encoding="utf-8"))
        assert set(cited) <= kept, path.name


@pytest.mark.parametrize(("english", "chinese"), [READMES, GUIDES])
def test_both_languages_have_the_same_parts(english: str, chinese: str) -> None:
    assert outline(english) == outline(chinese)


def outline(page: str) -> dict[str, list[str]]:
    """Return what must be alike in both languages: headings, tables, lists, blocks, targets of links."""
    text = read(page)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    return {
        # The shape of each line that is not running text.
        "shape": [
            re.match(r"#+|- |\|", line).group() + str(line.count("|"))  # type: ignore[union-attr]
            for line in text.splitlines()
            if re.match(r"#+ |- |\|", line)
        ],
        "blocks": re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE),
        "links": [
            "other language" if link in ours else link.replace(".zh-CN", "")
            for link in links
            for ours in [{*READMES, "guide.md", "guide.zh-CN.md"}]
        ],
    }


# docs/data.md


class Table(NamedTuple):
    """The rows of one table of a page, by the code in the first cell."""

    head: list[str]
    rows: dict[str, list[str]]


def tables() -> dict[str, list[Table]]:
    """Return the tables of docs/data.md by the heading above them."""
    found: dict[str, list[Table]] = {}
    heading, open_table = "", False
    for line in read("docs/data.md").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            open_table = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not open_table:
            found.setdefault(heading, []).append(Table(cells, {}))
            open_table = True
        elif not set(line) <= set("|-"):
            found[heading][-1].rows[cells[0].strip("`")] = cells
    return found


ROWS = {
    "plan.toml": plan_rows.InfoRow,
    "`[report]`": plan_rows.ReportRow,
    "`[[themes]]`, `[[sections]]` and `[[groups]]`": plan_rows.HeadingRow,
    "layers.toml": plan_rows.CatalogueRow,
    "`[[layers]]`": plan_rows.LayerRow,
    "sites.geojson": plan_rows.SiteRow,
    "tasks.csv": plan_rows.TaskRow,
    "events.csv": EventRow,
    "amendments.csv": AmendmentRow,
    "attachments.csv": AttachmentRow,
    "decks.toml": plan_rows.DecksRow,
    "`[[decks]]`": plan_rows.DeckRow,
    "`[[decks.slides]]`": plan_rows.SlideRow,
    "template.toml": TemplateRow,
}
"""Each model of a plan's rows by the heading of its table."""


def test_every_model_and_every_file_of_a_plan_has_a_table() -> None:
    models = {
        model
        for model in vars(plan_rows).values()
        if isinstance(model, type) and issubclass(model, plan_rows.Row) and model is not plan_rows.Row
    }
    assert set(ROWS.values()) == {*models, EventRow, AmendmentRow, AttachmentRow, TemplateRow}
    assert {heading for heading in tables() if re.fullmatch(r"[a-z]+\.[a-z]+", heading)} == set(FILES.values())
    described = [name for name, found in tables().items() if found[0].head[1] == "Required"]
    assert described == list(ROWS)


@pytest.mark.parametrize("heading", ROWS)
def test_a_table_has_the_columns_of_its_model(heading: str) -> None:
    table, fields = tables()[heading][0], ROWS[heading].model_fields
    assert list(table.rows) == list(fields)
    for name, field in fields.items():
        assert table.rows[name][1] == ("yes" if field.is_required() else "no"), name
        values = choices(field.annotation)
        if values:
            assert set(re.findall(r"`([^`]+)`", table.rows[name][2])) == values, name


def choices(annotation: Any) -> set[str]:
    """Return the values of an enumeration or a Literal inside `annotation`, without the empty one."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return {member.value for member in annotation}
    if get_origin(annotation) is Literal:
        return {value for value in get_args(annotation) if value}
    return set().union(*(choices(part) for part in get_args(annotation)))


def test_precisions_and_categories_are_listed() -> None:
    assert list(tables()["sites.geojson"][1].rows) == [level.value for level in Precision]
    [line] = [line for line in read("docs/data.md").splitlines() if line.startswith("The categories")]
    assert [name for name in re.findall(r"`([^`]+)`", line) if "/" not in name] == list(CATEGORIES)


def test_the_tables_of_a_database_are_listed() -> None:
    assert set(tables()["In a GeoPackage or PostGIS"][0].rows) == set(TABLE_NAMES.values())


def test_the_examples_make_a_sound_plan(tmp_path: Path) -> None:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", read("docs/data.md"), re.DOTALL | re.MULTILINE)
    order = [
        FILES[part] for part in ("info", "catalogue", "sites", "tasks", "events", "amendments", "decks", "template")
    ]
    for name, (kind, text) in zip(order, blocks, strict=True):
        assert name.endswith(kind) or (kind, name) == ("json", "sites.geojson")
        (tmp_path / name).write_text(text, encoding="utf-8")
    plan, faults = check_folder(tmp_path)
    assert faults == []
    assert plan is not None
    assert (len(plan.sites), len(plan.tasks), len(plan.events)) == (2, 1, 2)
    assert [len(deck.slides) for deck in plan.decks] == [1]
    assert plan.template is not None
    assert dict(plan.template.lines)["secrecy"] == "内部"
    assert (str(plan.tasks["gear-output"].due), plan.tasks["gear-output"].lead_unit) == ("2024-Q4", "工信局")


def accepts(kind: Any, value: object) -> bool:
    """Whether a field of the type `kind` may hold `value`."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def number_in(page: str, pattern: str) -> int:
    found = re.search(pattern, read(page))
    assert found, pattern
    return int(found[1].replace(" ", ""))


def test_lengths_of_texts_titles_and_ids() -> None:
    for kind, pattern, shortest in (
        (plan_rows.Words, r"\*\*text\*\* has at most ([\d ]+) characters", ""),
        (plan_rows.Title, r"\*\*title\*\* is a text of 1 to ([\d ]+) characters", "x"),
        (plan_rows.Identifier, r"\*\*id\*\* has 1 to ([\d ]+) characters", "x"),
    ):
        longest = number_in("docs/data.md", pattern)
        assert accepts(kind, "x" * longest)
        assert not accepts(kind, "x" * (longest + 1))
        assert accepts(kind, shortest)
        assert accepts(kind, shortest[1:]) is (kind is plan_rows.Words)
    [line] = [line for line in read("docs/data.md").splitlines() if line.startswith("An **id**")]
    [forbidden] = re.findall(r"without `([^`]+)`", line)
    assert not any(accepts(plan_rows.Identifier, f"a{character}b") for character in [*forbidden.split(), " "])
    assert accepts(plan_rows.Words, "a\tb\nc")
    assert not accepts(plan_rows.Words, "a\x07b")


def test_sizes_of_files_and_tables() -> None:
    rows = tables()["Limits"][0].rows
    assert list(rows) == [
        FILES[part]
        for part in ("info", "catalogue", "decks", "template", "sites", "tasks", "events", "amendments", "attachments")
    ]
    for part, name in FILES.items():
        _, size, count = rows[name]
        assert float(size.removesuffix(" MiB")) * 2**20 == limits.SIZES[part]
        assert (int(count.replace(" ", "")) if count else None) == limits.ROWS.get(part)
    for pattern, value in {
        r"A table has at most ([\d ]+) columns": limits.COLUMNS,
        r"at most ([\d ]+) lines, a dotted": limits.LINES,
        r"at most ([\d ]+) parts\.": limits.KEY_PARTS,
        r"at most ([\d ]+) vertices": detail.MAXIMUM_VERTICES,
        r"and ([\d ]+) lines and rings": detail.MAXIMUM_PARTS,
        r"MultiPoint has at most ([\d ]+) points": detail.MAXIMUM_POINTS,
        r"values of a table have at most ([\d ]+) MiB": limits.TABLE_BYTES // limits.MIB,
        r"those of `planmap_events` ([\d ]+) MiB": limits.EVENT_BYTES // limits.MIB,
        r"events at most ([\d ]+) have no id": limits.ODD_EVENTS,
        r"at most ([\d ]+) withdraw or correct": limits.ODD_EVENTS,
        r"each of `planmap_info` at most ([\d ]+) MiB": limits.ENTRY_BYTES // limits.MIB,
        r"a site of more than ([\d ]+) vertices": content.PLAIN,
        r"together have more than ([\d ]+) vertices": browser_detail.MAXIMUM_VERTICES,
    }.items():
        assert number_in("docs/data.md", pattern) == value, pattern
    assert f"simplified by {content.DETAIL_MM} mm" in read("docs/data.md")


def samples(allowed: str) -> tuple[list[object], list[object]]:
    """Return values that a field must accept and refuse, from what its table says of allowed values."""
    ranged = re.match(r"([\d ]+) to ([\d ]+)", allowed)
    if ranged:
        low, high = (int(part.replace(" ", "")) for part in ranged.groups())
        return [low, high], [low - 1, high + 1]
    for start, values in {
        "title": (["x", "x" * 500], ["", "x" * 501]),
        "text": (["x" * 4000], ["x" * 4001]),
        "id of a site": (["x" * 120], [7]),
        "id": (["x" * 120], ["x y", "x" * 121]),
        "web address": (["https://example.org/a"], ["ftp://example.org/a"]),
        "number": (["4.8"], ["four", "nan"]),
        "`true` or `false`": ([True], ["perhaps"]),
        "`YYYY-MM-DD`, `YYYY-MM` or": (["2024-02-29", "2024-02", "2024-Q1"], ["2024", "2024-Q5", "2023-02-29"]),
        "`YYYY-MM-DD` or": (["2024-02-29", "2024-02"], ["2024", "2023-02-29"]),
        "`YYYY-MM-DD`": (["2024-02-29"], ["2024-02"]),
        "`YYYY-MM/YYYY-MM`": (["2024-01/2024-06"], ["2024-06/2024-01", "2024-06"]),
    }.items():
        if allowed.startswith(start):
            return values
    return [], []


@pytest.mark.parametrize("heading", ROWS)
def test_a_table_says_what_values_are_allowed(heading: str) -> None:
    table = tables()[heading][0]
    for name, field in ROWS[heading].model_fields.items():
        kind = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        allowed = table.rows[name][2]
        good, bad = samples(allowed)
        for value in good:
            assert accepts(kind, value), f"{name}: {value}"
        for value in bad:
            assert not accepts(kind, value), f"{name}: {value}"
        limit = re.search(r"list of tables, at most (\d+)", allowed)
        if limit:
            assert [entry.max_length for entry in field.metadata] == [int(limit[1])], name


def test_defaults_of_the_plan_are_told() -> None:
    fields = plan_rows.InfoRow.model_fields
    rows = tables()["plan.toml"][0].rows
    for name in ("disclaimer_zh", "disclaimer_en"):
        assert fields[name].default in rows[name][3], name


def test_every_figure_of_a_slide_is_listed() -> None:
    [line] = [line for line in read("docs/data.md").splitlines() if line.startswith("Figures are not typed")]
    assert re.findall(r"`\{(\w+)\}`", line) == list(FIGURES)


# The glossary


def glossary() -> dict[str, tuple[str, str]]:
    """Return meaning and module of each term of the glossary in docs/architecture.md."""
    text = read("docs/architecture.md").partition("\n## Glossary\n")[2]
    rows = [re.split(r"\s*\|\s*", line.strip("| ")) for line in text.splitlines() if line.startswith("|")]
    entries = [row for row in rows if row[0] != "Term" and not set(row[0]) <= set("-|")]
    assert len({row[0] for row in entries}) == len(entries)  # Each word once.
    return {term: (meaning, module) for term, meaning, module in entries}


def defined(module: str) -> set[str]:
    """Return the names that a module defines at its top level."""
    names: set[str] = set()
    for node in ast.parse(read(module)).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def test_every_name_in_the_glossary_is_defined_where_it_says() -> None:
    entries = glossary()
    assert len(entries) > 80  # Or the search has gone blind.
    for term, (meaning, module) in entries.items():
        path = module.strip("`")
        assert (ROOT / path).exists(), term
        names = re.findall(r"`([A-Za-z]+)`", term)
        names += re.findall(r"`([A-Z][a-z]+[A-Z][A-Za-z]+|Chapter|Cell)`", meaning)
        assert set(names) <= (defined(path) if path.endswith(".py") else set()), term


def test_the_values_of_a_plan_are_in_the_glossary() -> None:
    words = set(re.findall(r"`(\w+)`", " ".join(f"{term} {meaning}" for term, (meaning, _) in glossary().items())))
    for module in ("plan", "terms", "deck", "fault", "scene"):
        tree = ast.parse(read(f"layers/plan/{module}.py"))
        classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        assert classes - {"PlanFaultsError", "Evidence"} <= words, module


# Translations


def flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


TEXTS = {language: dict(flat(tomllib.loads(read(f"data/translations/{language}.toml")))) for language in LANGUAGES}
KEYS = set(TEXTS[LANGUAGES[0]])


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def python_files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in python_files():
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def strings_in(files: list[Path]) -> set[str]:
    """Return every quoted string of scripts or templates."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return {found[1] for found in re.findall(r"""(["'])((?:(?!\1)[^\\\n])*)\1""", text)}


def templates() -> list[Path]:
    return sorted(path for folder in ("app", "layers") for path in (ROOT / folder).rglob("templates/*.html"))


def scripts() -> list[Path]:
    found = sorted((ROOT / "layers/browser/src").glob("*.js"))
    assert found  # Or what is asked of them has gone blind.
    return found


def is_translation(node: ast.expr, names: set[str]) -> bool:
    """Whether `node` is something that gives texts: a name bound to a translation, or translation(…) itself."""
    if isinstance(node, ast.Name):
        return node.id in names
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "translation"


def names_of_translations(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name):
            names |= {node.arg} if node.annotation.id == "Translation" else set()
        elif isinstance(node, ast.Assign) and is_translation(node.value, set()):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def text_calls() -> Iterator[tuple[str, str, set[str] | None]]:
    """Yield place, key and the names of the details of each text asked for by a literal key in Python."""
    for name, tree in trees():
        names = names_of_translations(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and is_translation(node.func, names) and node.args:
                key = literal(node.args[0])
                if key is not None:
                    yield f"{name}:{node.lineno}", key, keywords(node)


def keywords(call: ast.Call) -> set[str] | None:
    """Return the names of keyword arguments, None if some of them are only known when the code runs."""
    names = [keyword.arg for keyword in call.keywords]
    for keyword in call.keywords:
        if keyword.arg is None and isinstance(keyword.value, ast.Dict):
            names += [literal(key) for key in keyword.value.keys]
            names.remove(None)
    return None if None in names else {name for name in names if name}


def test_both_languages_have_the_same_keys() -> None:
    for language in LANGUAGES:
        assert set(TEXTS[language]) == KEYS, language


def test_both_languages_have_the_same_placeholders() -> None:
    chinese, english = (TEXTS[language] for language in LANGUAGES)
    differing = {
        key: (placeholders(text), placeholders(english[key]))
        for key, text in chinese.items()
        if key in english and placeholders(text) != placeholders(english[key])
    }
    assert differing == {}


def test_every_text_asked_for_exists_and_gets_its_details() -> None:
    calls = list(text_calls())
    assert len(calls) > 50  # Or the search has gone blind.
    for place, key, given in calls:
        assert key in KEYS, f"{place}: {key}"
        if given is not None:
            assert placeholders(TEXTS["zh"][key]) <= given, f"{place}: {key}"


def test_every_text_asked_for_in_templates_and_scripts_exists() -> None:
    for path in templates() + scripts():
        asked = re.findall(r"""\btext\(\s*["']([^"']+)["']\s*[,)]""", path.read_text(encoding="utf-8"))
        # The map's source line and the name of its grid are made of the plan, not translated.
        assert set(asked) - {"map.attribution", "map.attribution-land", "map.grid"} <= KEYS, path.name


class Raised(NamedTuple):
    """A place in the code that names an error code."""

    place: str
    code: str
    details: set[str] | None
    """Names of the details, None if they are only known when the code runs."""


_CODE_POSITION = {"PlanMapError": 0, "GeometryError": 0, "Fault": 3, "fault": 3, "explained": 1, "_require": 0}
"""Which argument of a call is an error code."""


def raised() -> Iterator[Raised]:
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            position, function = None, node.func
            if isinstance(function, ast.Name):
                position = _CODE_POSITION.get(function.id)
            elif isinstance(function, ast.Attribute) and ast.unparse(function) == "super().__init__":
                # An error class of its own gives its code to the base.
                position = 0
            if position is None or len(node.args) <= position:
                continue
            found = literal(node.args[position])
            if found is not None:
                yield Raised(f"{name}:{node.lineno}", found, details(node, position))


def details(call: ast.Call, position: int) -> set[str] | None:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in ("explained", "_require"):
        return None
    if name != "Fault":
        return keywords(call)
    if len(call.args) == position + 1:
        return set()
    given = call.args[position + 1]
    return {literal(key) or "" for key in given.keys} if isinstance(given, ast.Dict) else None


def codes_of_rows() -> set[str]:
    """Return the codes that a row's values can get, from Pydantic's own error types."""
    return {*check_row.CODES.values(), "field-invalid"}


def test_every_error_code_has_its_words_and_gets_its_details() -> None:
    found = list(raised())
    assert len(found) > 40  # Or the search has gone blind.
    for place, name, given in found:
        for key in (f"error.{name}", f"hint.{name}"):
            assert key in KEYS, f"{place}: {key}"
            if given is not None:
                assert placeholders(TEXTS["zh"][key]) <= given, f"{place}: {key}"
    for name in codes_of_rows():
        for key in (f"error.{name}", f"hint.{name}"):
            assert key in KEYS, key
            assert placeholders(TEXTS["zh"][key]) <= {"value", "expected", "limit"}, key


def test_every_error_has_a_hint_and_a_cause() -> None:
    errors = {key.removeprefix("error.") for key in KEYS if key.startswith("error.")}
    assert errors == {key.removeprefix("hint.") for key in KEYS if key.startswith("hint.")}
    assert errors - {found.code for found in raised()} - codes_of_rows() == set()


FAMILIES: dict[str, set[str]] = {
    "status": {status.value for status in Status} | {"none"},
    "precision": {level.value for level in Precision},
    "kind": {kind.value for kind in Kind},
    "role": set(Role),
    "confidence": {level.value for level in Confidence},
    "evidence": {value.value for value in Evidence},
    "waits": {wait.value for wait in Wait},
    "placing": {how.value for how in Placing},
    "datum": {datum.value for datum in Datum},
    "category": set(CATEGORIES),
    "found": {kind.value for kind in Found},
    "basemap": {*BASEMAPS, PLAIN},
    "unit": set(UNITS),
    "grid": {f"{kind.value}{ending}" for kind in GridKind for ending in ("", "-short")},
    "basis": {basis.value for basis in Basis},
    "record-label": set(LABELS),
    "place-label": set(PLACE_LABELS),
    "field": {*SHOWN, *FIELDS, *SITE_FIELDS, *plan_rows.TaskRow.model_fields},
    "exchange-sheet": {part.value for part in Part},
    "exchange-help": set(HELP_LINES),
    "direction": {way.value for way in Direction},
    "mark": {mark.value for mark in Mark},
    "omission": {why.value for why in Why},
    "gap": {gap.value for gap in Gap},
    "gap-mend": {gap.value for gap in Gap},
    "conflict": {conflict.value for conflict in Conflict},
    "template": {name.replace("_", "-") for name in LINES},
    "geometry": set(GEOMETRY_NAMES.values()) - {"LinearRing"},
    "finding": {*ACCEPTED, "flat", "unplaced"},
    "repair": set(ACCEPTED),
    "encoding": {"format", "given", "cpg", "dbf", "header", "tried", "none"},
    "own-shape": set(Shape),
    "own-done": {"left-out", "repaired", "refused"},
    "own-note": {
        "network-links",
        "views",
        "columns",
        "files",
        "partitions",
        "not-everywhere",
        "several-types",
    },
    "source-kind": set(SourceKind),
    "system": {one.name_key for orders in _systems((-180.0, -80.0, 180.0, 80.0)) for one in orders},
    "verdict": set(Verdict),
    "tie": set(TieReason),
    "pdf-layer": {*PdfLayer, "all", "map"},
    "ogc-title": set(COLLECTION_IDS),
    "ogc-about": set(COLLECTION_IDS),
    "style-lost": set(Lost),
    "give-lost": set(Loss),
    "give-kind": set(GIVEN_KINDS),
    "give-hint": set(GIVEN_KINDS),
    "qgis-kind": set(PLACES),
    "ask-how": {*HOWS, *ASKED_PLACES},
    "style-marker": set(Marker),
    "style-option": {name.replace("_", "-") for name in {**SYMBOL, **ENTRY, **LABEL_LOOK, **WHOLE}},
    "style-pattern": set(Pattern),
    "style-dash": set(DASHES),
    "style-method": set(METHODS),
    "style-ramp": set(RAMPS),
    "style-form": set(FORMS),
}
"""Sections of the translations that have one text for each value of a list in the code."""


@pytest.mark.parametrize("section", FAMILIES)
def test_a_family_has_one_text_for_each_value(section: str) -> None:
    assert {key for key in KEYS if key.startswith(f"{section}.")} == {
        f"{section}.{value}" for value in FAMILIES[section]
    }


def test_no_text_is_unused() -> None:
    in_python = {
        found
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and (found := literal(node))
    }
    for_page = in_python | strings_in(templates())
    for_map = strings_in(scripts())
    unused = set()
    for key in KEYS:
        section = key.partition(".")[0]
        if section in FAMILIES or section in ("error", "hint"):
            continue  # Tested above, value by value and code by code.
        used = for_map if section in ("map", "legend") else for_page | for_map if section == "present" else for_page
        if key not in used and not any(pattern.fullmatch(key) for pattern in put_together()):
            unused.add(key)
    assert sorted(unused) == []


def put_together() -> list[re.Pattern[str]]:
    """Return patterns for the keys that templates and scripts put together from parts, such as "a." + b + "-c".

    Only parts that end in a dot or a dash within a section count; families are tested value by value.
    """
    patterns = []
    for path in templates() + scripts():
        for start, end in re.findall(
            r"""text\(\s*["'](\w+\.[\w.-]*)["']\s*\+\s*[\w.]+(?:\s*\+\s*["']([\w-]+)["'])?\s*\)""",
            path.read_text(encoding="utf-8"),
        ):
            if start.removesuffix(".") not in FAMILIES:
                patterns.append(re.compile(re.escape(start) + r"[\w-]+" + re.escape(end)))
    return patterns
