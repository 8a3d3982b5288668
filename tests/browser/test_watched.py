"""The page that tolerates nothing: what counts as a fault of a page, and what does not."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.conftest import Watched, wait_until

PAGE = b"<!doctype html><link rel=icon href=data:,><p>A page"


class Server(ThreadingHTTPServer):
    """Answers /never not before it is stopped, /told when /next has been asked for, and /next when /never has been."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.next_asked, self.never_asked, self.stopped = threading.Event(), threading.Event(), threading.Event()

    def handle_error(self, *_: object) -> None:
        """Say nothing of a browser that has gone."""


class Answer(BaseHTTPRequestHandler):
    """One answer of `Server`."""

    server: Server

    def do_GET(self) -> None:
        if self.path == "/never":
            self.server.never_asked.set()
            self.server.stopped.wait()
        if self.path == "/told":
            self.server.next_asked.wait()
            # Playwright may tell of two requests at the same time in any order.
            time.sleep(0.2)
        if self.path == "/next":
            self.server.next_asked.set()
            self.server.never_asked.wait()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def slow_server() -> Iterator[str]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.stopped.set()
        server.shutdown()
        thread.join()


def test_what_a_page_asks_for_while_it_is_left_is_no_fault_and_whatever_else_fails_is(watched: Watched, slow_server):
    page = watched.page
    page.goto(f"{slow_server}/first")
    # Asked for after the next page has been, which answers only then; the address changes in between as well.
    page.evaluate("""() => {
        fetch('/told').then(() => {
            history.replaceState(null, '', '/first?moved');
            return fetch('/never');
        }).catch(() => 0);
    }""")
    with page.expect_event("requestfailed"):
        page.goto(f"{slow_server}/next")
    watched.look()
    page.evaluate("""() => {
        const stop = new AbortController();
        fetch('/never', { signal: stop.signal }).catch(() => { window.stopped = true; });
        setTimeout(() => stop.abort());
    }""")
    wait_until(page, "window.stopped")
    page.evaluate("0")
    assert watched.problems == [f"failed: {slow_server}/never net::ERR_ABORTED"]
    watched.problems.clear()
