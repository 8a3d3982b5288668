"""The hosts that somebody with the right has allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from geo.errors import PlanMapError
from geo.remote.address import PORTS, Address, host_of, ip_of

_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Host:
    """A host that may be asked."""

    name: str
    """In its one spelling, see `geo.remote.address.host_of`."""
    port: int | None = None
    """The one port that may be asked; None for the usual one of each scheme."""
    private: bool = False
    """Whether it may lie in a network of this machine's own."""

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"

    @property
    def ip(self) -> IPv4Address | IPv6Address | None:
        """The host, if it is an IP address."""
        return ip_of(self.name)

    def covers(self, address: Address) -> bool:
        """Whether an address is at this host and port."""
        ports = (self.port,) if self.port else (PORTS[address.scheme],)
        return address.host == self.name and address.port in ports


class Hosts:
    """All that may be asked. Nothing may unless somebody said so."""

    def __init__(self, hosts: Iterable[Host] = ()) -> None:
        self.all = tuple(dict.fromkeys(hosts))

    def allowed(self, address: Address) -> Host:
        """Return the host that allows `address`.

        Raises
        ------
        PlanMapError
            There is none.
        """
        found = [host for host in self.all if host.covers(address)]
        if not found:
            raise PlanMapError("remote-not-allowed", host=address.authority)
        return max(found, key=lambda host: host.private)


def parse_host(text: str, *, private: bool = False) -> Host:
    """Return the host `text`, such as `tiles.example.cn` or `[::1]:8080`.

    Raises
    ------
    PlanMapError
        It is none.
    """
    wanted = text.strip()
    name, colon, port = wanted.rpartition(":")
    if not colon or wanted.endswith("]") or (":" in name and not name.endswith("]")):
        return Host(host_of(wanted), None, private)
    if not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65536:
        raise PlanMapError("remote-host-name", host=wanted[:200])
    return Host(host_of(name), int(port), private)


def is_public(text: str) -> bool:
    """Whether an IP address is one of the internet, in whatever form it is wrapped up."""
    ip = ip_address(text)
    return all(each.is_global and not each.is_multicast for each in _meant(ip))


def is_anywhere(text: str) -> bool:
    """Whether an IP address is that of one machine at all, and not of all or none."""
    return not any(
        each.is_multicast or each.is_unspecified or str(each) == "255.255.255.255" for each in _meant(ip_address(text))
    )


def _meant(ip: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return an address with those that it stands for."""
    if isinstance(ip, IPv4Address):
        return [ip]
    if ip.ipv4_mapped is not None:
        # Python 3.11 calls all of them private; only the address inside counts.
        return [ip.ipv4_mapped]
    inside: list[IPv4Address | IPv6Address] = [ip]
    if ip.sixtofour is not None:
        inside.append(ip.sixtofour)
    if ip.teredo is not None:
        inside += ip.teredo
    if ip in _NAT64 or int(ip) >> 32 == 0:
        inside.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return inside
