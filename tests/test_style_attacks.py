"""Files of styles that mean harm, or are broken: each ends in a clear message, and nothing else is read or asked."""

from __future__ import annotations

import random
import socket
import sqlite3
from pathlib import Path

import pytest

from geo.errors import PlanMapError
from geo.foreign import style_xml
from layers.own.foreign_style import read_style
from layers.own.qml_writing import to_qml
from layers.own.style_element import not_taken_words
from layers.own.suggestion import default_style
from layers.translation import LANGUAGES, translation

pytestmark = pytest.mark.slow

WORDS = "the words of another file"


def refused(path: Path, *codes: str) -> PlanMapError:
    with pytest.raises(PlanMapError) as caught:
        read_style(path, "area")
    assert caught.value.code in codes, caught.value
    for language in LANGUAGES:
        said = translation(language).explain(caught.value)
        assert WORDS not in said
        assert caught.value.code not in said
    return caught.value


@pytest.mark.parametrize("code", ["utf-8", "utf-16", "gb18030"])
def test_entities_are_never_read(code: str, tmp_path: Path) -> None:
    other = tmp_path / "secret.txt"
    other.write_text(WORDS)
    path = tmp_path / "x.qml"
    many = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10))
    declared = '<?xml version="1.0" encoding="gb18030"?>' if code == "gb18030" else ""
    for doctype in (
        f'<!DOCTYPE qgis [<!ENTITY e SYSTEM "{other.as_uri()}">]>',
        f'<!DOCTYPE qgis [<!ENTITY % p SYSTEM "{other.as_uri()}"> %p;]>',
        f'<!DOCTYPE qgis [<!ENTITY a "aaaaaaaaaa">{many}]>',
    ):
        path.write_text(f'{declared}{doctype}<qgis a="&e;"><labeling>&k;&e;</labeling></qgis>', encoding=code)
        refused(path, "style-entities")
    # One that nobody declares, and that an external subset could.
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/qgis.dtd"
        path.write_text(f'{declared}<!DOCTYPE qgis SYSTEM "{address}"><qgis>&e;</qgis>', encoding=code)
        refused(path, "style-entities", "style-damaged")
        with pytest.raises(TimeoutError):
            server.accept()


def test_nonsense_ends_soon(tmp_path: Path) -> None:
    path = tmp_path / "x.qml"
    path.write_bytes(b"<qgis>" + b"x" * 50 * 2**20)
    refused(path, "style-file-large")
    chance = random.Random(1)  # noqa: S311 - not for secrets
    path.write_bytes(chance.randbytes(50 * 2**20))
    refused(path, "style-file-kind")
    path.write_bytes(b"<" + chance.randbytes(2**20))
    refused(path, "style-damaged")
    path.write_bytes(b"<qgis>" + b"<a>" * 1_000_000)
    refused(path, "style-file-complex")
    path.write_bytes(b"<qgis>" + b"<labeling/>" * 1_000_000)
    refused(path, "style-file-complex")
    path.write_bytes(b"<qgis><labeling>" + b"<a b='" + b"x" * 15 * 2**20 + b"'/></labeling></qgis>")
    assert read_style(path, "area").not_taken
    path.write_bytes(b"<qgis>" + (b"<labeling a='" + b"x" * 10_000 + b"'/>") * 1_500 + b"</qgis>")
    refused(path, "style-file-large")
    path.write_bytes(b"<html><body/></html>")
    refused(path, "style-file-kind")
    path.write_bytes(b"")
    refused(path, "foreign-empty")
    refused(tmp_path / "missing.qml", "foreign-missing")
    refused(tmp_path, "foreign-not-a-file", "foreign-unreadable")


def test_a_package_of_styles_that_mean_harm(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (styleQML TEXT)")
        connection.execute(
            "CREATE VIEW layer_styles AS SELECT '' AS f_table_name, '' AS styleName, 1 AS useAsDefault, styleQML, "
            "'' AS styleSLD FROM other"
        )
    connection.close()
    refused(path, "style-none")
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE layer_styles (f_table_name, styleName, useAsDefault, styleQML, styleSLD)")
        connection.executemany(
            "INSERT INTO layer_styles VALUES (?, ?, ?, ?, ?)",
            [("a", f"<img onerror=x>{number}", 0, "<qgis>" + "x" * 2**20, None) for number in range(60)],
        )
    connection.close()
    refused(path, "style-damaged", "style-file-large")
    path.write_bytes(path.read_bytes()[:5000])
    refused(path, "foreign-damaged", "style-none")


def test_files_cut_off_or_with_bits_turned_are_styles_or_clear_errors(tmp_path: Path) -> None:
    whole = to_qml(default_style("area"), "area").encode()
    chance = random.Random(3)  # noqa: S311 - not for secrets
    path = tmp_path / "x.qml"
    for number in range(300):
        data = bytearray(whole[: chance.randrange(len(whole))] if number % 3 == 0 else whole)
        for _ in range(chance.randrange(1, 4) if data else 0):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            (found,) = style_xml.read({"source": str(path), "name": "x"}, lambda share: None)["styles"]
        except PlanMapError as error:
            assert error.code.startswith(("style-", "foreign-"))  # noqa: PT017 - or it is a style
        else:
            assert found["form"] == "qml"


def test_names_in_a_style_are_words_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "x.qml"
    bad = "&lt;img src=x onerror=alert(1)&gt;\u202e"
    path.write_text(f'<qgis><renderer-v2 type="{bad}"/></qgis>')
    (lost,) = read_style(path, "area").not_taken
    assert "\u202e" not in lost.detail
    assert "<img src=x onerror=alert(1)>" in not_taken_words(lost, translation("en"))
