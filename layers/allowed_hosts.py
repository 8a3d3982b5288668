"""The hosts that are allowed on this machine, in a file of its user: a plan, which may be anybody's, cannot say so."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated

import platformdirs
import tomli_w
from filelock import FileLock
from pydantic import Field, ValidationError

from geo.errors import PlanMapError
from geo.output import write
from geo.private import FOLDER, make_private
from geo.remote.address import Address
from geo.remote.hosts import Host, Hosts, is_public, parse_host
from layers.plan.row import Row

MOST_HOSTS = 200
"""Most hosts that are allowed at a time."""

PARAMETER = r"[A-Za-z0-9_.-]{1,40}"
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]{0,80}"


class _HostRow(Row):
    host: Annotated[str, Field(max_length=300)]
    private: bool = False
    key: Annotated[str, Field(pattern=rf"^({PARAMETER}={VARIABLE})?$")] = ""


def hosts_file() -> Path:
    """Return where the allowed hosts are kept."""
    return Path(platformdirs.user_config_dir("PlanMap", appauthor=False)) / "hosts.toml"


def allowed_hosts() -> Hosts:
    """Return the hosts that are allowed.

    Raises
    ------
    PlanMapError
        The file with them cannot be read. Then none is.
    """
    return Hosts(found for found, _ in _read())


def host_keys() -> dict[Host, str]:
    """Return for each host that wants a key `parameter=variable`: what is sent, and where this machine has it."""
    return {host: key for host, key in _read() if key}


def allow(text: str, *, private: bool = False, key: str = "") -> Host:
    """Allow a host, such as `tiles.example.cn` or `10.0.0.7:8080`, and return it.

    `key` is `parameter=variable`: the parameter that the host wants in each address, and the environment variable that
    has its value.

    Raises
    ------
    PlanMapError
        It is no host, the key is none, there are too many, or the file cannot be written.
    """
    host = parse_host(text, private=private)
    # Said at once of a number, which of a name is seen only when it is asked.
    if not private and (host.name == "localhost" or (host.ip is not None and not is_public(host.name))):
        raise PlanMapError("host-private", host=str(host))
    if key and not re.fullmatch(rf"{PARAMETER}={VARIABLE}", key):
        raise PlanMapError("host-key", wanted=key[:100])
    with _locked():
        others = [(each, kept) for each, kept in _read() if (each.name, each.port) != (host.name, host.port)]
        if len(others) >= MOST_HOSTS:
            raise PlanMapError("host-many", limit=MOST_HOSTS)
        _write([*others, (host, key)])
    return host


def forbid(text: str) -> Host:
    """Allow a host no longer, and return it.

    Raises
    ------
    PlanMapError
        It was not allowed, or the file cannot be written.
    """
    wanted = parse_host(text)
    with _locked():
        known = _read()
        left = [(host, key) for host, key in known if (host.name, host.port) != (wanted.name, wanted.port)]
        if len(left) == len(known):
            near = "、".join(str(host) for host, _ in known) or "-"
            raise PlanMapError("no-such-host", host=str(wanted), near=near)
        _write(left)
    return wanted


def with_key(address: Address) -> Address:
    """Return an address with the key that its host wants.

    Raises
    ------
    PlanMapError
        The variable that should have it is not set.
    """
    for host, key in host_keys().items():
        if host.covers(address):
            parameter, _, variable = key.partition("=")
            if not is_key_set(key):
                raise PlanMapError("host-key-missing", host=str(host), variable=variable)
            value = os.environ[variable]
            mark = "&" if "?" in address.target else "?"
            return address.with_target(f"{address.target}{mark}{parameter}={value}")
    return address


def is_key_set(key: str) -> bool:
    """Whether the variable of a key, `parameter=variable`, has a value that can be sent: ASCII letters and digits."""
    value = os.environ.get(key.partition("=")[2], "")
    return value.isascii() and value.isalnum()


def _read() -> list[tuple[Host, str]]:
    path = hosts_file()
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanMapError("hosts-damaged", file=path) from error
    try:
        rows = [_HostRow(**each) for each in said.get("hosts", [])]
        return [(parse_host(row.host, private=row.private), row.key) for row in rows[:MOST_HOSTS]]
    except (ValidationError, TypeError, PlanMapError) as error:
        raise PlanMapError("hosts-damaged", file=path) from error


def _write(hosts: list[tuple[Host, str]]) -> None:
    rows = [
        {"host": str(host), **({"private": True} if host.private else {}), **({"key": key} if key else {})}
        for host, key in hosts
    ]
    write(hosts_file(), tomli_w.dumps({"hosts": rows}).encode())


def _locked() -> FileLock:
    folder = hosts_file().parent
    try:
        folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise PlanMapError("folder-not-writable", folder=folder, reason=error.strerror or "") from error
    make_private(folder)
    return FileLock(folder / "hosts.lock", timeout=10)
