"""The user's plan file: made once, by one of many, and never at the cost of what was added to it."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from geo.errors import PlanMapError
from layers.store import user_copy as user_plan
from layers.store.base import read_plan
from layers.store.roles import Role
from layers.store.user_copy import open_user_plan
from tests.test_store import EVENT

START = """
import sys
from pathlib import Path
from layers.store.base import read_plan
from layers.store.user_copy import open_user_plan
print(len(read_plan(open_user_plan(Path(sys.argv[1]))).tasks))
"""


@pytest.mark.slow
def test_many_processes_starting_at_once_make_one_sound_file(tmp_path):
    folder = tmp_path / "new" / "folder"
    starts = [
        subprocess.Popen([sys.executable, "-c", START, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for start in starts:
        out, err = start.communicate(timeout=120)
        assert (start.returncode, out.strip()) == (0, b"78"), err.decode()
    assert sorted(path.suffix for path in folder.iterdir()) == [".gpkg", ".lock"]


def test_a_start_that_was_cut_off_does_not_spoil_the_next(tmp_path):
    (tmp_path / "dongli-2024.new.gpkg").write_bytes(b"half a file")
    assert len(read_plan(open_user_plan(tmp_path)).tasks) == 78


def test_what_was_added_survives_a_change_of_the_built_in_plan(tmp_path, monkeypatch):
    store = open_user_plan(tmp_path)
    store.add_event(EVENT)
    monkeypatch.setattr(user_plan, "_digest", lambda folder: "another plan")
    assert read_plan(open_user_plan(tmp_path)).events[-1] == EVENT


def test_what_was_changed_in_a_gis_survives_too(tmp_path, monkeypatch):
    open_user_plan(tmp_path)
    with closing(sqlite3.connect(tmp_path / "dongli-2024.gpkg")) as connection:
        connection.execute("UPDATE planmap_tasks SET lead_unit = '发改委' WHERE id = 'gdp-growth'")
        connection.commit()
    monkeypatch.setattr(user_plan, "_digest", lambda folder: "another plan")
    assert read_plan(open_user_plan(tmp_path)).tasks["gdp-growth"].lead_unit == "发改委"


def test_roles_that_were_given_survive_too(tmp_path, monkeypatch):
    open_user_plan(tmp_path).give_role("li@example.org", Role.EDITOR, by="管理员")
    monkeypatch.setattr(user_plan, "_digest", lambda folder: "another plan")
    assert len(open_user_plan(tmp_path).roles().current) == 1


def test_an_untouched_file_follows_the_built_in_plan(tmp_path, monkeypatch):
    open_user_plan(tmp_path)
    monkeypatch.setattr(user_plan, "_digest", lambda folder: "another plan")
    assert open_user_plan(tmp_path).note("origin") == "another plan"


def test_a_folder_that_cannot_be_written_is_explained(tmp_path):
    # A file where the folder should be stops root as well, whom permissions do not.
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(PlanMapError) as caught:
        open_user_plan(tmp_path / "file" / "data")
    assert caught.value.code == "folder-not-writable"
    assert os.listdir(tmp_path) == ["file"]


def test_a_damaged_file_is_reported_and_left_alone(tmp_path):
    open_user_plan(tmp_path)
    path = tmp_path / "dongli-2024.gpkg"
    path.write_bytes(b"damaged")
    with pytest.raises(PlanMapError) as caught:
        open_user_plan(tmp_path)
    assert caught.value.code == "plan-not-a-database"
    assert path.read_bytes() == b"damaged"


def test_a_copy_from_before_a_new_field_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(user_plan, "FORM", "rows of an older version")
    older = open_user_plan(tmp_path).note("origin")
    monkeypatch.undo()
    assert open_user_plan(tmp_path).note("origin") != older
    # And only once.
    path = tmp_path / "dongli-2024.gpkg"
    made = path.stat().st_mtime_ns
    open_user_plan(tmp_path)
    assert path.stat().st_mtime_ns == made
