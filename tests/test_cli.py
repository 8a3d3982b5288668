"""The command line as people run it: in a process of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PLANMAP = Path(sys.executable).with_name("planmap")


def planmap(*arguments, folder, **environment):
    return subprocess.run(
        [PLANMAP, *arguments],
        env={**os.environ, "PLANMAP_DATA_DIR": str(folder), "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def one_line(result):
    assert result.returncode == 2, result
    assert result.stdout == ""
    line = result.stderr.strip()
    assert "\n" not in line
    assert " → " in line
    return line


def test_check_counts_the_built_in_plan(tmp_path):
    result = planmap("check", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    for line in ("任务：78", "已完成 1", "有佐证 24，尚无佐证 54", "地点：165", "无坐标 17", "图层：15"):
        assert line in result.stdout


def test_check_speaks_english(tmp_path):
    assert "Tasks: 78" in planmap("check", "--lang", "en", folder=tmp_path).stdout
    assert "Tasks: 78" in planmap("check", folder=tmp_path, PLANMAP_LANG="en").stdout


def test_check_lists_every_fault_and_ends_with_1(tmp_path, plan_folder):
    path = plan_folder / "tasks.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",target,overall", ",wish,overall"), encoding="utf-8")
    result = planmap("check", str(plan_folder), folder=tmp_path)
    assert result.returncode == 1
    assert result.stdout.count("tasks.csv, ") == 6
    assert "tasks.csv, 2, kind: “wish”不是允许的值 → 可用值：" in result.stdout
    assert "6 处问题" in result.stdout
    assert result.stderr == ""


def test_copy_and_check_a_file(tmp_path, plan_folder):
    target = tmp_path / "计划 copy.gpkg"
    assert planmap("copy", "--plan", str(plan_folder), str(target), folder=tmp_path).returncode == 0
    result = planmap("check", "--plan", str(target), folder=tmp_path)
    assert result.returncode == 0
    assert "任务：78" in result.stdout
    assert "已经有内容" in one_line(planmap("copy", str(target), folder=tmp_path))


def test_check_a_database(tmp_path, empty_database_url):
    assert planmap("copy", empty_database_url, folder=tmp_path).returncode == 0
    assert "任务：78" in planmap("check", "--plan", empty_database_url, folder=tmp_path).stdout


@pytest.mark.parametrize("command", ["check", "serve"])
def test_a_plan_that_is_not_there(tmp_path, command):
    assert "找不到计划" in one_line(planmap(command, "--plan", str(tmp_path / "none"), folder=tmp_path))


def test_a_port_in_use(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = one_line(planmap("serve", "--port", str(port), folder=tmp_path))
    assert f"端口 {port} 已被占用" in line
    assert f"--port {port + 1}" in line


def test_an_address_that_is_not_this_machines(tmp_path):
    assert "不能在 192.0.2.1" in one_line(planmap("serve", "--host", "192.0.2.1", folder=tmp_path))


def test_an_unwritable_data_directory(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for command in ("check", "serve"):
        assert "不可写" in one_line(planmap(command, folder=tmp_path / "file" / "data"))


def test_a_setting_that_cannot_be(tmp_path):
    line = one_line(planmap("check", folder=tmp_path, PLANMAP_TIANDITU_KEY="a-b"))
    assert "PLANMAP_TIANDITU_KEY" in line
