"""What the server refuses, as a real browser meets it: scripts that are not ours, and pages that are not ours."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHROMIUM_FLAGS, MAP_FRAME, chromium_path, new_context, open_map, ready_map
from tests.test_door import door

ATTACKS = {
    "script": "const script = document.createElement('script'); script.textContent = 'window.attacked = true';"
    "document.body.append(script)",
    "handler": "document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"attacked = true\">')",
    "link": "const link = document.createElement('a'); link.href = 'javascript:void(window.attacked = true)';"
    "document.body.append(link); link.click()",
}


@pytest.mark.parametrize("path", ["/", "/export", "/present", "/data", "/layers", "/map", "/briefing", "/nope"])
def test_a_script_that_is_not_ours_does_not_run(lend, server, path):
    page = lend(tolerant=True).page
    page.goto(f"{server}{path}")
    page.wait_for_load_state()
    for name, attack in ATTACKS.items():
        # The browser tells the page what it has refused.
        refused = page.evaluate(
            f"""() => new Promise((resolve) => {{
                const tell = (event) => resolve(event.effectiveDirective);
                addEventListener("securitypolicyviolation", tell, {{ once: true }});
                {attack};
            }})"""
        )
        assert refused.startswith("script-src"), name
        assert page.evaluate("window.attacked") is None, name


def test_what_the_browser_has_kept_runs_again(page, server):
    for _ in range(2):
        # The second time the map is answered with status 304.
        open_map(page, server)
    page.goto(f"{server}/briefing")
    page.locator(".leaflet-container").first.wait_for()
    page.reload()
    page.locator(".leaflet-container").first.wait_for()


def test_where_there_is_no_page_a_link_leads_to_the_map(lend, server):
    page = lend(tolerant=True).page
    answer = page.goto(f"{server}/nope")
    assert answer.status == 404
    expect(page.get_by_role("alert")).to_contain_text("There is no page at this address (/nope)")
    page.get_by_role("link", name="回到地图").click()
    ready_map(page)


@contextmanager
def elsewhere() -> Iterator[str]:
    """Serve an empty page on another port of this machine, and yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><link rel=icon href='data:,'><title>elsewhere</title>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{other.server_port}"
        other.shutdown()


TRY_SOCKET = """(address) => new Promise((resolve) => {
    const socket = new WebSocket(address, ["streamlit"]);
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve("refused");
})"""


def test_a_page_on_another_port_of_this_machine_gets_nothing(lend, server):
    page = lend(tolerant=True).page
    with elsewhere() as other:
        page.goto(other)
        socket = f"ws://{urlsplit(server).netloc}/_stcore/stream"
        assert page.evaluate(TRY_SOCKET, socket) == "refused"
        # Not even as something that it cannot read.
        for path in ("/map", "/badges/done.svg", "/assets/vendor/noto-sans-sc/index.css"):
            fetched = "(address) => fetch(address, { mode: 'no-cors' }).then(() => 'answered', () => 'refused')"
            assert page.evaluate(fetched, f"{server}{path}") == "refused"
        # A link is all that it may have.
        page.evaluate("(address) => { location.href = address }", server)
        ready_map(page)
        assert page.evaluate(TRY_SOCKET, socket) == "open"


@pytest.fixture
def browser_with_names(browser: Browser) -> Iterator[Browser]:
    """A browser that takes every name below .example for one of this machine, as after DNS rebinding."""
    flags = [*CHROMIUM_FLAGS, "--host-resolver-rules=MAP *.example 127.0.0.1"]
    chromium = browser.browser_type.launch(executable_path=chromium_path(), args=flags)
    yield chromium
    chromium.close()


def walk(page: Page, url: str) -> None:
    """Visit every page, each until Streamlit has drawn it."""
    open_map(page, url)
    page.goto(f"{url}/export")
    page.locator(".st-key-name h1").wait_for()
    page.goto(f"{url}/present")
    page.locator(".pm-cards").wait_for()


def test_own_pages_work_by_a_name_that_is_allowed_and_nobody_is_asked(browser_with_names, tmp_path):
    context = new_context(browser_with_names)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda line: line.type == "error" and problems.append(line.text))
    with door(tmp_path, "--host", "0.0.0.0", "--allow-host", "plan.example") as served:  # noqa: S104
        walk(page, f"http://plan.example:{served.port}")
        walk(page, f"http://127.0.0.1:{served.port}")
        assert problems == []
        # A name that its owner points here, in the middle of a visit.
        answer = page.goto(f"http://evil.example:{served.port}")
        assert answer.status == 403
        expect(page.get_by_role("alert")).to_contain_text(f"“evil.example:{served.port}”")
        assert page.locator(MAP_FRAME).count() == 0
        assert page.evaluate(TRY_SOCKET, f"ws://127.0.0.1:{served.port}/_stcore/stream") == "refused"
        assert served.asked_outside() == []
        assert served.get()[0] == 200
    context.close()
