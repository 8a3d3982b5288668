"""Labels of own layers, and what a click shows: by the style, on paper and as data for the browser."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import PlanMapError
from layers.browser.own_payload import features_json, own_payload
from layers.draw.drawing import TextLine
from layers.own.at import at_place
from layers.own.files import own_layers, restyle
from layers.own.label_text import LONGEST_LABEL, label_fields
from layers.own.layer_style import Categories, Graduated, Labels, LayerStyle, PopupField
from layers.own.look import style_of
from layers.own.own_layer import OwnLayer
from layers.own.restyling import field_style
from layers.own.style_change import with_heading, with_labels, with_popup
from layers.own.style_json import to_json
from layers.own.style_look import changed_labels, changed_symbol
from layers.own.symbol_value import Hatch, Pattern, Symbol
from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.resources import default_plan_folder
from layers.sheet.sheet import Sheet
from tests.command import call
from tests.own_files import GRID_CODE, STATION, added, parcels, plan_in, write_parcels
from tests.test_sheet import DAY, overlapping, sheet_of

pytestmark = pytest.mark.slow

EVIL = "<img src=x onerror=alert(1)>\u202e\u0000{{7*7}}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_plan_folder(), tmp_path / "plan"))


def labelled(layer: OwnLayer, template: str, **look: object) -> OwnLayer:
    """Have a layer drawn with labels."""
    style = with_labels(style_of(layer), layer, template)
    assert style.labels is not None
    return restyle(layer, to_json(replace(style, labels=replace(style.labels, **look))))


def sheet_with(folder: Path, layer: OwnLayer, paper: str = "A3") -> Sheet:
    return sheet_of(plan_in(folder), f"site=junliangcheng-north&show={layer.scene_id}", paper)


def words_on(sheet: Sheet) -> list[TextLine]:
    return [item for item in sheet.drawing.items if isinstance(item, TextLine) and item.layer == "own"]


def test_labels_of_areas_are_on_paper_and_overlap_nothing_that_is_placed(folder, tmp_path):
    made = labelled(added(folder, write_parcels(tmp_path)), "{地块编号} {用地}", colour="#112233", halo="#FFEEDD")
    sheet = sheet_with(folder, made)
    found = words_on(sheet)
    assert {line.text for line in found} <= {
        f"JLC-{number:02} {('居住', '商业', '工业')[number % 3]}" for number in range(20)
    }
    assert found
    assert {(line.colour, line.halo_colour) for line in found} == {("#112233", "#FFEEDD")}
    boxes = sheet.site_symbols.boxes
    assert sum(name.startswith("own ") for name, _ in boxes) == len(found)
    assert overlapping(boxes) == []
    # What found no room is said, and nothing is lost without a word.
    left_out = sheet.site_symbols.own_unnamed
    assert left_out + len(found) == 20
    assert any(f"自有图层有 {left_out} 处标注" in words for words in sheet.drawing.texts()) == (left_out > 0)


def test_names_of_sites_come_first(folder, tmp_path):
    without = sheet_with(folder, added(folder, write_parcels(tmp_path)))
    layer = labelled(added(folder, write_parcels(tmp_path)), "{地块编号}")
    sheet = sheet_with(folder, layer)

    def sites(found: Sheet) -> set[tuple[str, object]]:
        return {(name, box) for name, box in found.site_symbols.boxes if name.split()[1] in found.site_symbols.drawn}

    assert sites(sheet) == sites(without)
    assert sites(sheet)


def test_points_have_their_label_beside_them_and_roads_along_them(folder, tmp_path):
    x, y = STATION
    points = gpd.GeoDataFrame(
        {"名称": [f"点{n}" for n in range(6)]},
        geometry=[shapely.Point(x + 150 * n, y + 80 * n) for n in range(6)],
        crs=GRID_CODE,
    )
    points.to_file(tmp_path / "points.gpkg", layer="点")
    layer = labelled(added(folder, tmp_path / "points.gpkg"), "{名称}")
    found = words_on(sheet_with(folder, layer))
    assert found
    assert len({line.text for line in found}) == len(found)
    roads = gpd.GeoDataFrame(
        {"名称": ["试验路"] * 2},
        geometry=[shapely.LineString([(x + 600 * n, y - 300), (x + 600 * (n + 1), y - 300)]) for n in range(2)],
        crs=GRID_CODE,
    )
    roads.to_file(tmp_path / "roads.gpkg", layer="路")
    layer = labelled(added(folder, tmp_path / "roads.gpkg"), "{名称}")
    # Two pieces of one road say its name once.
    assert [line.text for line in words_on(sheet_with(folder, layer))] == ["试验路"]


def test_a_hatch_is_drawn_between_fill_and_edge_at_an_exact_distance(folder, tmp_path):
    made = added(folder, write_parcels(tmp_path))
    symbol = Symbol(fill="#EEEEEE", stroke="#445566", hatch=Hatch("#112233", angle=30.0, spacing=8.0))
    layer = restyle(made, to_json(LayerStyle(symbol)))
    sheet = sheet_with(folder, layer)
    fill, hatch, edge = (shape for shape in sheet.drawing.ground if shape.name == layer.scene_id)
    assert (fill.fill, hatch.stroke, edge.stroke) == ("#EEEEEE", "#112233", "#445566")
    ends = np.asarray(hatch.path.vertices).reshape(-1, 2, 2)
    turn = np.radians(30)
    offsets = np.unique((ends[:, 0] @ (-np.sin(turn), np.cos(turn))).round(4))
    apart = np.diff(offsets) * 1000 / sheet.scale
    # Edges are one pixel wide, so their width is that of a pixel on this paper.
    assert np.allclose(apart, 8.0 * edge.line_width, atol=1e-3)
    samples = [item for item in sheet.drawing.items if getattr(item, "stroke", "") == "#112233"]
    assert len(samples) == 1


def test_labels_keep_to_their_zooms(folder, tmp_path):
    layer = labelled(added(folder, write_parcels(tmp_path)), "{地块编号}", zooms=(20.0, 24.0))
    assert words_on(sheet_with(folder, layer)) == []
    assert own_payload(layer)["labels"]["zooms"] == [20.0, 24.0]


def test_hostile_words_stay_text_and_what_no_typeface_has_does_not_stop_a_sheet(folder, tmp_path):
    path = tmp_path / "evil.gpkg"
    parcels(rows=1, columns=1, side=400.0).assign(名称="😀甲", 用地=EVIL.replace("\u0000", "")).to_file(path, layer="x")
    layer = labelled(added(folder, path), "{用地}")
    [feature] = json.loads(features_json(layer))["features"]
    assert feature["properties"]["label"] == "<img src=x onerror=alert(1)>\\u202e{{7*7}}"
    assert any("<img" in line.text for line in words_on(sheet_with(folder, layer)))
    layer = labelled(layer, "{名称}")
    assert [line.text for line in words_on(sheet_with(folder, layer))] == ["?甲"]
    layer = labelled(layer, "{名称} " + "长" * 200)
    [feature] = json.loads(features_json(layer))["features"]
    assert len(feature["properties"]["label"]) == LONGEST_LABEL


def test_the_browser_gets_words_and_the_place_with_the_most_room(folder, tmp_path):
    layer = labelled(added(folder, write_parcels(tmp_path)), "{地块编号} {{x}}")
    features = json.loads(features_json(layer))["features"]
    for each in features:
        west, south, east, north = each["bbox"]
        latitude, longitude = each["properties"]["at"]
        assert (longitude, latitude) == pytest.approx(((west + east) / 2, (south + north) / 2), abs=2e-5)
    assert [each["properties"]["label"] for each in features[:2]] == ["JLC-00 {x}", "JLC-01 {x}"]
    assert len({each["properties"]["label"] for each in features}) == 20
    plain = restyle(layer, "")
    assert own_payload(plain)["labels"] is None
    assert "label" not in features_json(plain)


def test_a_template_names_fields_that_there_are(folder, tmp_path):
    layer = added(folder, write_parcels(tmp_path))
    for template in ("地块", "{没有}", "{{地块编号}}"):
        with pytest.raises(PlanMapError, match=r"layer-label|layer-field"):
            with_labels(style_of(layer), layer, template)
    style = with_labels(style_of(layer), layer, "{地块编号}")
    # A field that is gone leaves the rest of the label.
    gone = restyle(layer, to_json(replace(style, labels=replace(style.labels, template="{地块编号}{没有}"))))  # type: ignore[type-var]
    assert label_fields(gone) == ["地块编号"]
    assert '"label": "JLC-00"' in features_json(gone)


def test_a_click_shows_the_fields_of_the_style_in_their_order_under_their_titles(folder, tmp_path):
    layer = added(folder, write_parcels(tmp_path))
    west, south, east, north = json.loads(features_json(layer))["features"][4]["bbox"]
    place = ((west + east) / 2, (south + north) / 2, 1e-6, 1e-6)
    [usual], _ = at_place([layer], *place)
    assert [title for title, _ in usual.rows] == ["地块编号", "用地", "容积率"]
    style = with_popup(style_of(layer), layer, ["容积率", "用地"])
    style = replace(style, popup=(replace(style.popup[0], title=Text("容积", "Ratio")), *style.popup[1:]))
    styled = restyle(layer, to_json(with_heading(style, layer, "用地")))
    [found], _ = at_place([styled], *place, language="en")
    assert found.rows == [("Ratio", "1.5"), ("用地", "商业")]
    assert found.title == "商业"
    # Fields keep their titles when the order changes; one that is gone is not shown.
    again = with_popup(style_of(styled), styled, ["用地", "容积率"])
    assert [each.title.zh for each in again.popup] == ["", "容积"]
    gone = restyle(layer, to_json(replace(style, popup=(PopupField("没有"),), heading="没有")))
    [found], _ = at_place([gone], *place)
    assert (found.title, len(found.rows)) == (usual.title, 3)


def test_the_command_sets_labels_and_fields_and_keeps_the_rest(folder, tmp_path):
    added(folder, write_parcels(tmp_path))

    def style(*options: str) -> tuple[int, str]:
        result = call("layer", "style", "地块", "--plan", str(folder), *options, folder=tmp_path)
        return result.returncode, result.stdout + result.stderr

    assert style("--field", "用地", "--label", "{地块编号}", "--fields", "容积率，用地", "--title", "地块编号")[0] == 0
    found = style_of(restyled(folder))
    assert (found.field, found.labels.template if found.labels else "") == ("用地", "{地块编号}")
    assert ([each.field for each in found.popup], found.heading) == (["容积率", "用地"], "地块编号")
    assert style("--field", "容积率", "--method", "equal")[0] == 0
    kept = style_of(restyled(folder))
    assert (kept.field, kept.labels, kept.popup, kept.heading) == ("容积率", found.labels, found.popup, "地块编号")
    code, said = style()
    assert (code, "标注：{地块编号}" in said, "点击时显示：容积率、用地" in said) == (0, True, True)
    assert style("--no-label", "--fields", "", "--title", "")[0] == 0
    bare = style_of(restyled(folder))
    assert (bare.field, bare.labels, bare.popup, bare.heading) == ("容积率", None, (), "")
    code, said = style("--label", "{没有}")
    assert (code, "没有" in said) == (2, True)
    assert style("--label", "{用地}", "--no-label")[0] == 2
    assert style("--fields", "没有")[0] == 2


def restyled(folder: Path) -> OwnLayer:
    from layers.own.files import find_layer

    return find_layer(plan_in(folder), "地块")


def test_a_layer_stays_among_the_others_when_its_style_changes(folder, tmp_path):
    first = added(folder, write_parcels(tmp_path), name="甲")
    added(folder, write_parcels(tmp_path), name="乙")
    styled = restyle(first, to_json(with_labels(style_of(first), first, "{用地}")))
    assert styled.version != first.version
    assert [layer.name for layer in own_layers(plan_in(folder))] == ["乙", "甲"]


def test_a_briefing_takes_the_labels_along(folder, tmp_path):
    layer = labelled(added(folder, write_parcels(tmp_path)), "{地块编号}的{用地}")
    scene = Scene.from_query(f"site=junliangcheng-north&show={layer.scene_id}")
    deck = Deck("a", Text("甲", "A"), (Slide(Text("一", "one"), scene=scene),))
    document = briefing(plan_in(folder), deck, language="zh", today=DAY)
    assert "JLC-00的居住" in document
    assert '"haloWidth"' in document


def test_the_command_changes_one_category_a_hatch_and_how_labels_look(folder, tmp_path):
    added(folder, write_parcels(tmp_path))

    def style(*options: str) -> tuple[int, str]:
        result = call("layer", "style", "地块", "--plan", str(folder), *options, folder=tmp_path)
        return result.returncode, result.stdout + result.stderr

    assert style("--fill", "#aabbcc", "--hatch", "grid:30:9:2:#c2136b", "--opacity", "0.5", "--zooms", "10-20")[0] == 0
    found = style_of(restyled(folder))
    assert isinstance(found.symbols, Symbol)
    assert found.symbols.fill == "#AABBCC"
    assert found.symbols.hatch == Hatch("#C2136B", Pattern.GRID, 30.0, 9.0, 2.0)
    assert (found.opacity, found.zooms) == (0.5, (10.0, 20.0))
    assert style("--of", "商业", "--hide")[0] == 2
    assert style("--label-colour", "#aa0000")[0] == 2
    assert style("--fill", "red")[0] == 2
    assert style("--fill-opacity", "7")[0] == 2
    assert style("--hatch", "waves")[0] == 2
    assert style("--field", "用地", "--label", "{地块编号}")[0] == 0
    before = style_of(restyled(folder)).symbols
    code, said = style("--fill", "#112233")
    assert (code, "商业" in said) == (2, True)
    options = ("--words", "商铺", "--hatch", "none", "--label-colour", "#aa0000", "--halo-width", "0")
    assert style("--of", "商业", "--fill", "#112233", *options)[0] == 0
    found = style_of(restyled(folder))
    assert isinstance(before, Categories)
    assert isinstance(found.symbols, Categories)
    changed = [
        n for n, pair in enumerate(zip(before.categories, found.symbols.categories, strict=True)) if len({*pair}) > 1
    ]
    [number] = changed
    category = found.symbols.categories[number]
    assert (category.values, category.title) == (("商业",), Text("商铺", "商铺"))
    assert category.symbol is not None
    assert category.symbol.fill == "#112233"
    assert found.labels == Labels("{地块编号}", colour="#AA0000", halo_width=0.0)
    said = style("--of", "商铺", "--hide")
    assert said[0] == 0
    assert "商铺（不画出）" in said[1]
    assert style("--of", "2", "--show", "--width", "3")[0] == 0
    found = style_of(restyled(folder))
    assert isinstance(found.symbols, Categories)
    assert found.symbols.categories[number].symbol is None or number == 1
    assert style("--single")[0] == 0
    assert isinstance(style_of(restyled(folder)).symbols, Symbol)


def test_another_ramp_at_the_command_line_keeps_what_was_done_to_single_classes(folder, tmp_path):
    layer = added(folder, write_parcels(tmp_path))
    restyle(layer, to_json(field_style(layer, "容积率", method="equal", count=3)))

    def style(*options: str) -> str:
        result = call("layer", "style", "地块", "--plan", str(folder), *options, folder=tmp_path)
        assert result.returncode == 0, result.stderr
        return str(result.stdout)

    style("--of", "2", "--words", "中等", "--fill", "#123456")
    assert "中等" in style("--field", "容积率", "--ramp", "plum").partition("手选")[2].splitlines()[0]
    found = style_of(restyled(folder)).symbols
    assert isinstance(found, Graduated)
    plum = field_style(layer, "容积率", method="equal", count=3, ramp="plum").symbols
    assert isinstance(plum, Graduated)
    assert found.classes[1] == replace(plum.classes[1], title=Text("中等", "中等"))
    assert (found.classes[0], found.method) == (plum.classes[0], "equal")
    # With the number of classes all of them are made anew.
    assert "手选" not in style("--field", "容积率", "--ramp", "plum", "--classes", "4")
    found = style_of(restyled(folder)).symbols
    assert isinstance(found, Graduated)
    assert (len(found.classes), found.classes[1].title) == (4, Text("", ""))


def test_a_new_hatch_has_the_colour_of_the_edge_that_is_asked_for_with_it():
    made = changed_symbol(Symbol(fill="#EEEEEE", stroke="#FFFFFF"), {"hatch": "lines:45:6", "stroke": "#aa0011"})
    assert (made.stroke, made.hatch) == ("#AA0011", Hatch("#AA0011"))
    kept = changed_symbol(made, {"stroke": "#112233", "hatch": "grid"})
    assert kept.hatch == Hatch("#AA0011", Pattern.GRID)


def test_an_edge_gets_dashes_and_an_opacity_and_labels_get_zooms():
    made = changed_symbol(Symbol(stroke="#445566"), {"dash": "dash-dot", "stroke_opacity": "0.4"})
    assert made == Symbol(stroke="#445566", stroke_opacity=0.4, dash=(8.0, 3.0, 2.0, 3.0))
    assert changed_symbol(made, {"dash": "solid"}).dash == ()
    with pytest.raises(PlanMapError) as refusal:
        changed_symbol(made, {"dash": "8 4"})
    assert "dotted" in str(refusal.value.details["expected"])
    labelled_style = LayerStyle(made, Labels("{用地}"))
    assert changed_labels(labelled_style, {"label_zooms": "14-20"}).labels == Labels("{用地}", zooms=(14.0, 20.0))
