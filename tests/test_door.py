"""Who is let in by a running server, and that it asks nobody outside whom to let in."""

import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser.server import serving
from tests.command import call, one_line
from tests.watched_planmap import TOLD_TO

pytestmark = pytest.mark.slow

WATCHED = (sys.executable, "-m", "tests.watched_planmap")
ROOT = Path(__file__).parents[1]


class Door:
    """A running server, as programs see it that write their own headers."""

    def __init__(self, url: str, told: Path) -> None:
        self.url = url
        self.port = urlsplit(url).port
        self._told = told

    def asked_outside(self) -> list[str]:
        """What the server has asked of other machines so far."""
        return self._told.read_text(encoding="utf-8").splitlines() if self._told.exists() else []

    def get(self, path: str = "/map", host: str = "127.0.0.1", **headers: str) -> tuple[int, str, dict[str, str]]:
        """Return status, text and headers of an answer; the port is added to `host`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{self.url}{path}", headers={"Host": f"{host}:{self.port}", **named})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, answer.read().decode(errors="replace"), dict(answer.headers)
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode(), dict(answer.headers)

    def opens_socket(self, origin: str | None, host: str = "127.0.0.1") -> bool:
        """Whether a page of `origin` gets to Streamlit's socket at `host`."""
        try:
            self.dial(origin, f"{host}:{self.port}")
        except InvalidStatus:
            return False
        return True

    def dial(self, origin: str | None, host: str) -> None:
        """Open the socket and close it again, or raise `InvalidStatus`."""
        line = socket.create_connection(("127.0.0.1", self.port))
        address = f"ws://{host}/_stcore/stream"
        with connect(address, sock=line, origin=origin, subprotocols=["streamlit"], proxy=None):
            pass


@contextmanager
def door(folder: Path, *options: str) -> Iterator[Door]:
    told = folder / "told.txt"
    with serving(folder, options=options, planmap=WATCHED, **{TOLD_TO: str(told)}, PYTHONPATH=str(ROOT)) as url:
        yield Door(url, told)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A server as it starts without options: only this machine reaches it."""
    with door(tmp_path_factory.mktemp("local")) as found:
        yield found


@pytest.mark.parametrize("origin", ["http://evil.example", "https://evil.example:443", "null", "http://localhost:3000"])
def test_a_socket_from_elsewhere_is_refused_and_nobody_is_asked(local, origin):
    assert not local.opens_socket(origin)
    assert local.asked_outside() == []
    assert local.get()[0] == 200


PATHS = ("/", "/export", "/present", "/map", "/briefing", "/nope", "/icon.svg", "/_stcore/health", "/_stcore/stream")


def test_no_path_asks_anybody_whoever_comes(local):
    for path in PATHS:
        for host in ("127.0.0.1", "localhost", "evil.example", "192.0.2.7"):
            for headers in (
                {},
                {"Origin": "http://evil.example"},
                {"Origin": "null"},
                {"Sec_Fetch_Site": "cross-site"},
            ):
                local.get(path, host, **headers)
    assert local.asked_outside() == []
    assert local.get()[0] == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_an_own_page_opens_the_socket(local, host):
    assert local.opens_socket(f"http://{host}:{local.port}", host)
    assert local.asked_outside() == []


def test_a_program_without_a_page_opens_the_socket(local):
    assert local.opens_socket(None)


@pytest.mark.parametrize("path", PATHS)
def test_another_host_gets_no_page(local, path):
    status, text, _ = local.get(path, "evil.example")
    assert status == 403
    # What to do, in both languages.
    assert "这台服务器不以“evil.example:" in text
    assert "does not answer to the address “evil.example:" in text
    assert text.count("--allow-host") == 2


def test_a_page_elsewhere_gets_nothing(local):
    port = local.port
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
    ):
        status, text, _ = local.get("/map", "localhost", **headers)
        assert status == 403
        assert "这个请求来自别的网页" in text
        assert "comes from another web page" in text
    assert local.get("/map", "localhost", Origin=f"http://localhost:{port}")[0] == 200
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert local.get("/", "localhost", **link)[0] == 200


def test_what_others_name_and_who_they_are_is_shown_as_text(local):
    _, text, _ = local.get("/map", "localhost", Origin="http://<script>alert(1)</script>")
    assert "&lt;script&gt;" in text
    assert "<script>" not in text


def spoken(port: int, request: str) -> str:
    """Send the very bytes of `request`, and return the first line of the answer."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(request.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        return line.makefile("rb").readline().decode().strip()


