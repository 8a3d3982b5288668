"""What commands load: a library that a command does not use costs everybody who runs it some tenths of a second."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from layers.resources import default_plan_folder

pytestmark = pytest.mark.slow

RUN = """
import json, sys
from app.cli import main
main(sys.argv[1:], standalone_mode=False)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def loaded(*arguments: str, cache: Path) -> set[str]:
    """Return the top-level modules that a process has loaded after running a command."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", RUN, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_check_loads_nothing_that_draws(cache):
    found = loaded("check", str(default_plan_folder()), cache=cache)
    assert not found & {"matplotlib", "folium", "streamlit", "pandas", "geopandas", "sqlalchemy", "pptx", "PIL"}
    # Positions are read in degrees and checked as they are.
    assert "pyproj" not in found


def test_brief_loads_no_matplotlib_and_folium_once(cache, tmp_path):
    command = ("brief", "-o", str(tmp_path / "out.html"), "--plan", str(default_plan_folder()))
    first, later = (loaded(*command, cache=cache) for _ in range(2))
    drawing = {"matplotlib", "streamlit", "geopandas", "sqlalchemy", "pptx"}
    assert not first & drawing
    assert "folium" in first
    assert not later & (drawing | {"folium", "pandas", "fontTools"})


@pytest.mark.parametrize(("verb", "name"), [("export", "out.svg"), ("slides", "out.pptx")])
def test_what_is_drawn_on_paper_and_slides_loads_no_browser_and_no_tables(verb, name, cache, tmp_path):
    found = loaded(verb, "-o", str(tmp_path / name), "--plan", str(default_plan_folder()), cache=cache)
    assert not found & {"folium", "streamlit", "pandas", "geopandas", "sqlalchemy"}
