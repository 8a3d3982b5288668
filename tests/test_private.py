"""What PlanMap keeps for a user, and who else may read it."""

import os
import stat
from pathlib import Path

import platformdirs
import pytest

from geo.private import make_private
from layers.cache import kept_file
from layers.store.user_copy import open_user_plan

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows keeps a user's folders to the user by itself")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def usual(tmp_path, monkeypatch):
    """Let everybody look into new files by default, and put the usual folders below `tmp_path`."""
    before = os.umask(0)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield Path(platformdirs.user_data_dir("PlanMap", appauthor=False))
    os.umask(before)


def test_only_the_user_reads_the_plan_and_its_folder(usual):
    open_user_plan(usual)
    assert mode(usual) == 0o700
    assert {mode(path) for path in usual.iterdir()} == {0o600}


def test_what_an_earlier_version_left_open_is_closed(usual):
    open_user_plan(usual)
    usual.chmod(0o755)
    for path in usual.iterdir():
        path.chmod(0o644)
    open_user_plan(usual)
    assert mode(usual) == 0o700
    assert {mode(path) for path in usual.iterdir()} == {0o600}


def test_a_folder_that_the_user_has_named_stays_as_wide_as_it_is(usual, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o775)
    open_user_plan(shared)
    assert mode(shared) == 0o775
    assert mode(shared / "dongli-2024.gpkg") == 0o600
    # Made here, it is for the user alone.
    open_user_plan(tmp_path / "new")
    assert mode(tmp_path / "new") == 0o700


def test_the_cache_is_for_the_user_alone(usual, tmp_path):
    path = kept_file("kept", lambda: b"content")
    assert path.is_relative_to(tmp_path / "cache")
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    path.parent.chmod(0o755)
    assert kept_file("kept", lambda: b"content") == path
    assert mode(path.parent) == 0o700


def test_a_link_leaves_alone_what_it_leads_to(usual, tmp_path):
    other = tmp_path / "other"
    other.write_text("mine", encoding="utf-8")
    link = tmp_path / "link"
    link.symlink_to(other)
    make_private(link)
    make_private(tmp_path / "nothing")
    assert mode(other) == 0o666
