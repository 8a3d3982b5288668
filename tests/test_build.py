"""What the build makes in layers/browser/, and when it makes it anew."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import hatch_build
from hatch_build import BrowserFiles, BuildError
from layers.resources import BROWSER_FOLDER, bundle_name

ROOT = Path(__file__).resolve().parents[1]
DIST = BROWSER_FOLDER / "dist"
BUNDLES = ("browse.js", "browse.css", "briefing.js", "briefing.css", "placing.js", "placing.css")


@pytest.fixture
def copied(tmp_path: Path) -> BrowserFiles:
    """A copy of what the build reads and has made."""
    for name in ("package-lock.json", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("src", "dist"):
        shutil.copytree(BROWSER_FOLDER / name, tmp_path / "layers/browser" / name)
    return BrowserFiles(tmp_path)


def test_the_bundles_are_those_of_the_scripts() -> None:
    assert BrowserFiles(ROOT).are_complete, "run make browser"


@pytest.mark.parametrize("name", ["src/filter.js", "src/browse.css", "../../package-lock.json", "../../hatch_build.py"])
def test_a_change_of_anything_that_goes_in_makes_the_bundles_stale(copied: BrowserFiles, name: str) -> None:
    assert copied.is_complete(copied.dist)
    path = copied.root / "layers/browser" / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not copied.is_complete(copied.dist)


def test_a_script_that_came_or_went_makes_the_bundles_stale(copied: BrowserFiles) -> None:
    (copied.source / "new.js").write_text("", encoding="utf-8")
    assert not copied.is_complete(copied.dist)
    (copied.source / "new.js").rename(copied.source / "other.css")
    assert not copied.is_complete(copied.dist)
    (copied.source / "other.css").unlink()
    assert copied.is_complete(copied.dist)


def test_names_change_with_the_content() -> None:
    assert set(json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))) == set(BUNDLES)
    for bundle in BUNDLES:
        name = bundle_name(bundle)
        assert hashlib.sha256((DIST / name).read_bytes()).hexdigest()[:12] in name
    assert len([path for path in DIST.iterdir() if path.suffix in (".js", ".css")]) == len(BUNDLES)


def test_bundles_ask_for_no_file_and_name_no_place_on_this_machine() -> None:
    for bundle in BUNDLES:
        text = (DIST / bundle_name(bundle)).read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text
        assert str(ROOT) not in text
        if bundle.endswith(".css"):
            addresses = [part.lstrip("\"'") for part in text.split("url(")[1:]]
            # Leaflet's own way to draw in old versions of Internet Explorer, and parts of pictures that stand in data.
            assert [one for one in addresses if not one.startswith(("data:", "#default#VML", "%23"))] == []


def test_the_licence_of_everything_bundled_goes_with_it() -> None:
    names = ("browse", "briefing", "placing")
    scripts = {name: (DIST / bundle_name(f"{name}.js")).read_text(encoding="utf-8") for name in names}
    licences = {path.stem: path.read_text(encoding="utf-8").strip() for path in (DIST / "licences").iterdir()}
    assert {"leaflet", "rbush", "quickselect", "proj4", "geographiclib-geodesic"} <= set(licences)
    assert all(text in scripts["browse"] or text in scripts["placing"] for text in licences.values())
    # What a package was itself bundled from goes with it.
    assert {"geoman-io-leaflet-geoman-free", "lodash", "polyclip-ts", "turf-kinks"} <= set(licences)
    assert licences["lodash"] in scripts["placing"]
    assert licences["leaflet"] in scripts["briefing"]
    # A briefing has no grid and measures nothing.
    assert licences["proj4"] not in scripts["briefing"]


def test_a_package_without_a_licence_is_not_bundled(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/package.json").write_text('{"version": "1.0.0"}', encoding="utf-8")
    with pytest.raises(BuildError, match="bare has no licence"):
        BrowserFiles(ROOT)._licence(tmp_path, "bare", tmp_path)


def test_packages_are_known_by_their_folders() -> None:
    paths = [
        "src/a.js",
        "node_modules/leaflet/dist/x.js",
        "../node_modules/@scope/name/index.js",
        "node_modules/leaflet/y.css",
    ]
    assert hatch_build._packages(dict.fromkeys(paths)) == ["@scope/name", "leaflet"]


def test_without_npm_the_build_says_what_to_do(copied: BrowserFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    (copied.source / "new.js").write_text("", encoding="utf-8")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BuildError, match=r"install Node\.js with npm"):
        hatch_build.make(copied.root)


# The Python packages

LOCKED = ROOT / "requirements"


def locked(name: str) -> dict[str, str]:
    """Return the version of each package in a file of requirements/, each of which has its hashes."""
    found = {}
    for entry in re.split(r"\n(?=\S)", (LOCKED / name).read_text(encoding="utf-8")):
        if not entry.startswith("#"):
            package, version = re.match(r"(\S+)==(\S+)", entry).groups()
            assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), package
            found[package.partition("[")[0]] = version
    return found


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("name", ["run", *PROJECT["optional-dependencies"]])
def test_what_is_needed_is_locked(name: str) -> None:
    asked = PROJECT["dependencies"] + PROJECT["optional-dependencies"].get(name, [])
    found = locked(f"{name}.txt")
    for text in asked:
        requirement = Requirement(text)
        version = found[re.sub(r"[-_.]+", "-", requirement.name).lower()]
        assert requirement.specifier.contains(version), f"{requirement}: {version}; run make lock"


def test_what_is_locked_twice_has_one_version() -> None:
    run = locked("run.txt")
    for path in LOCKED.glob("*.txt"):
        found = locked(path.name)
        assert {package: run[package] for package in run.keys() & found} == {
            package: found[package] for package in run.keys() & found
        }, path.name


def test_the_lock_names_no_place_to_fetch_from() -> None:
    for path in LOCKED.iterdir():
        assert "://" not in path.read_text(encoding="utf-8"), path.name
        assert not re.search(r"^-", path.read_text(encoding="utf-8"), re.MULTILINE), path.name