@pytest.mark.parametrize(
    "request_text",
    [
        "GET /map HTTP/1.0",
        "GET /map HTTP/1.1",
        "GET /map HTTP/1.1\nHost:",
        "GET /map HTTP/1.1\nHost: localhost\nHost: localhost",
        "GET /map HTTP/1.1\nHost: localhost, evil.example",
        "GET /map HTTP/1.1\nHost: localhost@evil.example",
        "GET /map HTTP/1.0\nHost: evil.example",
    ],
)
def test_a_request_that_does_not_say_for_whom_it_is_is_refused(local, request_text):
    assert spoken(local.port, request_text).split()[1] in ("400", "403")
    assert spoken(local.port, "GET /map HTTP/1.0\nHost: localhost").split()[1] == "200"


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A server that lets other machines in, by two names."""
    options = ("--host", "0.0.0.0", "--allow-host", "Planner-PC", "--allow-host", "plan.example")  # noqa: S104
    with door(tmp_path_factory.mktemp("wide"), *options) as found:
        yield found


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "192.0.2.7", "[2001:db8::7]", "planner-pc", "plan.example"])
def test_other_machines_come_by_address_or_by_a_name_that_is_allowed(wide, host):
    assert wide.get("/map", host)[0] == 200
    assert wide.get("/map", host, Origin=f"http://{host}:{wide.port}")[0] == 200
    assert wide.opens_socket(f"http://{host}:{wide.port}", host)
    assert not wide.opens_socket("http://evil.example", host)
    assert not wide.opens_socket(f"http://{host}:{wide.port - 1}", host)
    assert wide.asked_outside() == []


@pytest.mark.parametrize("host", ["evil.example", "plan.example.evil.example", "sub.plan.example", "192.0.2.7.evil"])
def test_a_name_that_its_owner_points_here_is_refused(wide, host):
    # As in DNS rebinding: the browser takes the server for that page's own.
    own = f"http://{host}:{wide.port}"
    assert wide.get("/map", host)[0] == 403
    assert wide.get("/map", host, Origin=own)[0] == 403
    assert not wide.opens_socket(own, host)
    assert wide.asked_outside() == []


def test_a_proxy_that_speaks_https_comes_by_its_name(wide):
    with pytest.raises(InvalidStatus):
        wide.dial("https://evil.example", "plan.example")
    wide.dial("https://plan.example", "plan.example")
    assert wide.asked_outside() == []


@pytest.mark.parametrize("path", [*PATHS, "/static/nope.js", "/badges/nope.svg", "/export/", "/_stcore/metrics"])
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_every_answer_carries_the_policy(local, path, host):
    _, _, headers = local.get(path, host)
    policy = headers["content-security-policy"]
    (scripts,) = [part for part in policy.split("; ") if part.startswith("script-src ")]
    assert "unsafe-inline" not in scripts
    assert "unsafe-eval" not in scripts.replace("wasm-unsafe-eval", "")
    assert "frame-ancestors 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_an_answer_that_nothing_has_changed_carries_the_same_policy(local):
    # A browser takes it over for the document that it has kept.
    for path in ("/map", "/briefing"):
        _, _, first = local.get(path)
        status, _, again = local.get(path, If_None_Match=first["etag"])
        assert status == 304
        assert again["content-security-policy"] == first["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/nope", "/export/nope", "/_stcore/metrics", "/_stcore/agent/openapi.json", "/auth/login", "/index.html"]
)
def test_where_there_is_no_page_is_said_in_both_languages(local, path):
    status, text, _ = local.get(path)
    assert status == 404
    assert f"这个网址（{path}）下没有页面" in text
    assert f"There is no page at this address ({path})" in text
    assert text.count('<a href="/">') == 2


def test_what_our_pages_ask_of_streamlit_is_answered(local):
    assert local.get("/_stcore/health")[1] == "ok"
    assert local.get("/_stcore/host-config")[0] == 200
    assert local.get("/media/nope")[0] == 404


@pytest.mark.parametrize("name", ["http://plan.example", "plan.example:80", "*", ""])
def test_a_name_that_is_none_is_refused_at_the_start(tmp_path, name):
    assert "--allow-host" in one_line(call("serve", "--allow-host", name, folder=tmp_path))
