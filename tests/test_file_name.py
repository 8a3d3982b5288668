"""Names of downloaded files."""

import pytest

from app.file_name import file_name


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["东丽湖", "A3-横放", "1-50000"], "东丽湖_A3-横放_1-50000.png"),
        (["Dongli: 2024", "16:9 PPT"], "Dongli-2024_16-9 PPT.png"),
        (["CON.aux"], "CON-aux.png"),
        (["../../etc/passwd"], "etc-passwd.png"),
        (["a\r\nX-Header: 1"], "a X-Header-1.png"),
        (["abc\u202egnp.exe"], "abcgnp-exe.png"),
        (["???", ""], "-.png"),
    ],
)
def test_a_name_is_allowed_on_windows(parts, expected):
    assert file_name(parts, "png") == expected


def test_a_long_name_is_cut_where_it_says_least():
    name = file_name(["很长的标题" * 40, "A3-横放", "1-50000"], "pdf")
    assert len(name.encode()) <= 200
    assert name.startswith("很长的标题")
    assert name.endswith("_A3-横放_1-50000.pdf")
