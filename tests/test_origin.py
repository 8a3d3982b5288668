"""What Host and Origin say, and whom they let in."""

import asyncio
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse

from app.origin import Authority, OwnOrigin, allowed_host
from geo.errors import PlanMapError

LOCAL, OPEN = "127.0.0.1", "0.0.0.0"  # noqa: S104 - nothing listens here


def admitted(
    *headers: tuple[str, str],
    bound: str = LOCAL,
    names: tuple[str, ...] = (),
    method: str = "GET",
    scheme: str = "http",
    kind: str = "http",
    path: str = "/",
) -> dict[str, str] | None:
    """Return the headers with which a request is passed on, or None if it is refused."""
    passed: list[dict[str, str]] = []
    sent: list[dict[str, object]] = []

    async def behind(scope, receive, send):
        passed.append({name.decode(): value.decode("latin-1") for name, value in scope["headers"]})
        await PlainTextResponse("inside")(scope, receive, send)

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "method": method,
        "scheme": scheme,
        "path": path,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    asyncio.run(OwnOrigin(behind, bound=bound, names=names)(scope, receive, send))
    assert sent[0]["status"] == (200 if passed else 403)
    return passed[0] if passed else None


def host(name: str) -> tuple[str, str]:
    return "host", name


def origin(text: str) -> tuple[str, str]:
    return "origin", text


labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
names = st.lists(labels, min_size=1, max_size=4).map(".".join).filter(lambda name: not is_address(name))
addresses = st.one_of(st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(lambda address: f"[{address}]"))
ports = st.integers(1, 65535)


def is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except ValueError:
        return False
    return True


@given(st.one_of(names, addresses), st.one_of(st.none(), ports), st.booleans())
@example("[::ffff:0:0]", None, False)
@example("[::ffff:127.0.0.1]", 8501, True)
def test_a_host_is_read_however_it_is_written(name, port, upper):
    written = (name.upper() if upper else name) + (f":{port}" if port else "")
    found = Authority.parse(written)
    assert found is not None
    inner = name.strip("[]")
    if name.startswith("["):
        address = IPv6Address(inner)
        assert ip_address(found.host) == (address if address.ipv4_mapped is None else address.ipv4_mapped)
    else:
        assert found.host == inner
        assert Authority.parse(f"{name}.") == Authority(inner, None)
    assert found.port == port


@given(st.text(max_size=30))
@example("localhost:8501@evil.example")
@example("evil.example@localhost:8501")
@example("localhost:8501/")
@example("localhost:")
@example("localhost:0")
@example("localhost:65536")
@example("localhost:٨٥٠١")
@example("localhost..")
@example(".localhost")
@example(" localhost")
@example("localhost\n")
@example("local host")
@example("::1")
@example("[::1")
@example("[::1%25lo]:80")
@example("[127.0.0.1]")
@example("[localhost]")
@example("[]")
@example("")
@example(".")
@example("a" * 64)
@example("ⓛocalhost")
def test_what_is_read_means_the_same_when_written_again(text):
    found = Authority.parse(text)
    if found is None:
        return
    assert text.isascii()
    assert not set(text) & set("@/?#% \t\r\n\\")
    shown = f"[{found.host}]" if ":" in found.host else found.host
    assert Authority.parse(shown + (f":{found.port}" if found.port else "")) == found


@pytest.mark.parametrize(
    "text",
    [
        "localhost:8501@evil.example",
        "evil.example@localhost",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:٨٥٠١",
        "localhost..",
        ".localhost",
        " localhost",
        "localhost\n",
        "[::1",
        "[::1%25lo]",
        "::1",
        "[127.0.0.1]",
        "[localhost]",
        "[]",
        "",
        ".",
        "a" * 64,
        "ⓛocalhost",
        "-a",
        "a-",
        "a,b",
        "http://localhost",
    ],
)
def test_what_is_no_host_is_none(text):
    assert Authority.parse(text) is None


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST:1", "localhost.", "127.0.0.1", "127.9.9.9:80", "[::1]:8501"])
def test_this_machine_is_always_answered(name):
    assert admitted(host(name))
    assert admitted(host(name), bound=OPEN)


@pytest.mark.parametrize("name", ["192.168.1.5", "10.0.0.1:8501", "[fe80::1]:8501", "203.0.113.9"])
def test_an_address_is_answered_where_others_are_let_in(name):
    # No name means no name server that could answer with something else.
    assert admitted(host(name)) is None
    assert admitted(host(name), bound=OPEN)
    assert admitted(host(name), bound="::")
    assert admitted(host(name), names=(allowed_host(Authority.parse(name).host),))


@given(names.filter(lambda name: name != "localhost"))
@example("localhost.evil.example")
@example("127.0.0.1.evil.example")
@example("127.1")
@example("0x7f000001")
@example("2130706433")
def test_a_name_is_answered_only_if_it_is_allowed(name):
    for bound in (LOCAL, OPEN, "::1", "192.168.1.5"):
        assert admitted(host(name), bound=bound) is None
        assert admitted(host(f"{name}:8501"), bound=bound, names=("planner", name))
        assert admitted(host(f"{name.upper()}."), bound=bound, names=(name,))
        assert admitted(host(f"sub.{name}"), bound=bound, names=(name,)) is None


