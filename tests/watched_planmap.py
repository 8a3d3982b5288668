"""The command `planmap` in a process that writes down whatever would leave the machine, and refuses it.

It is started as a program of its own, with the file to write to in TOLD_TO.
"""

import os
import sys
from ipaddress import ip_address

TOLD_TO = "TOLD_TO"
"""Name of the environment variable with the file that gets one line for each name looked up or address called."""

ASKED_BY = {
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
}
"""Which argument of an audit event is the host or the address."""


def is_here(host: object) -> bool:
    """Whether a host needs no asking: this machine, or nothing but a number to listen on."""
    if host in (None, "", b"", "localhost"):
        return True
    try:
        address = ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event not in ASKED_BY:
        return
    asked = arguments[ASKED_BY[event]]
    # Sockets within the machine have a path for an address.
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg") and not isinstance(asked, tuple):
        return
    host = asked[0] if isinstance(asked, tuple) else asked
    if not is_here(host):
        with open(os.environ[TOLD_TO], "a", encoding="utf-8") as file:
            file.write(f"{event} {asked!r}\n")
        raise OSError(f"refused: {event} {asked!r}")


if __name__ == "__main__":
    from app.start import main

    sys.addaudithook(watch)
    main()
