"""The one way to ask an address: only an allowed host, at an IP address that was checked, within limits.

A name is resolved once, and the connection is made to the address that was looked at, so that a second answer of the
name server changes nothing. Each redirect is checked like the first address. Cookies, passwords and proxies are not
used: a proxy would resolve names itself, where nobody can check them.
"""

from __future__ import annotations

import atexit
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpcore

from geo.errors import PlanMapError
from geo.remote.address import Address
from geo.remote.hosts import Hosts, is_anywhere, is_public

if TYPE_CHECKING:
    from collections.abc import Iterator

Resolver = Callable[[str, int], list[str]]
"""Gives the IP addresses of a host."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_CHUNK = 64 * 1024
_NOW = threading.local()
"""What holds for the request that this thread makes: its deadline, and who looks names up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take."""

    size: int = 8 * 2**20
    """Bytes of an answer, once it is unpacked."""
    seconds: float = 20.0
    """From the first step to the last byte, redirects included."""
    redirects: int = 4


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    address: Address
    """Where from, after redirects."""
    media_type: str
    """As the server calls it, in small letters, without parameters."""
    content: bytes


def resolved(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, asked of the system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def fetch(
    address: Address,
    hosts: Hosts,
    *,
    accept: str = "*/*",
    limits: Limits = LIMITS,
    resolver: Resolver = resolved,
) -> Answer:
    """Return what `address` answers.

    Raises
    ------
    PlanMapError
        Its host, or that of a redirect, is not allowed or lies in a private network; it cannot be reached, takes too
        long, answers too much, or with another status than 200.
    """
    deadline = time.monotonic() + limits.seconds
    here = address
    for _ in range(limits.redirects + 1):
        host = hosts.allowed(here)
        with _within(deadline, resolver, here):
            found = _asked(here, accept, limits.size, is_private=host.private)
        if isinstance(found, Answer):
            return found
        here = here.joined(found)
    raise PlanMapError("remote-redirects", address=address.shown, limit=limits.redirects)


@contextmanager
def _within(deadline: float, resolver: Resolver, address: Address) -> Iterator[None]:
    _NOW.deadline, _NOW.resolver = deadline, resolver
    try:
        yield
    except httpcore.TimeoutException as error:
        raise PlanMapError("remote-slow", address=address.shown) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, zlib.error) as error:
        raise PlanMapError("remote-unreachable", address=address.shown, reason=_reason(error)) from error
    finally:
        del _NOW.deadline, _NOW.resolver


def _reason(error: BaseException) -> str:
    words = str(error) or type(error).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in words)[:120]


def _asked(address: Address, accept: str, size: int, *, is_private: bool) -> Answer | str:
    """Return the answer of an address, or where it sends to."""
    url = httpcore.URL(
        scheme=address.scheme.encode(),
        host=(f"[{address.host}]" if ":" in address.host else address.host).encode(),
        port=address.port,
        target=address.target.encode(),
    )
    headers: dict[bytes | str, bytes | str] = {
        "Host": address.authority,
        "Accept": accept,
        "Accept-Encoding": "gzip",
        "User-Agent": "PlanMap",
    }
    with _pool(is_private).stream("GET", url, headers=headers, extensions=_timeouts()) as response:
        said = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        if response.status in REDIRECTS and said.get("location"):
            return said["location"]
        if response.status != 200:
            raise PlanMapError("remote-status", address=address.shown, status=response.status)
        content = _unpacked(response.iter_stream(), said, size, address)
    return Answer(address, said.get("content-type", "").partition(";")[0].strip().lower(), content)


def _unpacked(chunks: Iterable[bytes], said: Mapping[str, str], size: int, address: Address) -> bytes:
    """Return an answer's bytes, never more than `size` of them in memory."""
    coding = said.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "", "gzip", "x-gzip"):
        raise PlanMapError("remote-unreachable", address=address.shown, reason=f"Content-Encoding: {coding[:20]}")
    unzip = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    found = bytearray()
    for chunk in chunks:
        if unzip is None:
            found += chunk
        elif not unzip.eof:
            found += unzip.decompress(chunk, size + 1 - len(found))
        if len(found) > size or (unzip is not None and unzip.unconsumed_tail):
            raise PlanMapError("remote-large", address=address.shown, limit=size // 2**20)
        _left()
    if unzip is not None and not unzip.eof:
        raise httpcore.RemoteProtocolError("gzip ends early")
    return bytes(found)


def _left() -> float:
    """Return the seconds that this request has left; raise if there are none."""
    left = float(_NOW.deadline - time.monotonic())
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _timeouts() -> dict[str, Any]:
    left = _left()
    return {"timeout": {"connect": left, "read": left, "write": left, "pool": left}}


_pools: dict[bool, httpcore.ConnectionPool] = {}
_pools_lock = threading.Lock()


def _pool(is_private: bool) -> httpcore.ConnectionPool:
    """Return the connections to hosts that may be private, or to those that may not: one never serves the other."""
    with _pools_lock:
        if is_private not in _pools:
            made = httpcore.ConnectionPool(
                ssl_context=ssl.create_default_context(),
                max_connections=16,
                max_keepalive_connections=8,
                keepalive_expiry=10.0,
                network_backend=_Checked(is_private),
            )
            atexit.register(made.close)
            _pools[is_private] = made
        return _pools[is_private]


class _Checked(httpcore.NetworkBackend):
    """Connects to IP addresses that it has looked at itself."""

    def __init__(self, is_private: bool) -> None:
        self._is_private = is_private
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve the host, check all of its addresses, and connect to the first that answers."""
        name = host.removeprefix("[").removesuffix("]")
        found = _NOW.resolver(name, port)
        if not found:
            raise httpcore.ConnectError(f"{name}: no address")
        fits = is_anywhere if self._is_private else is_public
        if not all(map(fits, found)):
            raise PlanMapError("remote-private", host=name)
        for number, ip in enumerate(found, start=1):
            try:
                stream = self._plain.connect_tcp(ip, port, _left(), None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(found):
                    raise
            else:
                return _Timed(stream)
        raise AssertionError


class _Timed(httpcore.NetworkStream):
    """A connection on which the whole request has one deadline, however the bytes trickle in."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come."""
        return self._stream.read(min(max_bytes, _CHUNK), _left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._stream.write(buffer, _left())

    def close(self) -> None:
        """End the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the connection, encrypted; the certificate must be that of the name that was asked."""
        name = server_hostname.removeprefix("[").removesuffix("]") if server_hostname else None
        return _Timed(self._stream.start_tls(ssl_context, name, _left()))

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the socket."""
        return self._stream.get_extra_info(info)
