"""The style of an own layer on the Data page: what its controls come to, and what is kept of the style before.

Files are uploaded in tests/browser/test_layer_style.py, for Streamlit's test runner has no browser to do so.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app import context
from layers.draw.style_picture import style_picture
from layers.own.files import find_layer, own_layers, restyle
from layers.own.layer_style import Categories, Graduated, Labels, LayerStyle, PopupField
from layers.own.look import style_of
from layers.own.own_layer import OwnLayer
from layers.own.restyling import field_style, written_style
from layers.own.style_entry import title_with
from layers.own.style_json import to_json
from layers.own.symbol_value import DASHES, Hatch, Pattern, Symbol
from layers.plan.plan import Plan
from layers.plan.scene import BASEMAPS
from layers.plan.terms import Text
from tests.app_page import AppPage, data, plain
from tests.own_files import TODAY, added, write_parcels

pytestmark = pytest.mark.slow

EVIL = "<img src=x onerror=alert(1)>**b** :red[r]"
RICH = LayerStyle(
    Symbol(fill="#EEEEEE", fill_opacity=0.37, stroke="#445566", stroke_width=1.37, hatch=Hatch("#112233", angle=30.0)),
    Labels("{地块编号} {用地}", 13.37),
    0.83,
    (3.25, 21.75),
    (PopupField("用地"),),
    heading="地块编号",
)
"""A style with values that no control has."""


@pytest.fixture
def layer(plan_folder: Path, serve: Any, tmp_path: Path) -> OwnLayer:
    serve(plan_folder)
    return added(plan_folder, write_parcels(tmp_path), name="地块")


def opened(style: LayerStyle | None = None, query: str = "") -> AppPage:
    if style is not None:
        restyle(now(), to_json(style))
        context.current().look_again()
    return AppPage(data, query).press("style-layer-地块")


def now() -> OwnLayer:
    plan: Plan = context.current().plan()[1]
    [layer] = own_layers(replace(plan, beside=plan.beside.now()))
    return layer


def control(fields: Any, name: str) -> Any:
    """Return the control of a kind, as a list of the page has them."""
    return next(field for field in fields if field.key.startswith(f"style-{name}-"))


def saved(page: AppPage) -> LayerStyle:
    assert not page.at.button(key="style-save").disabled
    page.press("style-save")
    assert "已保存“地块”的样式" in page.words or "is saved" in page.words
    return style_of(now())


def test_the_style_opens_below_the_row_with_a_picture_and_closes(layer):
    page = opened()
    assert "样式：地块" in page.headings(4)
    assert not any("pm-no-picture" in body for body in page.markup)
    assert page.at.button(key="style-save").disabled
    assert page.at.button(key="style-reset").disabled
    page.press("style-close")
    assert "样式：地块" not in page.headings(4)


@pytest.mark.parametrize("by", ["", "用地", "容积率"], ids=["one symbol", "categories", "classes"])
def test_what_nobody_touches_stays_to_the_hundredth(layer, by):
    style = RICH if not by else replace(RICH, symbols=field_style(layer, by).symbols)
    page = opened(style)
    assert page.at.button(key="style-save").disabled
    control(page.at.slider, "opacity").set_value(50)
    page.run()
    assert saved(page) == replace(style, opacity=0.5)


def test_one_symbol_gets_colours_and_widths_and_keeps_its_hatch(layer):
    page = opened(RICH)
    control(page.at.color_picker, "fill").set_value("#a1b2c3")
    control(page.at.slider, "width").set_value(3.0)
    page.run()
    assert saved(page).symbols == replace(RICH.symbols, fill="#A1B2C3", stroke_width=3.0)
    control(page.at.slider, "fill-opacity").set_value(0)
    page.run()
    symbols = saved(page).symbols
    assert isinstance(symbols, Symbol)
    assert (symbols.fill, symbols.hatch) == ("", Hatch("#112233", angle=30.0))


def test_a_field_is_shown_by_categories_or_by_classes_as_asked(layer):
    page = opened()
    control(page.at.segmented_control, "how").set_value("by-field")
    page.run()
    control(page.at.selectbox, "field").set_value("容积率")
    page.run()
    control(page.at.selectbox, "method").set_value("equal")
    control(page.at.slider, "count").set_value(3)
    control(page.at.radio, "ramp").set_value("plum")
    page.run()
    found = saved(page).symbols
    assert isinstance(found, Graduated)
    assert (found.method, len(found.classes)) == ("equal", 3)
    assert found == field_style(layer, "容积率", method="equal", count=3, ramp="plum").symbols
    # It opens again as it was left.
    assert control(page.at.radio, "ramp").value == "plum"
    assert control(page.at.slider, "count").value == 3
    control(page.at.selectbox, "field").set_value("用地")
    page.run()
    found = saved(page).symbols
    assert isinstance(found, Categories)
    assert found == field_style(layer, "用地").symbols
    control(page.at.segmented_control, "kind").set_value("classes")
    page.run()
    assert any("不适合分类或分级" in line for line in page.alerts)
    assert page.at.button(key="style-save").disabled


def test_a_hatch_is_chosen_and_taken_away(layer):
    page = opened()
    control(page.at.selectbox, "hatch").set_value(Pattern.GRID)
    page.run()
    control(page.at.color_picker, "hatch-colour").set_value("#c2136b")
    control(page.at.slider, "hatch-angle").set_value(30.0)
    control(page.at.slider, "hatch-spacing").set_value(9.5)
    page.run()
    symbol = saved(page).symbols
    assert isinstance(symbol, Symbol)
    assert symbol.hatch == Hatch("#C2136B", Pattern.GRID, 30.0, 9.5, 1.0)
    control(page.at.selectbox, "hatch").set_value("")
    page.run()
    symbol = saved(page).symbols
    assert isinstance(symbol, Symbol)
    assert symbol.hatch is None


def opened_entry(page: AppPage, number: int | None) -> None:
    control(page.at.radio, "entries").set_value(number)
    page.run()


def test_one_category_at_a_time_gets_colour_hatch_and_words_or_is_hidden(layer):
    style = replace(RICH, symbols=field_style(layer, "用地").symbols)
    before = style.symbols
    assert isinstance(before, Categories)
    page = opened(style)
    assert not [each for each in page.at.color_picker if "entry" in each.key]
    opened_entry(page, 1)
    control(page.at.color_picker, "entry").set_value("#123456")
    next(each for each in page.at.selectbox if "-hatch-" in each.key).set_value(Pattern.DOTS)
    control(page.at.text_input, "entry-words").set_value("改过的字")
    page.run()
    assert "改过的字" in control(page.at.radio, "entries").options
    # What was done to one stays while another is open.
    opened_entry(page, 0)
    control(page.at.checkbox, "entry-drawn").set_value(False)
    page.run()
    assert any("（不画）" in each for each in control(page.at.radio, "entries").options)
    found = saved(page).symbols
    assert isinstance(found, Categories)
    first, second, *rest = found.categories
    assert first.symbol is None
    assert second.title == Text("改过的字", "改过的字")
    assert second.symbol is not None
    assert (second.symbol.fill, second.symbol.hatch) == ("#123456", Hatch("#FFFFFF", Pattern.DOTS))
    assert rest == list(before.categories[2:])
    # It stays open, and what was hidden comes back as it was.
    assert control(page.at.radio, "entries").value == 0
    control(page.at.checkbox, "entry-drawn").set_value(True)
    page.run()
    found = saved(page).symbols
    assert isinstance(found, Categories)
    assert found.categories[0].symbol is not None
    qml = written_style(style_of(now()), now(), "qml")
    assert "改过的字" in qml
    assert "18,52,86" in qml


def test_one_class_is_changed_and_the_limits_stay(layer):
    style = replace(RICH, symbols=field_style(layer, "容积率").symbols)
    before = style.symbols
    assert isinstance(before, Graduated)
    page = opened(style, "lang=en")
    opened_entry(page, 2)
    control(page.at.color_picker, "entry").set_value("#123456")
    control(page.at.text_input, "entry-words").set_value("dense")
    page.run()
    found = saved(page).symbols
    assert isinstance(found, Graduated)
    assert [each.limit for each in found.classes] == [each.limit for each in before.classes]
    assert found.classes[2].title == Text("dense", "dense")
    assert found.classes[2].symbol == replace(before.classes[2].symbol, fill="#123456")
    # Colours that somebody has chosen one by one are no ramp, and choosing one again colours all, and changes no more.
    assert control(page.at.radio, "ramp").value is None
    # Not saved yet.
    opened_entry(page, 1)
    control(page.at.checkbox, "entry-drawn").set_value(False)
    page.run()
    opened_entry(page, 3)
    control(page.at.color_picker, "entry").set_value("#654321")
    next(each for each in page.at.selectbox if "-hatch-" in each.key).set_value(Pattern.DOTS)
    page.run()
    control(page.at.radio, "ramp").set_value("ochre")
    page.run()
    [said] = [plain(body) for body in page.markup if "chosen by hand" in body]
    assert said.endswith("dense, 3.25 – 4.25")
    assert control(page.at.radio, "entries").value == 3
    found = saved(page).symbols
    assert isinstance(found, Graduated)
    ochre = field_style(layer, "容积率", method="natural", count=len(before.classes), ramp="ochre").symbols
    assert isinstance(ochre, Graduated)
    assert found.classes[1].symbol is None
    assert found.classes[2] == replace(ochre.classes[2], title=Text("dense", "dense"))
    assert found.classes[3].symbol == replace(ochre.classes[3].symbol, hatch=Hatch("#FFFFFF", Pattern.DOTS))
    assert (found.classes[0], found.classes[4]) == (ochre.classes[0], ochre.classes[4])


def test_words_of_one_language_leave_those_of_the_other():
    assert title_with(Text("住宅", "Housing"), "宅地", "zh") == Text("宅地", "Housing")
    assert title_with(Text("住宅", "住宅"), "宅地", "zh") == Text("宅地", "宅地")
    assert title_with(Text("", ""), " a  b ", "en") == Text("a b", "a b")
    assert title_with(Text("住宅", "Housing"), "", "zh") == Text("", "")


def test_labels_get_colour_and_halo(layer):
    page = opened(RICH)
    control(page.at.color_picker, "label-colour").set_value("#aa0000")
    control(page.at.color_picker, "label-halo").set_value("#eeeeaa")
    control(page.at.slider, "halo-width").set_value(3.0)
    page.run()
    labels = saved(page).labels
    assert labels == replace(RICH.labels, colour="#AA0000", halo="#EEEEAA", halo_width=3.0)


def test_an_edge_is_dashed_and_half_opaque_and_labels_have_zooms(layer):
    page = opened(replace(RICH, symbols=replace(RICH.symbols, dash=(7.0, 1.0))))
    # What another program has made is offered as it is.
    assert "7 1" in control(page.at.selectbox, "dash").options
    control(page.at.selectbox, "dash").set_value(DASHES["dotted"])
    control(page.at.slider, "stroke-opacity").set_value(50)
    control(page.at.slider, "label-zooms").set_value((14.0, 20.0))
    page.run()
    found = saved(page)
    assert found.symbols == replace(RICH.symbols, dash=DASHES["dotted"], stroke_opacity=0.5)
    assert found.labels == replace(RICH.labels, zooms=(14.0, 20.0))


def test_the_edge_of_what_is_filled_is_as_opaque_on_paper_as_asked(layer):
    def dark(symbol: Symbol) -> int:
        plan = context.current().plan()[1]
        png = style_picture(plan, layer, to_json(LayerStyle(symbol)), language="zh", basemap=BASEMAPS[0], today=TODAY)
        return int((np.asarray(Image.open(BytesIO(png)).convert("L")) < 40).sum())

    edge = Symbol(fill="#FFFFFF", stroke="#000000", stroke_width=6.0)
    whole, half, dashed = dark(edge), dark(replace(edge, stroke_opacity=0.5)), dark(replace(edge, dash=(8.0, 8.0)))
    nothing = dark(Symbol(fill="#FFFFFF"))
    assert half - nothing < 0.1 * (whole - nothing)
    assert 0.2 < (dashed - nothing) / (whole - nothing) < 0.8


def test_labels_and_what_a_click_shows(layer):
    page = opened()
    control(page.at.selectbox, "label").set_value("{地块编号}")
    control(page.at.multiselect, "popup").set_value(["容积率", "用地"])
    control(page.at.selectbox, "heading").set_value("用地")
    page.run()
    found = saved(page)
    assert found.labels is not None
    assert found.labels.template == "{地块编号}"
    assert ([each.field for each in found.popup], found.heading) == (["容积率", "用地"], "用地")
    control(page.at.selectbox, "label").set_value("")
    page.run()
    assert saved(page).labels is None
    page.press("style-reset")
    assert now().style == ""


def test_a_picture_is_of_the_style_that_is_asked_for_and_leaves_the_layer_as_it_is(layer):
    plan = context.current().plan()[1]
    options = {"language": "zh", "basemap": "offline", "today": TODAY}
    before = layer.path.read_bytes()
    pictures = {
        style_picture(plan, layer, to_json(replace(RICH, symbols=Symbol(fill=colour))), **options)
        for colour in ("#AA0000", "#00AA00", "#AA0000")
    }
    assert len(pictures) == 2
    assert layer.path.read_bytes() == before


def test_names_with_markup_are_text(plan_folder, serve, tmp_path):
    import geopandas as gpd

    serve(plan_folder)
    frame = gpd.read_file(write_parcels(tmp_path))
    path = tmp_path / "evil.gpkg"
    frame.rename(columns={"用地": EVIL}).assign(**{EVIL: [EVIL] * 10 + ["b"] * 10}).to_file(path, layer="x")
    made = added(plan_folder, path, name=EVIL)
    restyle(made, to_json(field_style(made, EVIL)))
    page = AppPage(data).press(f"style-layer-{made.id}")
    assert f"样式：{EVIL}" in page.headings(4)
    assert not any("<img src=x" in body for body in page.markup)
    assert find_layer(context.current().plan()[1], made.id).name == EVIL


def test_whoever_may_not_change_the_plan_may_only_look(layer, monkeypatch):
    page = opened(RICH, "lang=en")
    control(page.at.slider, "opacity").set_value(50)
    page.run()
    assert "Style: 地块" in page.headings(4)
    monkeypatch.setattr(context.current(), "looking_only", True)
    page.press("style-save")
    assert page.alerts
    assert style_of(now()) == RICH
