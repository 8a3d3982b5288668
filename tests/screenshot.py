"""Make the picture in docs/images anew: `make screenshot`.

The picture shows the real page with the built-in plan, so it is made again whenever the page changes.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import expect, sync_playwright

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "browse.png"
WIDTH, HEIGHT = 1400, 900
"""Pixels."""
MAXIMUM_BYTES = 600_000
"""Every clone of the repository carries the picture, in each of its versions."""
SITE_ID, SITE_NAME = "junliangcheng-north", "军粮城北站"
START_SECONDS = 60.0


@contextmanager
def running_app() -> Iterator[str]:
    """Start PlanMap on a free port with a data directory of its own and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="planmap-screenshot-") as folder:
        # The picture must not depend on what the person who makes it has set.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PLANMAP_")}
        environment["PLANMAP_DATA_DIR"] = folder
        program = Path(sys.executable).with_name("planmap")
        command = [str(program), "serve", "--port", str(port), "--no-browser"]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return once `address` answers; raise if the server ends or takes too long."""
    end = monotonic() + START_SECONDS
    while monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with {server.returncode}.")
        try:
            with urllib.request.urlopen(f"{address}/map", timeout=5):  # noqa: S310 - always http
                return
        except OSError:
            sleep(0.2)
    raise RuntimeError(f"The server did not answer within {START_SECONDS:.0f} s.")


def take(address: str, picture: Path) -> None:
    """Open the page, click the site on the map and save what is seen then."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            # Chromium's sandbox refuses to run as root, which is who runs things in a container.
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
        page.goto(address)
        frame = page.frame_locator('iframe[title$=".map"]')
        frame.locator(".leaflet-container[data-ready=yes]").wait_for(timeout=60_000)
        marker = frame.locator(f".pm-site[data-site={SITE_ID}]")
        marker.click()
        # A pointer that stays on the marker would leave its tooltip in the picture.
        page.mouse.move(WIDTH - 5, HEIGHT - 5)
        expect(page.locator(".st-key-panel h3")).to_have_text(SITE_NAME)
        expect(frame.locator(f".pm-lit[data-site={SITE_ID}]")).to_be_visible()
        expect(frame.locator(".pm-tooltip")).to_have_count(0)
        page.evaluate("document.fonts.ready")
        # The map pans to make room for the card, and labels are placed when it stands still.
        page.wait_for_timeout(1500)
        page.screenshot(path=picture, animations="disabled")
        browser.close()


def main() -> None:
    """Write the picture; fail if it is larger than a repository should carry."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with running_app() as address:
        take(address, PICTURE)
    size = PICTURE.stat().st_size
    if size > MAXIMUM_BYTES:
        sys.exit(f"{PICTURE.name} has {size} bytes, more than {MAXIMUM_BYTES}.")
    print(f"{PICTURE.name}: {size // 1000} kB")


if __name__ == "__main__":
    main()
