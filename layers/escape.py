"""The only module where text from a plan, a file or a form becomes markup.

It covers the languages that text could break out of: HTML, JSON in a script element, XML, the Markdown of
Streamlit's labels, and the formulas of spreadsheets. Scripts in the browser set text as text and never as HTML.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from jinja2 import Environment

_HTML_EXTRA = str.maketrans({"`": "&#96;", "$": "&#36;", "{": "&#123;", "}": "&#125;"})
_SCRIPT_EXTRA = {c: f"\\u{ord(c):04x}" for c in "<>&'`$\u2028\u2029"}
_XML = re.compile(r'[&<>"\t\n\r]')
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])", re.ASCII)


def html(text: object) -> Markup:
    """Return `text` for use in HTML, between tags or inside a quoted attribute.

    Besides `& < > " '` this escapes the backtick, `$` and braces, which matter where a library puts HTML into a
    JavaScript template literal. Text that already is Markup passes unchanged.
    """
    if isinstance(text, Markup):
        return text
    # Markup.translate would escape the entities again.
    return Markup(str(escape(str(text))).translate(_HTML_EXTRA))  # noqa: S704 - escaped right here


def script_json(value: Any) -> Markup:
    """Return `value` as JSON for use inside a script element; parsed as JSON it gives `value` again."""
    # In JSON the characters that could end the element, a literal or the line occur only inside strings.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # One replacement after the other is twenty times as fast as str.translate, and a plan takes megabytes.
    for character, escaped in _SCRIPT_EXTRA.items():
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704 - escaped right here


def xml(text: str) -> str:
    """Return `text` for use in XML, between tags or inside an attribute quoted by `"`.

    Reading it gives `text` again, line breaks and tabs included; it must hold no character that XML cannot have.
    """
    return _XML.sub(lambda found: f"&#{ord(found[0])};", text)


def legible(words: str) -> str:
    r"""Return `words` with characters that XML cannot hold escaped, such as a control character as `\x07`."""
    return _NO_XML.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), words)


def safe_address(address: str) -> str:
    """Return `address` if it is a web address that a click may open, else an empty text.

    Some other addresses would run a program.
    """
    found = address.strip()
    plain = found.isprintable() and not any(letter in found for letter in ' "<>\\^`{|}')
    return found if plain and found.lower().startswith(("http://", "https://")) and len(found) < 2000 else ""


def markdown(text: object) -> str:
    """Return `text` for use in the Markdown of a Streamlit label, where it shows as itself.

    Every ASCII punctuation character gets a backslash (CommonMark 0.31, section 2.4). Streamlit then still looks
    for emoji codes and coloured text, `:name:`; an invisible word joiner after each colon prevents that.
    """
    one_line = " ".join(str(text).split())
    return _MARKDOWN.sub(r"\\\1", one_line).replace("\\:", "\\:\u2060")


def spreadsheet(text: str) -> str:
    """Return `text` for a cell of a CSV file, where a spreadsheet shows it as text and does not work it out.

    A leading apostrophe keeps what begins like a formula from being one (OWASP, "CSV Injection"); the signs in full
    width count as well. Excel passes over white space before it.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def template_environment(folder: Path) -> Environment:
    """Return a Jinja environment for the templates in `folder`, which passes every value through `html`."""
    # Imported here, for slides and sheets need no templates.
    from jinja2 import Environment, FileSystemLoader

    # finalize turns every value into Markup. Autoescape stays on all the same: it marks the output of macros
    # as Markup, which keeps that from being escaped a second time.
    return Environment(
        loader=FileSystemLoader(folder), autoescape=True, finalize=html, trim_blocks=True, lstrip_blocks=True
    )
