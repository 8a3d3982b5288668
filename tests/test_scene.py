"""A Scene goes into an address and comes back the same, and no address breaks it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from layers.plan.scene import BASEMAPS, MAXIMUM_QUERY, MOST_STALE_DAYS, Evidence, Scene, ViewState, Wait
from layers.plan.terms import Kind, Status
from tests.examples import KEYS

identifiers = st.text(
    st.characters(exclude_characters=";,:/?#&=", exclude_categories=["Cs", "Cc", "Z"]),
    min_size=1,
    max_size=20,
)
views = st.builds(
    ViewState,
    st.integers(-8_500_000, 8_500_000).map(lambda value: value / 100_000),
    st.integers(-18_000_000, 18_000_000).map(lambda value: value / 100_000),
    st.integers(0, 2200).map(lambda value: value / 100),
)
scenes = st.builds(
    Scene,
    language=st.sampled_from(["zh", "en"]),
    as_of=st.none() | st.dates(date(1000, 1, 1)),
    since=st.none() | st.dates(date(1000, 1, 1)),
    only_changed=st.booleans(),
    statuses=st.frozensets(st.sampled_from(Status)),
    themes=st.frozensets(identifiers, max_size=3),
    kinds=st.frozensets(st.sampled_from(Kind)),
    evidence=st.none() | st.sampled_from(Evidence),
    waits=st.frozensets(st.sampled_from(Wait)),
    stale_days=st.integers(1, MOST_STALE_DAYS),
    search=st.text(st.characters(codec="utf-8"), max_size=MAXIMUM_QUERY).map(str.strip),
    site=identifiers | st.just(""),
    task=identifiers | st.just(""),
    view=st.none() | views,
    basemap=st.sampled_from(BASEMAPS),
    visible=st.dictionaries(identifiers, st.booleans(), max_size=3),
    opacity=st.dictionaries(identifiers, st.integers(0, 100).map(lambda value: value / 100), max_size=3),
    order=st.lists(identifiers, unique=True, max_size=4).map(tuple),
)


@given(scenes)
def test_a_scene_reads_back_from_its_address(scene):
    assert Scene.from_query(scene.to_query()) == scene


@given(st.text(max_size=200))
def test_any_address_is_a_scene(query):
    assert isinstance(Scene.from_query(query), Scene)


@given(st.dictionaries(st.sampled_from(KEYS), st.text(max_size=40)))
def test_any_values_are_a_scene(pairs):
    scene = Scene.from_query(pairs)
    assert Scene.from_query(scene.to_query()) == scene


def test_the_default_scene_needs_no_address():
    assert Scene().to_query() == ""


def test_what_cannot_be_understood_is_left_out():
    scene = Scene.from_query("status=done,unknown&date=2024-02-31&at=91,200,99&opacity=a:101,b:50&base=google&kind=")
    assert scene.statuses == {Status.DONE}
    assert (scene.as_of, scene.view, scene.basemap) == (None, None, "offline")
    assert scene.opacity == {"b": 0.5}
