"""Who may do what: in the store, which asks at every write and writes the name of whoever has signed in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.context import Context
from app.record.amending import amend
from app.record.amending import given as given_of
from app.record.recording import record
from app.settings import Settings
from app.sign_in import SignIn
from geo.errors import PlanMapError
from layers.exchange.proposal import Addition, Proposal
from layers.plan.event_id import new_id
from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from layers.store.roles import Person, Role, Signature, person_id
from layers.store.tables import INFO
from layers.translation import translation
from tests.examples import DECK
from tests.test_record_form import TODAY, message

SIGN_IN = SignIn(
    metadata_url="https://id.example.org/.well-known/openid-configuration",
    client_id="planmap",
    client_secret="a secret",  # noqa: S106 - of no provider
    cookie_secret="0123456789" * 4,
    redirect_url="https://map.example.org/oauth2callback",
    first_admin="first@example.org",
)
FIRST = Person("first@example.org", "甲 <first@example.org>", is_first=True)
EDITOR = Person("ed@example.org", "乙 <ed@example.org>")
VIEWER = Person("look@example.org", "丙 <look@example.org>")
TASK = "gdp-growth"


@pytest.fixture
def store(home):
    copy_plan(read_plan(FolderStore(default_plan_folder())), home)
    return open_store(home)


@pytest.fixture
def served(home, store):
    store.give_role(EDITOR.who, Role.EDITOR, by="somebody")
    return Context(Settings(plan=home), sign_in=SIGN_IN)


def code(action):
    with pytest.raises(PlanMapError) as caught:
        action()
    text = translation("en")
    assert "{" not in text.explain(caught.value)
    return caught.value.code


def said(context, person, **changed):
    known = context.plan()[1].events_by_task[TASK][-1].id
    return record(context, message(known, **changed), translation("zh"), today=TODAY, person=person)


def bringing(plan, events, known=None):
    """What a file with these statements would do."""
    added = tuple(Addition("", event) for event in events)
    return Proposal(added, (), (), (), (), 0, known or {}, {}, plan)


def latest(store):
    return read_plan(store).events_by_task[TASK][-1]


def test_roles_are_kept_with_every_change_of_them(store):
    before = store.version()
    assert store.roles().of(EDITOR) is Role.VIEWER
    store.give_role(" ED@Example.org ", Role.EDITOR, by="甲")
    store.give_role(EDITOR.who, Role.VIEWER, by="丁")
    store.give_role("sub:42", Role.ADMIN, by="丁")
    roles = store.roles()
    assert roles.current == {EDITOR.who: Role.VIEWER, "sub:42": Role.ADMIN}
    assert [(one.role, one.by) for one in roles.history] == [
        (Role.EDITOR, "甲"),
        (Role.VIEWER, "丁"),
        (Role.ADMIN, "丁"),
    ]
    assert store.version() != before
    assert read_plan(store).events == read_plan(FolderStore(default_plan_folder())).events


def test_the_first_admin_is_one_until_there_is_another_and_stays_beside_whom_they_make_one(store):
    assert store.roles().of(FIRST) is Role.ADMIN
    theirs = store.on_behalf(Signature(FIRST, Role.ADMIN))
    theirs.give_role(EDITOR.who, Role.ADMIN, by="ignored")
    assert store.roles().current == {FIRST.who: Role.ADMIN, EDITOR.who: Role.ADMIN}
    assert {one.by for one in store.roles().history} == {FIRST.name}
    theirs.give_role(FIRST.who, Role.VIEWER, by="")
    assert store.roles().of(FIRST) is Role.VIEWER
    assert code(lambda: theirs.give_role(FIRST.who, Role.ADMIN, by="")) == "role-missing"


def test_the_store_asks_in_the_write_and_not_the_page(store):
    theirs = store.on_behalf(Signature(EDITOR, Role.EDITOR))
    plan = read_plan(store)
    event = replace(plan.events_by_task[TASK][-1], id=new_id(), recorded_by="forged", withdraws="", corrects="")
    assert code(lambda: theirs.add_event(event)) == "role-missing"
    assert code(lambda: theirs.save_decks([DECK], known=plan.decks)) == "role-missing"
    store.give_role(EDITOR.who, Role.EDITOR, by="甲")
    theirs.add_event(event)
    assert latest(store).recorded_by == EDITOR.name
    store.give_role(EDITOR.who, Role.VIEWER, by="甲")
    assert code(lambda: theirs.add_event(replace(event, id=new_id()))) == "role-missing"
    assert latest(store).id == event.id


def test_an_editor_records_by_their_own_name_whatever_is_sent(served, store):
    assert said(served, EDITOR, recorded_by="局长").done
    assert latest(store).recorded_by == EDITOR.name
    assert said(served, EDITOR, recorded_by="").done
    assert latest(store).recorded_by == EDITOR.name


def test_an_editor_changes_a_task_by_their_own_name(served, store):
    sent = {
        "id": new_id(),
        "task": TASK,
        "known": "",
        "sent": 1,
        "fields": {
            **given_of(served.plan()[1], TASK),
            "lead_unit": "统计局",
            "summary_zh": "分工。",
            "recorded_by": "局长",
        },
    }
    assert not amend(served, sent, translation("zh"), person=VIEWER).done
    assert amend(served, sent, translation("zh"), person=EDITOR).done
    assert [one.recorded_by for one in read_plan(store).amendments] == [EDITOR.name]


def test_a_role_that_was_taken_away_meanwhile_is_missed_at_the_next_write(served, store):
    assert said(served, EDITOR).done
    store.give_role(EDITOR.who, Role.VIEWER, by="甲")
    count = len(read_plan(store).events)
    answer = said(served, EDITOR)
    assert not answer.done
    assert "没有这样做的权限" in answer.words
    assert len(read_plan(store).events) == count


@pytest.mark.parametrize("person", [None, VIEWER])
def test_others_change_nothing(served, store, person, tmp_path):
    before = read_plan(store)
    expected = "not-signed-in" if person is None else "role-missing"
    assert not said(served, person).done
    for change in (
        lambda: served.save_decks([DECK], known=before.decks, person=person),
        lambda: served.take_in(bringing(before, before.events[:1]), person=person),
        lambda: served.amend({}, known="", person=person),
        lambda: served.give_role(VIEWER.who, Role.ADMIN, person=person),
        lambda: served.back_up(tmp_path / "backup.gpkg", person=person),
        lambda: served.restore(tmp_path / "backup.gpkg", person=person),
        lambda: served.allow_change(person),
    ):
        assert code(change) == expected
    after = read_plan(store)
    assert (after.events, after.decks, after.amendments) == (before.events, before.decks, before.amendments)
    assert store.roles().current == {EDITOR.who: Role.EDITOR}


def test_an_editor_does_not_what_takes_an_admin(served, store, tmp_path):
    before = read_plan(store)
    assert code(lambda: served.take_in(bringing(before, before.events[:1]), person=EDITOR)) == "role-missing"
    assert code(lambda: served.give_role(EDITOR.who, Role.ADMIN, person=EDITOR)) == "role-missing"
    assert code(lambda: served.allow_change(EDITOR, Role.ADMIN)) == "role-missing"
    for take in (served.back_up, served.restore):
        assert code(lambda take=take: take(tmp_path / "backup.gpkg", person=EDITOR)) == "role-missing"
    served.allow_change(EDITOR)


def test_an_import_keeps_whom_a_row_names_after_the_admin(served, store):
    known = latest(store)
    event = replace(known, id=new_id(), recorded_by="统计科", withdraws="", corrects="")
    served.take_in(bringing(read_plan(store), [event], {TASK: known.id}), person=FIRST)
    assert latest(store).recorded_by == f"{FIRST.name} (统计科)"


@pytest.mark.parametrize("entry", ["", "[]", "{}", '{"history": [{}]}', '{"history": [{"who": 1}]}', "[" * 5000])
def test_roles_that_cannot_be_read_let_nobody_in(served, store, entry):
    with store.engine.connect() as _, store.connect_to_write() as connection:
        connection.execute(INFO.update().where(INFO.c.key == "roles").values(value=entry))
    for person in (FIRST, EDITOR):
        assert code(lambda person=person: served.allow_change(person)) == "roles-damaged"
    theirs = store.on_behalf(Signature(EDITOR, Role.EDITOR))
    assert code(lambda: theirs.save_decks([], known=read_plan(store).decks)) == "roles-damaged"
    # It still can be looked at.
    assert read_plan(store).events


def test_two_who_give_roles_at_once_lose_none(store, home):
    store.give_role("n@example.org", Role.EDITOR, by="甲")

    def give(number):
        open_store(home).give_role(f"n{number}@example.org", Role.EDITOR, by="甲")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(give, range(8)))
    assert {one.who for one in store.roles().history} == {"n@example.org", *(f"n{n}@example.org" for n in range(8))}


def test_a_folder_has_no_roles():
    store = FolderStore(default_plan_folder())
    assert store.roles().current == {}
    assert code(lambda: store.give_role("a@example.org", Role.ADMIN, by="")) == "roles-by-hand"


@pytest.mark.parametrize("text", ["", "a", "a b@c", "a@b@c", "sub:", "a@", "@b", "a\n@b", "a" * 300 + "@b"])
def test_what_is_no_address_gets_no_role(text):
    assert code(lambda: person_id(text)) == "role-who"


@given(st.text(max_size=30))
def test_an_id_is_refused_or_stays_as_it_is(text):
    try:
        who = person_id(text)
    except PlanMapError:
        return
    assert person_id(who) == who


def test_an_address_that_only_looks_like_another_is_another():
    # The sign for kelvin, which becomes a k in lower case.
    assert person_id("\u212aim@example.org") != person_id("kim@example.org")
