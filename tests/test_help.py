"""What the command line says of itself: whole, within 80 columns, and in the language of the user."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from app.cli import main
from app.click_words import WORDS
from app.console import NO_START, Group, columns, first_sentence, table_lines, wrapped
from layers.translation import translation

ZH, EN = translation("zh"), translation("en")
WIDTH = 80


def commands(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from commands(each, *path, name)


ALL = dict(commands(main))


def said(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments, terminal_width=None)
    return result.output


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_fits_a_console(path):
    lines = said(*path, "--help").splitlines()
    assert lines[0].startswith("用法：")
    assert [line for line in lines if columns(line) > WIDTH] == []
    for english in ("Options", "Commands", "Usage", "Show", "default:", "required"):
        assert not any(line.strip().startswith(english) for line in lines)


@pytest.mark.parametrize("path", [path for path, each in ALL.items() if isinstance(each, click.Group)], ids=" ".join)
def test_a_group_lists_each_command_with_its_whole_first_sentence(path):
    group = ALL[path]
    assert isinstance(group, Group)
    listed = "".join(said(*path, "--help").partition("命令：")[2].split())
    for name, each in group.commands.items():
        assert each.help
        assert name + "".join(first_sentence(each.help).split()) in listed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["layer", "style", "--hepl"], "没有选项 '--hepl'。 （是不是其中之一："),
        (["layer", "style"], "缺少参数 'NAME'"),
        (["layer", "style"], "运行 main layer style --help 查看说明。"),
        (["layer", "nothing"], "没有命令 'nothing'"),
        (["layer", "style", "a", "b"], "多出了参数（b）"),
        (["layer", "style", "a", "--classes", "99"], "99 不在范围 2<=x<=12 内"),
        (["layer", "style", "a", "--classes", "x"], "'x' 不是可用的数值"),
        (["layer", "style", "a", "--method", "x"], "'x' 不在可用的值之中"),
        (["layer", "style", "a", "--file"], "选项 '--file' 后面要有值"),
        (["layer", "style", "a", "--single=1"], "选项 '--single' 后面不带值"),
        (["layer", "export", "a"], "缺少选项 '-o' / '--output'"),
    ],
)
def test_what_click_refuses_it_refuses_in_chinese(arguments, words):
    refused = said(*arguments)
    assert words in refused
    assert "错误：" in refused
    assert "Error" not in refused


def test_click_says_what_is_translated_and_in_english_just_that():
    modules = [each for each in vars(click).values() if isinstance(each, ModuleType)]
    source = "".join(map(inspect.getsource, modules))
    for english, key in WORDS.items():
        assert f'"{english}"'.replace("\n", "\\n").replace("\t", "\\t") in source
        assert EN(key) == english
        assert ZH(key) != english


@given(st.text("汉字，。（）（“”ab .-é" + "1", max_size=80), st.integers(8, 30))
def test_wrapped_lines_are_as_wide_as_they_may_be_and_lose_nothing(text, width):
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        # What belongs together may be wider than a line, and stands in it alone.
        assert columns(line) <= width or len(wrapped(line, 1)) == 1
    for line in lines[1:]:
        assert line[0] not in NO_START or line[0].isspace()


def test_a_table_is_in_columns_whatever_is_in_it():
    rows = list(table_lines("编号  名称  a", [["x", "东丽湖", "1"], ["xyz", "b\x07", "2"]]))
    assert rows == ["编号  名称    a", "x     东丽湖  1", "xyz   b\\x07   2"]


def test_a_sentence_ends_where_it_ends():
    assert first_sentence("写成 .qml 文件。其余照旧。") == "写成 .qml 文件。"
    assert first_sentence("Write a .qml file. The rest\nstays.") == "Write a .qml file"
    assert first_sentence("no end") == "no end"
