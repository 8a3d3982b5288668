"""Texts on a console, where a Chinese character is two columns wide: tables, and the help of commands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import combining, east_asian_width

import click

from app import click_words
from app.settings import read_settings
from geo.errors import PlanMapError
from layers.plan.fault import printable
from layers.translation import LANGUAGES, translation


def _environment_language() -> str:
    try:
        return read_settings().lang
    except PlanMapError:
        # The command itself says later which setting is wrong, and needs a language for that.
        return LANGUAGES[0]


HELP = translation(_environment_language())
"""Texts of the help. They are made when the module is imported, so they follow the environment and not --lang."""

NO_START = "，。、；：！？）”’》】…,.;:!?)]"
"""What may not stand at the beginning of a line."""
NO_END = "（“‘《【(["
"""What may not stand at the end of a line."""

_WORD = re.compile(r"\s+|[!-~]+|.", re.DOTALL)
_SENTENCE = re.compile(r".*?(?:。|[.!?](?=\s|$))", re.DOTALL)


def columns(text: str) -> int:
    """Return how many columns of a console a text takes."""
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def filled(text: str, width: int) -> str:
    """Return a text with spaces behind it, up to a width in columns."""
    return text + " " * (width - columns(text))


def table_lines(heading: str, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table with a heading in harmless text; two spaces are between the columns of both."""
    lines = [heading.split("  "), *([printable(cell, limit=len(cell)) for cell in row] for row in rows)]
    widths = [max(map(columns, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(filled(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip()


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text that take `width` columns at most; only a word that is longer takes more."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and columns((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, with the full stop that ends it in Chinese and without that of English."""
    plain = " ".join(text.split())
    found = _SENTENCE.match(plain)
    return (found[0] if found else plain).removesuffix(".")


class Formatter(click.HelpFormatter):
    """The help of a command in lines as wide as the console shows them."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        head = f"{HELP('console.usage') if prefix is None else prefix}{prog} "
        lines = wrapped(args, max(self.width - columns(head), 20)) or [""]
        self.write("\n".join((head if n == 0 else " " * columns(head)) + line for n, line in enumerate(lines)).rstrip())
        self.write("\n")

    def write_heading(self, heading: str) -> None:
        """Write a heading with the colon of the language."""
        self.write(f"{' ' * self.current_indent}{heading}{HELP('console.colon')}\n")

    def write_text(self, text: str) -> None:
        """Write a text of paragraphs, between which are empty lines."""
        indent = " " * self.current_indent
        paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
        lines = [[indent + line for line in wrapped(part, self.width - len(indent))] for part in paragraphs]
        self.write("\n\n".join("\n".join(part) for part in lines) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms with what each means beside it, or below it if the term is long."""
        listed = list(rows)
        first = min(max((columns(term) for term, _ in listed), default=0), col_max) + col_spacing
        indent, behind = " " * self.current_indent, " " * (self.current_indent + first)
        for term, meaning in listed:
            lines = wrapped(meaning, max(self.width - len(behind), 10))
            if lines and columns(term) <= first - col_spacing:
                self.write(f"{indent}{filled(term, first)}{lines.pop(0)}\n")
            else:
                self.write(f"{indent}{term}\n")
            for line in lines:
                self.write(f"{behind}{line}\n")


class Group(click.Group):
    """A group whose help lists each command with the whole first sentence of its own help."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, first_sentence(each.help or "")) for name, each in found if each is not None and not each.hidden]
        if rows:
            with formatter.section(HELP("console.commands")):
                formatter.write_dl(rows)


def _pieces(text: str) -> Iterator[str]:
    """Yield what no line may end within: a word, or a character of Chinese, with the signs that belong to it."""
    piece = ""
    for token in _WORD.findall(text):
        ends = piece and piece.rstrip()[-1:] not in tuple(NO_END)
        if token.isspace():
            piece += " "
        elif ends and token[0] not in NO_START and not _are_one(piece, token):
            yield piece
            piece = token
        else:
            piece += token
    if piece:
        yield piece


def _are_one(before: str, token: str) -> bool:
    """Whether no line may end between two tokens: letters of other scripts than Chinese are words too."""
    return all(sign.isalnum() and east_asian_width(sign) not in "WF" for sign in (before[-1], token[0]))


click_words.use(HELP)
# The one that a command makes its help with, whatever module it is in.
click.Context.formatter_class = Formatter
