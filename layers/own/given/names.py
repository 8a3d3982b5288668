"""Names of fields where a format has its own rules for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

DBF_BYTES = 10
"""Bytes of the longest name of a field in a Shapefile."""


def cut_to(text: str, most: int, encoding: str) -> str:
    """Return as many whole characters of `text` as go into `most` bytes of an encoding."""
    data = text.encode(encoding, "replace")
    return text if len(data) <= most else data[:most].decode(encoding, "ignore")


def short_names(names: Sequence[str], encoding: str, most: int = DBF_BYTES) -> list[str]:
    """Return a name of at most `most` bytes for each field; two never have the same, whatever the case of letters."""
    taken, found = set[str](), []
    for number, name in enumerate(names, 1):
        own = "".join(letter if letter.isprintable() else "_" for letter in name).strip() or f"field{number}"
        short, again = cut_to(own, most, encoding).strip() or f"field{number}", 1
        while short.casefold() in taken or not short:
            again += 1
            end = f"_{again}"
            short = cut_to(own, most - len(end), encoding).rstrip() + end
        taken.add(short.casefold())
        found.append(short)
    return found


def free_name(wanted: str, names: Iterable[str]) -> str:
    """Return `wanted`, or with a number after it where a field has that name already."""
    taken, name, again = {name.casefold() for name in names}, wanted, 1
    while name.casefold() in taken:
        again += 1
        name = f"{wanted}_{again}"
    return name