def test_the_name_on_which_the_server_listens_is_answered():
    assert admitted(host("planner-pc:8501"), bound="planner-pc")
    assert admitted(host("other-pc:8501"), bound="planner-pc") is None


@pytest.mark.parametrize("headers", [(), (host(""),), (host("localhost"), host("localhost")), (host("a, b"),)])
def test_no_host_or_more_than_one_is_refused(headers):
    assert admitted(*headers, bound=OPEN) is None


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("localhost:8501", "http://localhost:8501"),
        ("LocalHost.:8501", "HTTP://LOCALHOST:8501"),
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("127.0.0.1:80", "http://127.0.0.1"),
        ("[::1]:8501", "http://[0:0:0:0:0:0:0:1]:8501"),
    ],
)
def test_an_own_page_is_let_in_and_passed_on_in_the_letters_of_the_host(asked, page):
    for kind in ("http", "websocket"):
        passed = admitted(host(asked), origin(page), kind=kind)
        assert passed is not None
        # Streamlit compares letters, and asks other machines where they differ.
        assert passed["origin"] == f"http://{asked}"


@pytest.mark.parametrize(
    "page",
    [
        "http://localhost:3000",
        "http://127.0.0.1:8501",
        "https://localhost:8501",
        "http://localhost",
        "null",
        "",
        "http://localhost:8501/",
        "http://localhost:8501@evil.example",
        "http://evil.example@localhost:8501",
        "file://",
        "chrome-extension://abc",
        "localhost:8501",
        "//localhost:8501",
        "http://localhost:8501 http://x",
        "http://evil.example",
        "http://localhost.evil.example:8501",
    ],
)
def test_any_other_page_is_refused(page):
    for kind in ("http", "websocket"):
        assert admitted(host("localhost:8501"), origin(page), kind=kind) is None
    assert admitted(host("localhost:8501"), origin("http://localhost:8501"), origin(page)) is None


@given(st.one_of(names, addresses), ports, st.one_of(names, addresses), ports)
def test_host_and_port_of_a_page_must_both_be_those_of_the_request(name, port, other, other_port):
    allowed = tuple(filter(None, (allowed_host(name), allowed_host(other))))
    same = (allowed_host(name), port) == (allowed_host(other), other_port)
    passed = admitted(host(f"{name}:{port}"), origin(f"http://{other}:{other_port}"), bound=OPEN, names=allowed)
    assert (passed is not None) == same
    assert admitted(host(f"{name}:{port}"), origin(f"http://{name}:{port}"), bound=OPEN, names=allowed)


def test_a_proxy_may_speak_https():
    # It says so, or its host has been named.
    page = origin("https://plan.example")
    assert admitted(host("plan.example"), page, names=("plan.example",))
    assert admitted(host("plan.example:443"), page, names=("plan.example",))
    assert admitted(host("192.168.1.5"), origin("https://192.168.1.5"), bound=OPEN, scheme="https")
    # Another program of this machine has port 443.
    assert admitted(host("localhost"), origin("https://localhost")) is None
    assert admitted(host("192.168.1.5"), origin("https://192.168.1.5"), bound=OPEN) is None
    assert admitted(host("192.168.1.5"), origin("https://192.168.1.5"), bound="192.168.1.5") is None


def fetched(site: str, mode: str = "no-cors", dest: str = "script") -> list[tuple[str, str]]:
    return [host("localhost:8501"), ("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_elsewhere_may_link_here_and_do_nothing_else(site):
    assert admitted(*fetched(site)) is None
    assert admitted(*fetched(site, "cors", "empty")) is None
    assert admitted(*fetched(site, "navigate", "iframe")) is None
    assert admitted(*fetched(site, "navigate", "document"), method="POST") is None
    assert admitted(*fetched(site, "navigate", "document"))
    assert admitted(*fetched(site, "navigate", "document"), kind="websocket") is None


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_own_pages_and_typed_addresses_do_everything(site):
    assert admitted(*fetched(site))
    assert admitted(*fetched(site, "navigate", "document"))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Planner-PC", "planner-pc"),
        ("plan.example.", "plan.example"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("192.168.1.5", "192.168.1.5"),
        ("office_3", "office_3"),
        ("规划.example", "xn--wbrs17k.example"),
    ],
)
def test_names_are_allowed_as_people_write_them(name, kept):
    assert allowed_host(name) == kept


@pytest.mark.parametrize("name", ["", "*", "*.example", "http://plan.example", "plan.example:80", "a b", "a/b", "a@b"])
def test_what_is_no_name_cannot_be_allowed(name):
    with pytest.raises(PlanMapError) as caught:
        allowed_host(name)
    assert caught.value.code == "host-invalid"
