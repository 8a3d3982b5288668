"""What people ask a sheet of: scenes from files, addresses and QR codes, checked against the plan."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers.plan.scene import Scene
from layers.plan.scene_text import checked, read_scene

QUERY = "lang=en&theme=airport-economy&site=tsn-airport&at=39.12000,117.35000,13.00"


@pytest.mark.parametrize(
    "text",
    [
        QUERY,
        "?" + QUERY,
        f"http://127.0.0.1:8501/?{QUERY}",
        f"http://127.0.0.1:8501/export?{QUERY}#top",
        f"planmap:dongli-2024?{QUERY}",
        f"  {QUERY}\n",
    ],
)
def test_every_form_of_a_scene_is_read(text, tmp_path):
    assert read_scene(text) == Scene.from_query(QUERY)
    path = tmp_path / "场景 a=b.txt"
    path.write_text(f"\n{text}\n", encoding="utf-8")
    assert read_scene(str(path)) == Scene.from_query(QUERY)


def test_no_scene_is_the_whole_district():
    assert read_scene("") == Scene()


@pytest.mark.parametrize("text", ["dongli", "nowhere.txt", "/no/such/file", "./a=b", "\x00", "x" * 5000])
def test_what_is_no_scene(text):
    with pytest.raises(PlanMapError, match="scene-unknown"):
        read_scene(text)


def test_a_file_without_a_scene(tmp_path):
    for content in ("", "\n\n", "hello"):
        path = tmp_path / "scene.txt"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(PlanMapError, match="scene-unknown"):
            read_scene(str(path))


@pytest.mark.parametrize(
    "query",
    ["date=2026-13-01", "status=doing", "sites=tsn-airport", "at=1,2", "base=google", "lang=fr", "status=done,late"],
)
def test_what_a_page_forgives_a_sheet_does_not(query):
    assert Scene.from_query(query) is not None
    with pytest.raises(PlanMapError, match="scene-part"):
        read_scene(query)


@given(st.text(max_size=40))
def test_any_text_is_a_scene_or_a_clear_error(text):
    with suppress(PlanMapError):
        assert isinstance(read_scene(text), Scene)


@pytest.mark.parametrize("kind", ["site", "task", "theme", "section"])
def test_what_is_not_in_the_plan_is_named_with_what_is_like_it(plan, kind):
    with pytest.raises(PlanMapError, match=f"no-such-{kind}") as caught:
        checked(plan, Scene.from_query(f"{kind}=tsn-airprt"))
    assert caught.value.details["near"]
    with pytest.raises(PlanMapError, match="no-such-site"):
        checked(plan, Scene.from_query("site=tsn-airport,tsn-airprt"))
    with pytest.raises(PlanMapError, match="no-such-layer"):
        checked(plan, Scene.from_query("hide=clouds"))
    with pytest.raises(PlanMapError, match="no-such-layer"):
        checked(plan, Scene.from_query("order=airport,clouds"))


def test_a_sound_scene_passes(plan):
    several = read_scene("site=tsn-airport,junliangcheng-north")
    assert checked(plan, several).sites == ("tsn-airport", "junliangcheng-north")
    scene = read_scene(QUERY + "&hide=metro-lines,grid&opacity=water:50&section=1-4&order=airport,dongli-lake")
    assert checked(plan, scene) == scene


@pytest.mark.parametrize("text", ["site=a&site=b", "q=" + "a" * 1000, "site=\udcff", "=", "~nobody-here/scene.txt"])
def test_more_that_is_no_scene(text):
    with pytest.raises(PlanMapError, match="scene-"):
        read_scene(text)


def test_a_file_too_long_for_an_address(tmp_path):
    path = tmp_path / "scene.txt"
    path.write_text("site=x&" * 20_000, encoding="utf-8")
    with pytest.raises(PlanMapError, match="scene-unknown"):
        read_scene(str(path))
