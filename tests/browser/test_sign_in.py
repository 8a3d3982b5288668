"""People sign in at a provider that runs on this machine, in a real browser, and do what their role lets them."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import tomli_w
from playwright.sync_api import expect

from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from layers.store.roles import Role
from layers.translation import translation
from tests.browser.conftest import wait_until_calm
from tests.browser.server import free_port, serving

TASK = "gdp-growth"
PEOPLE = {"admin": "管理员甲", "editor": "编辑乙", "viewer": "查看者丙"}
TEXT = translation("zh")


@contextmanager
def provider(folder):
    """A provider of identities, at which everybody of `PEOPLE` signs in by one click; yields its port."""
    port = free_port()
    users = [
        {"sub": name, "email": f"{name}@example.org", "email_verified": True, "name": called}
        for name, called in PEOPLE.items()
    ]
    command = [Path(sys.executable).with_name("oidc-provider-mock"), "--host", "127.0.0.1", "--port", str(port)]
    for user in users:
        command += ["--user-claims", json.dumps(user)]
    with (folder / "provider.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(port, process):
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the provider does not answer")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """The address of a server at which people sign in, and its plan."""
    folder = tmp_path_factory.mktemp("sign-in")
    plan = folder / "plan.gpkg"
    copy_plan(read_plan(FolderStore(default_plan_folder())), str(plan))
    open_store(str(plan)).give_role("editor@example.org", Role.EDITOR, by="test")
    port = free_port()
    with provider(folder) as at:
        file = folder / "sign-in.toml"
        settings = {
            "metadata_url": f"http://127.0.0.1:{at}/.well-known/openid-configuration",
            "client_id": "planmap",
            "client_secret": "a secret",
            "cookie_secret": "0123456789" * 4,
            "redirect_url": f"http://127.0.0.1:{port}/oauth2callback",
            "first_admin": "admin@example.org",
        }
        file.write_text(tomli_w.dumps(settings), encoding="utf-8")
        file.chmod(0o600)
        with serving(folder, str(plan), port=port, options=("--sign-in", str(file))) as url:
            yield url, open_store(str(plan))
        assert settings["client_secret"] not in (folder / f"serve-{port}.log").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def cookies():
    """What the browser of each person has kept since they signed in."""
    return {}


@pytest.fixture
def signed_in(lend, office, cookies):
    """A function that opens a window of its own in which somebody has signed in, or nobody.

    Who has done so in an earlier test comes back with the cookies of that time.
    """

    def sign_in(name, path="/"):
        page = lend(tolerant=True).page
        if name in cookies:
            page.context.add_cookies(cookies[name])
            page.goto(office[0] + path)
            expect(page.locator(".pm-person")).to_contain_text(PEOPLE[name])
            return page
        # The provider's page is dressed by another server, which no test may ask.
        page.route(re.compile(r"^https://"), lambda route: route.abort())
        page.goto(office[0] + path)
        if name:
            page.locator("a.pm-sign").click()
            page.get_by_role("button", name=name, exact=True).click()
            expect(page.locator(".pm-person")).to_contain_text(PEOPLE[name])
            cookies[name] = page.context.cookies(office[0])
            page.goto(office[0] + path)
            expect(page.locator(".pm-person")).to_contain_text(PEOPLE[name])
        else:
            expect(page.locator("a.pm-sign")).to_have_text(TEXT("sign-in.in"))
        return page

    return sign_in


def latest(store):
    return read_plan(store).events_by_task[TASK][-1]


def fill(page, words, *, forged=""):
    page.locator(".pm-record-open").click()
    form = page.locator(".pm-record-dialog form")
    form.locator("[name=summary_zh]").fill(words)
    form.locator("[name=source_title]").fill("公报")
    form.locator("[name=source_publisher]").fill("统计局")
    who = form.locator("[name=recorded_by]")
    expect(who).to_have_js_property("readOnly", True)
    if forged:
        who.evaluate("(field, name) => { field.readOnly = false; field.value = name; }", forged)
    form.locator("[type=submit]").click()


def test_an_editor_records_by_their_own_name_and_not_a_forged_one(signed_in, office):
    page = signed_in("editor", f"/?task={TASK}")
    fill(page, "由编辑记录。", forged="局长")
    expect(page.locator(".pm-record-said")).to_contain_text("已记录")
    assert latest(office[1]).recorded_by == "编辑乙 <editor@example.org>"
    page.goto(f"{office[0]}/data")
    expect(page.get_by_role("note")).to_contain_text("这里需要管理员的权限；你现在是编辑")
    assert page.locator(".st-key-workbook input[type=file]").count() == 0
    assert page.locator(".st-key-roles").count() == 0


@pytest.mark.parametrize("name", ["", "viewer"])
def test_others_look_and_are_told_why(signed_in, name):
    page = signed_in(name, f"/?task={TASK}")
    expect(page.locator(".st-key-panel article")).to_be_visible()
    assert page.locator(".pm-record-open").count() == 0
    expect(page.locator(".pm-add-view")).to_be_disabled()
    page.goto(page.url.split("?")[0] + "present")
    words = TEXT("sign-in.needs", needed="编辑", role="查看者") if name else TEXT("sign-in.look")
    expect(page.locator(".st-key-deck")).to_contain_text(words)


def test_an_admin_gives_a_role_and_it_counts_at_once(signed_in, office):
    looking = signed_in("viewer", f"/?task={TASK}")
    admin = signed_in("admin", "/data")
    # A list closes when the page moves beneath it, so it is brought into view before it is opened.
    role = admin.locator(".st-key-role_given [role=combobox]")
    role.scroll_into_view_if_needed()
    wait_until_calm(admin)
    role.click()
    admin.get_by_role("option", name="编辑").click()
    admin.locator(".st-key-role_who input").fill("Viewer@example.org")
    admin.locator(".st-key-role_who input").press("Enter")
    admin.locator(".st-key-role-give button").click()
    expect(admin.locator(".st-key-roles [role=status]")).to_have_text("viewer@example.org 现在是编辑。")
    # The page of whoever got it notices by itself.
    expect(looking.locator(".pm-record-open")).to_be_visible()
    assert [given.by for given in office[1].roles().history][-1] == "管理员甲 <admin@example.org>"
    office[1].give_role("viewer@example.org", Role.VIEWER, by="test")
    expect(looking.locator(".pm-record-open")).to_have_count(0)


def test_a_role_that_is_taken_away_while_a_form_is_open_is_missed_when_it_is_sent(signed_in, office):
    page = signed_in("editor", f"/?task={TASK}")
    before = latest(office[1]).id
    page.locator(".pm-record-open").click()
    form = page.locator(".pm-record-dialog form")
    form.locator("[name=summary_zh]").fill("来不及了。")
    form.locator("[name=source_title]").fill("公报")
    form.locator("[name=source_publisher]").fill("统计局")
    # In one go, so that the page does not notice before.
    office[1].give_role("editor@example.org", Role.VIEWER, by="test")
    try:
        form.locator("[type=submit]").evaluate("button => button.click()")
        expect(page.locator(".pm-record-open")).to_have_count(0)
        assert latest(office[1]).id == before
    finally:
        office[1].give_role("editor@example.org", Role.EDITOR, by="test")


def test_whoever_signs_out_only_looks_and_the_next_person_finds_no_draft_of_theirs(signed_in, office):
    page = signed_in("editor", f"/?task={TASK}")
    begun = page.locator(".pm-record-dialog form [name=summary_zh]")
    page.locator(".pm-record-open").click()
    begun.fill("编辑才写了一半")
    page.keyboard.press("Escape")
    page.locator("a.pm-sign").click()
    # The provider asks again, with a button of its own where it does.
    page.wait_for_load_state()
    page.goto(f"{office[0]}/?task={TASK}")
    expect(page.locator("a.pm-sign")).to_have_text(TEXT("sign-in.in"))
    assert page.locator(".pm-record-open").count() == 0
    # The provider's page is dressed by another server, which no test may ask.
    page.route(re.compile(r"^https://"), lambda route: route.abort())
    for name, words in (("admin", ""), ("editor", "编辑才写了一半")):
        page.goto(f"{office[0]}/?task={TASK}")
        page.locator("a.pm-sign").click()
        if name == "editor":
            page.wait_for_load_state()
            page.goto(f"{office[0]}/?task={TASK}")
            page.locator("a.pm-sign").click()
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(".pm-person")).to_contain_text(PEOPLE[name])
        page.goto(f"{office[0]}/?task={TASK}")
        expect(page.locator(".pm-person")).to_contain_text(PEOPLE[name])
        page.locator(".pm-record-open").click()
        expect(begun).to_have_value(words)
        page.keyboard.press("Escape")


ASK = """async (url) => {
  const tried = {};
  const answer = (name, promise) => promise.then((got) => { tried[name] = got; }, () => { tried[name] = "refused"; });
  const send = (method, path) => fetch(url + path, { method, credentials: "include", mode: "no-cors" });
  const socket = new Promise((done, fail) => {
    const opened = new WebSocket(url.replace("http", "ws") + "/_stcore/stream", ["streamlit"]);
    opened.onopen = () => done("open");
    opened.onerror = () => fail();
  });
  await answer("socket", socket);
  await Promise.all([
    answer("upload", send("POST", "/_stcore/upload_file/a/b").then((got) => got.type)),
    answer("sign out", send("GET", "/auth/logout").then((got) => got.type)),
  ]);
  return tried;
}"""


class Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, *_):
        pass


def test_a_page_of_another_origin_neither_records_nor_signs_out(signed_in, office):
    page = signed_in("editor")
    before = read_plan(office[1]).events
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        # Another port is another origin of the same site, so the browser sends the cookie along.
        other = page.context.new_page()
        other.goto(f"http://127.0.0.1:{server.server_port}/")
        answered = []
        other.on("response", lambda response: answered.append((response.status, response.url.removeprefix(office[0]))))
        tried = other.evaluate(ASK, office[0])
        assert tried["socket"] == "refused"
        assert set(answered) <= {(403, "/_stcore/upload_file/a/b"), (403, "/auth/logout")}
        other.evaluate("url => { location.href = url; }", f"{office[0]}/auth/logout")
        expect(other.get_by_role("alert")).to_be_visible()
    finally:
        server.shutdown()
        server.server_close()
    page.reload()
    expect(page.locator(".pm-person")).to_contain_text("编辑乙")
    assert read_plan(office[1]).events == before


def test_a_file_that_others_can_read_keeps_the_server_from_starting(tmp_path):
    file = tmp_path / "sign-in.toml"
    file.write_text("", encoding="utf-8")
    os.chmod(file, 0o644)
    with pytest.raises(RuntimeError, match="别人也能读"), serving(tmp_path, options=("--sign-in", str(file))):
        pass
