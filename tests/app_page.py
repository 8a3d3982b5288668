"""The pages of the application without a browser: what their scripts come to, by Streamlit's own test runner."""

import html
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Self
from urllib.parse import parse_qsl

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

PATIENCE_S = 90

# Streamlit's runner looks for components in every installed package at each run, a server once when it starts. What is
# installed does not change while tests run.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


# The runner takes the text of a function as the script, so each of them imports what it needs.


def browse() -> None:
    from app.browse.page import main

    main()


def tasks() -> None:
    from app.tasks.page import main

    main()


def export() -> None:
    from app.export.page import main

    main()


def present() -> None:
    from app.present.page import main

    main()


def layers() -> None:
    from app.layers.page import main

    main()


def data() -> None:
    from app.data.page import main

    main()


class AppPage:
    """One session of a page, opened at an address. The plan is that of the current context."""

    def __init__(self, script: Callable[[], None], query: str = "") -> None:
        self.at = AppTest.from_function(script, default_timeout=PATIENCE_S)
        for key, value in parse_qsl(query, keep_blank_values=True):
            self.at.query_params[key] = value
        # As if the browser had had time for tables and calendar.
        self.at.session_state["complete"] = True
        self.run()

    def run(self) -> Self:
        """Run the script as Streamlit does after each change of a control."""
        self.at.run()
        assert list(self.at.exception) == []
        return self

    def fill(self, key: str, words: str) -> Self:
        """Write into the field with `key` and leave it."""
        self.field(key).set_value(words)
        return self.run()

    def value(self, key: str) -> str:
        """Return what stands in the field with `key`."""
        return str(self.field(key).value)

    def field(self, key: str) -> Any:
        """Return the field with `key`; that of a slide has a further part, which is another for each filling."""
        fields = [field for kind in (self.at.text_input, self.at.text_area) for field in kind]
        return next(field for field in fields if re.fullmatch(rf"{re.escape(key)}(--\w+)?", field.key))

    def choose(self, key: str, value: object) -> Self:
        """Choose one of several that stand side by side."""
        self.at.segmented_control(key=key).set_value(value)
        return self.run()

    def press(self, key: str) -> Self:
        """Press the button with `key`."""
        self.at.button(key=key).click()
        return self.run()

    def press_at_once(self, key: str, times: int) -> Self:
        """Press the button with `key` several times before the browser has seen what comes of the first press."""
        seen = self.at._tree
        for field in (*self.at.text_input, *self.at.text_area):
            # What stands in it, and is sent, whatever the script has set meanwhile.
            field.set_value(field.value)
        for _ in range(times):
            self.at._tree = seen
            self.at.button(key=key).click()
            self.run()
        return self

    @property
    def markup(self) -> list[str]:
        """The pieces of HTML that the script has drawn, without styles."""
        bodies = [element.proto.body for element in self.at.get("html")]
        return [body for body in bodies if not body.startswith("<style>")]

    @property
    def words(self) -> str:
        """What is to be read in them."""
        return "\n".join(plain(body) for body in self.markup)

    def headings(self, level: int) -> list[str]:
        return [
            plain(found) for body in self.markup for found in re.findall(f"(?s)<h{level}[^>]*>(.*?)</h{level}>", body)
        ]

    @property
    def alerts(self) -> list[str]:
        """What the page says that is wrong."""
        return [plain(body) for body in self.markup if "role='alert'" in body or 'role="alert"' in body]

    @property
    def labels(self) -> dict[str, str]:
        """The labels of the buttons by key."""
        return {button.key: button.label for button in self.at.button}

    def sent(self, component: str) -> Any:
        """Return what the script has given to a component of ours, which draws it in the browser."""
        found = [e.proto for e in self.at.get("bidi_component") if e.proto.component_name == f"planmap_{component}"]
        return json.loads(found[0].json)

    @property
    def map(self) -> Any:
        """What the script has given to the map."""
        return self.sent("map")["args"]


def plain(markup: str) -> str:
    """Return what is to be read in a piece of HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))
