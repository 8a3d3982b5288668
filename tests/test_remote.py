"""What may be asked on the network, and what an answer may do."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from geo.remote.address import host_of, parse
from geo.remote.fetch import Limits, fetch
from geo.remote.hosts import Host, Hosts, is_public, parse_host
from tests.remote_server import Reply, served


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(PlanMapError) as found:
        act()
    return found.value.code


# Addresses


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("http://Example.COM/", "example.com"),
        ("http://example.com./", "example.com"),
        ("https://例子.cn/a", "xn--fsqu00a.cn"),
        ("http://[::FFFF:127.0.0.1]/", "::ffff:7f00:1"),
        ("http://127.0.0.1/", "127.0.0.1"),
        # Figures of another width are the same figures.
        ("http://１２７.0.0.1/", "127.0.0.1"),
        ("http://127。0。0。1/", "127.0.0.1"),
    ],
)
def test_a_host_has_one_spelling(text: str, host: str) -> None:
    found = parse(text)
    assert found.host in (host, "::ffff:127.0.0.1" if host.startswith("::ffff") else host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http:///a",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://exa mple.com/",
        "http://example.com/\r\nHost: other",
        "http://127.1/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://127.0.0.1.0x1/",
        "http://[fe80::1%25eth0]/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://-a.cn/",
        "http://a..b/",
        "http://%31%32%37.0.0.1/",
        "http://" + "a" * 3000,
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_refused(text: str) -> None:
    code = refusal(lambda: parse(text))
    assert code in ("remote-address", "remote-host-name", "remote-user")


def test_an_error_does_not_repeat_a_password() -> None:
    with pytest.raises(PlanMapError) as found:
        parse("https://me:secret@example.com/a?token=hidden")
    assert "secret" not in str(found.value)
    assert "hidden" not in str(found.value)
    assert "hidden" not in parse("https://example.com/a?token=hidden").shown
    assert parse("https://example.com/a?token=hidden&x=1&TK=2").secrets == ["TK", "token"]


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        found = parse(f"http://{text}")
    except PlanMapError:
        return
    # What was read is read again as the same.
    assert parse(found.text) == found
    assert found.host.isascii()
    assert "@" not in found.authority


@given(st.ip_addresses())
def test_a_number_reads_as_it_is_written(ip: IPv4Address | IPv6Address) -> None:
    assert ip_address(host_of(str(ip))) == ip


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="100.64.0.0/10"))
def test_an_address_of_a_private_network_is_private_in_every_wrapping(ip: IPv4Address) -> None:
    number = int(ip)
    forms = [
        str(ip),
        f"::ffff:{ip}",
        str(IPv6Address(number)),
        str(IPv6Address((0x64FF9B << 96) | number)),
        str(IPv6Address((0x2002 << 112) | (number << 80))),
    ]
    assert not any(map(is_public, forms))


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "172.16.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
    ],
)
def test_what_is_no_place_on_the_internet(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "114.114.114.114", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_what_is_a_place_on_the_internet(ip: str) -> None:
    assert is_public(ip)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Tiles.Example.cn", Host("tiles.example.cn")),
        ("tiles.example.cn:8080", Host("tiles.example.cn", 8080)),
        ("[::1]:80", Host("::1", 80)),
        ("[::1]", Host("::1")),
        ("::1", Host("::1")),
        ("127.0.0.1:9", Host("127.0.0.1", 9)),
    ],
)
def test_a_host_as_people_write_it(text: str, host: Host) -> None:
    assert parse_host(text) == host
    assert parse_host(str(host)) == host


@pytest.mark.parametrize("text", ["", "a b", "127.1", "http://a.cn", "a.cn:", "a.cn:0", "a.cn:x", "*.a.cn", "a.cn/x"])
def test_what_is_no_host(text: str) -> None:
    assert refusal(lambda: parse_host(text)) == "remote-host-name"


def test_a_host_covers_its_own_ports_and_names_only() -> None:
    hosts = Hosts([Host("a.cn"), Host("b.cn", 8080)])
    for fits in ("http://a.cn/", "https://a.cn/x", "http://b.cn:8080/"):
        hosts.allowed(parse(fits))
    for other in ("http://a.cn:8080/", "http://x.a.cn/", "http://b.cn/", "http://a.cn.evil.cn/"):
        assert refusal(lambda other=other: hosts.allowed(parse(other))) == "remote-not-allowed"


# Asking


def private(*names: str) -> Hosts:
    return Hosts(parse_host(name, private=True) for name in names)


def test_an_allowed_host_answers_and_learns_nothing_of_who_asks() -> None:
    with served(lambda path, query: Reply(b"here", "Image/PNG; charset=x")) as server:
        found = fetch(parse(server.at("/a?b=c")), private(server.host))
        assert (found.content, found.media_type) == (b"here", "image/png")
        assert server.asked == ["/a?b=c"]
        [headers] = server.headers
        assert headers["host"] == server.host
        assert headers.keys() <= {"host", "accept", "accept-encoding", "user-agent", "connection"}


def test_a_host_that_nobody_allowed_is_not_asked() -> None:
    with served(lambda path, query: Reply(b"here")) as server:
        assert refusal(lambda: fetch(parse(server.at("/")), Hosts())) == "remote-not-allowed"
        # Allowed, but not as one of this machine's own network.
        assert refusal(lambda: fetch(parse(server.at("/")), Hosts([parse_host(server.host)]))) == "remote-private"
        assert server.asked == []


def test_each_redirect_is_checked_like_the_first_address() -> None:
    with served(lambda path, query: Reply(b"inside")) as inner:
        to = {
            "/other": inner.at("/"),
            "/name": f"http://localhost:{inner.port}/",
            "/here": "/there",
            "/round": "/round",
            "/file": "file:///etc/passwd",
            "/user": f"http://a@{inner.host}/",
        }

        def answer(path: str, _: dict[str, str]) -> Reply:
            return Reply(status=302, headers={"Location": to[path]}) if path in to else Reply(b"there")

        with served(answer) as outer:
            hosts = private(outer.host)
            assert fetch(parse(outer.at("/here")), hosts).content == b"there"
            assert refusal(lambda: fetch(parse(outer.at("/other")), hosts)) == "remote-not-allowed"
            # A host that is allowed as public leads to a private network.
            public = Hosts([*hosts.all, Host("localhost", inner.port)])
            assert refusal(lambda: fetch(parse(outer.at("/name")), public)) == "remote-private"
            assert refusal(lambda: fetch(parse(outer.at("/round")), hosts)) == "remote-redirects"
            assert refusal(lambda: fetch(parse(outer.at("/file")), hosts)) == "remote-address"
            assert refusal(lambda: fetch(parse(outer.at("/user")), hosts)) == "remote-user"
            assert inner.asked == []


def test_a_name_is_looked_up_once_and_the_connection_goes_where_that_was() -> None:
    with served(lambda path, query: Reply(b"here")) as server:
        looked: list[str] = []

        def rebinding(host: str, port: int) -> list[str]:
            looked.append(host)
            return ["127.0.0.1"] if len(looked) == 1 else ["127.0.0.9"]

        address = parse(f"http://names.example:{server.port}/")
        assert fetch(address, private(f"names.example:{server.port}"), resolver=rebinding).content == b"here"
        assert looked == ["names.example"]


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"]])
def test_a_public_name_with_a_private_address_is_refused(found: list[str]) -> None:
    hosts = Hosts([Host("names.example")])
    act = lambda: fetch(parse("http://names.example/"), hosts, resolver=lambda host, port: found)  # noqa: E731
    assert refusal(act) == "remote-private"


def endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 65536


def test_a_body_without_end_is_left() -> None:
    with served(lambda path, query: Reply(endless())) as server:
        act = lambda: fetch(parse(server.at("/")), private(server.host), limits=Limits(size=2**20))  # noqa: E731
        assert refusal(act) == "remote-large"


def test_a_small_body_that_unpacks_to_a_huge_one_is_left() -> None:
    bomb = gzip.compress(bytes(64 * 2**20))
    with served(lambda path, query: Reply(bomb, headers={"Content-Encoding": "gzip"})) as server:
        act = lambda: fetch(parse(server.at("/")), private(server.host), limits=Limits(size=2**20))  # noqa: E731
        assert refusal(act) == "remote-large"


def test_a_packed_body_is_unpacked() -> None:
    packed = gzip.compress(b"words" * 1000)
    with served(lambda path, query: Reply(packed, headers={"Content-Encoding": "gzip"})) as server:
        assert fetch(parse(server.at("/")), private(server.host)).content == b"words" * 1000
    with served(lambda path, query: Reply(packed[:-9], headers={"Content-Encoding": "gzip"})) as server:
        assert refusal(lambda: fetch(parse(server.at("/")), private(server.host))) == "remote-unreachable"


def test_a_server_that_trickles_has_one_deadline_for_all() -> None:
    done = threading.Event()

    def trickle() -> Iterator[bytes]:
        while not done.wait(0.02):
            yield b"x"

    with served(lambda path, query: Reply(trickle())) as server:
        act = lambda: fetch(parse(server.at("/")), private(server.host), limits=Limits(seconds=0.3))  # noqa: E731
        assert refusal(act) == "remote-slow"
        done.set()


def test_what_is_not_there_is_said() -> None:
    with served(lambda path, query: Reply(status=404)) as server:
        assert refusal(lambda: fetch(parse(server.at("/")), private(server.host))) == "remote-status"
        gone = server.host
    assert refusal(lambda: fetch(parse(f"http://{gone}/"), private(gone))) == "remote-unreachable"


def test_what_does_not_speak_tls_is_not_asked_in_clear() -> None:
    with served(lambda path, query: Reply(b"here")) as server:
        act = lambda: fetch(parse(f"https://{server.host}/"), private(server.host))  # noqa: E731
        assert refusal(act) == "remote-unreachable"
        assert server.asked == []


def test_another_compression_than_was_asked_for_is_refused() -> None:
    with served(lambda path, query: Reply(b"here", headers={"Content-Encoding": "br"})) as server:
        assert refusal(lambda: fetch(parse(server.at("/")), private(server.host))) == "remote-unreachable"
