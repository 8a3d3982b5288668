"""A plan goes into a backup and comes back whole; what was there is set aside, and what is no plan restores nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from geo.errors import PlanMapError
from layers.plan.digest import whole_digest
from layers.store.backup import back_up, restore
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from layers.store.geopackage import GeoPackageStore
from layers.store.roles import Person, Role, Signature
from tests.command import call
from tests.test_store import EVENT


def test_a_plan_comes_back_as_it_was_and_goes_on(plan, home, tmp_path):
    store = copy_plan(plan, home)
    before, version = whole_digest(read_plan(store)), store.version()
    back_up(store, tmp_path / "backup.gpkg")
    store.add_event(EVENT)
    aside = restore(store, tmp_path / "backup.gpkg")
    again = open_store(home)
    assert whole_digest(read_plan(again)) == before
    assert again.version() != version
    # Nothing is lost: what had been recorded since is in the file set aside.
    assert [event.id for event in read_plan(open_store(str(aside))).events][-1] == EVENT.id
    again.add_event(replace(EVENT, id="after"))
    assert [event.id for event in read_plan(again).events][-1] == "after"
    assert len(read_plan(again).events) == len(plan.events) + 1


def test_who_may_do_what_stays_as_it_is_now(plan, home, tmp_path):
    store = copy_plan(plan, home)
    store.give_role("old@example.org", Role.ADMIN, by="管理员")
    back_up(store, tmp_path / "backup.gpkg")
    store.give_role("old@example.org", Role.VIEWER, by="管理员")
    store.give_role("new@example.org", Role.ADMIN, by="管理员")
    now = store.roles().current
    restore(store, tmp_path / "backup.gpkg")
    assert open_store(home).roles().current == now


def test_nobody_restores_who_is_no_admin(plan, home, tmp_path):
    store = copy_plan(plan, home)
    back_up(store, tmp_path / "backup.gpkg")
    store.add_event(EVENT)
    editor = Person("sub:1", "编辑")
    with pytest.raises(PlanMapError, match="role-missing"):
        restore(store.on_behalf(Signature(editor, Role.ADMIN)), tmp_path / "backup.gpkg")
    assert read_plan(open_store(home)).events[-1].id == EVENT.id
    assert not list(tmp_path.glob("*before restore*"))


def test_a_backup_holds_what_other_programs_keep_in_the_file_and_replaces_an_older_one(plan, tmp_path):
    store = copy_plan(plan, str(tmp_path / "plan.gpkg"))
    with closing(sqlite3.connect(tmp_path / "plan.gpkg")) as connection:
        connection.execute("CREATE TABLE layer_styles (name TEXT)")
        connection.execute("INSERT INTO layer_styles VALUES ('mine')")
        connection.commit()
    target = tmp_path / "backup.gpkg"
    target.write_bytes(b"an older one")
    back_up(store, target)
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT name FROM layer_styles").fetchall() == [("mine",)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.gpkg", "plan.gpkg"]


def test_the_command_names_what_lies_beside_the_plan_and_is_not_in_the_backup(plan, tmp_path):
    copy_plan(plan, str(tmp_path / "plan.gpkg"))
    asked = ("backup", str(tmp_path / "backup.gpkg"), "--plan", str(tmp_path / "plan.gpkg"))
    assert call(*asked, folder=tmp_path).stderr == ""
    (tmp_path / "plan.layers").mkdir()
    (tmp_path / "plan.layers" / "parcels.gpkg").write_bytes(b"some")
    (tmp_path / "plan.ground").mkdir()
    result = call(*asked, folder=tmp_path)
    assert result.returncode == 0
    assert "请另外复制" in result.stderr
    assert str(tmp_path / "plan.layers") in result.stderr
    assert "plan.ground" not in result.stderr


def test_a_reader_that_is_in_the_middle_of_reading_delays_a_restore_and_loses_nothing(plan, tmp_path):
    store = copy_plan(plan, str(tmp_path / "plan.gpkg"))
    back_up(store, tmp_path / "backup.gpkg")
    store.add_event(EVENT)
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM planmap_events").scalar()
        assert rows == len(plan.events) + 1
    restore(store, tmp_path / "backup.gpkg")
    assert len(read_plan(store).events) == len(plan.events)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(500), b"PK\x03\x04"])
def test_what_is_no_backup_restores_nothing_and_leaves_nothing_behind(plan, tmp_path, content):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    before = path.read_bytes()
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(content)
    made = call("restore", str(bad), "--plan", str(path), folder=tmp_path / "data")
    assert made.returncode == 2
    assert len(made.stderr.splitlines()) == 1
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*before restore*"))


def test_commands_say_where_things_are(plan, tmp_path):
    path, target = tmp_path / "plan.gpkg", tmp_path / "备份.gpkg"
    copy_plan(plan, str(path))
    assert "备份.gpkg" in call("backup", str(target), "--plan", str(path), folder=tmp_path / "data").stdout
    GeoPackageStore(path).add_event(EVENT)
    restored = call("restore", str(target), "--plan", str(path), folder=tmp_path / "data")
    assert "plan (before restore " in restored.stdout
    assert len(read_plan(open_store(str(path))).events) == len(plan.events)
    onto = call("backup", str(path), "--plan", str(path), folder=tmp_path / "data")
    assert onto.returncode == 2
    assert len(read_plan(open_store(str(path))).events) == len(plan.events)


def test_a_folder_is_backed_up_and_restored_by_hand(plan, plan_folder, tmp_path):
    store = FolderStore(plan_folder)
    back_up(store, tmp_path / "backup.gpkg")
    assert len(read_plan(open_store(str(tmp_path / "backup.gpkg"))).events) == len(plan.events)
    with pytest.raises(PlanMapError, match="events-by-hand"):
        restore(store, tmp_path / "backup.gpkg")
