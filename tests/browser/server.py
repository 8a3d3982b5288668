"""A real `planmap serve` in a process of its own."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.command import PLANMAP


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(
    data_folder: Path,
    plan: str = "",
    *,
    port: int = 0,
    options: Sequence[str] = (),
    planmap: Sequence[str | Path] = (PLANMAP,),
    **environment: str,
) -> Iterator[str]:
    """Start the server, on a free port if none is given, yield its address when it answers, stop it afterwards.

    `planmap` is what stands for the command `planmap`.
    """
    port = port or free_port()
    command = [*planmap, "serve", "--no-browser", "--port", str(port), *(["--plan", plan] if plan else []), *options]
    log = data_folder / f"serve-{port}.log"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            command,
            env={**os.environ, "PLANMAP_DATA_DIR": str(data_folder / "user"), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1500):
            if server.poll() is not None:
                raise RuntimeError(log.read_text(encoding="utf-8"))
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                time.sleep(0.02)
        else:
            raise RuntimeError(log.read_text(encoding="utf-8"))
        yield url
        assert "Traceback" not in log.read_text(encoding="utf-8"), log.read_text(encoding="utf-8")
    finally:
        server.terminate()
        server.wait(timeout=20)


def pid_of(url: str) -> int:
    """Return the number of the process that serves `url`."""
    port = str(urlsplit(url).port)
    for folder in Path("/proc").glob("[0-9]*"):
        words = (folder / "cmdline").read_bytes().decode().split("\0")
        if "serve" in words and port in words:
            return int(folder.name)
    raise RuntimeError(f"nothing serves {url}")


@contextmanager
def held(url: str) -> Iterator[None]:
    """Stop each process that reads a file for the server, as soon as it is there: so it lasts as long as the test."""
    server, over = psutil.Process(pid_of(url)), threading.Event()

    def hold() -> None:
        while not over.wait(0.02):
            for child in server.children(recursive=True):
                with suppress(psutil.Error):
                    if "geo.foreign.worker" in child.cmdline():
                        child.suspend()

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        yield
    finally:
        over.set()
        holding.join()
