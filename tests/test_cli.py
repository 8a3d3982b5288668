"""The command line as people run it: in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import CHAPTERS
from layers.sheet.atlas import By

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


def nothing_in(folder):
    return sorted(path.name for path in folder.iterdir()) == []


@pytest.mark.parametrize("name", ["图.png", "map.PDF", "map.svg"])
def test_export_writes_one_file(tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    result = planmap("export", "-o", str(out / name), "--paper", "A4", "--dpi", "50", folder=tmp_path / "data")
    assert result.returncode == 0, result.stderr
    assert "1:200000" in result.stdout
    assert [path.name for path in out.iterdir()] == [name]
    start = (out / name).read_bytes()[:5]
    assert start in (b"\x89PNG\r", b"%PDF-", b"<?xml")


def test_export_reads_scene_site_scale_title_and_language(tmp_path):
    scene = tmp_path / "scene.txt"
    scene.write_text("http://127.0.0.1:8501/?hide=metro-lines&date=2024-06-30\n", encoding="utf-8")
    out = tmp_path / "map.svg"
    asked = ["--scene", str(scene), "--site", "军粮城北站", "--paper", "297x400mm", "--orientation", "portrait"]
    asked += ["--scale", "1:50000", "--title", "站区 <现状>", "--lang", "en"]
    result = planmap("export", "-o", str(out), *asked, folder=tmp_path / "data")
    assert result.returncode == 0, result.stderr
    svg = out.read_text(encoding="utf-8")
    for words in ("站区 &lt;现状&gt;", "As of 2024-06-30", "1:50 000", "Junliangcheng North", 'height="400mm"'):
        assert words in svg, words
    assert "Metro Line" not in svg


def test_atlas_writes_a_document(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    asked = ["--by", "theme", "--paper", "A4", "--scene", "theme=airport-economy"]
    result = planmap("atlas", "-o", str(out / "atlas.pdf"), *asked, folder=tmp_path / "data")
    assert result.returncode == 0, result.stderr
    assert "3 页" in result.stdout
    assert [path.name for path in out.iterdir()] == ["atlas.pdf"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--site", "东丽"], "计划里没有地点“东丽”"),
        (["--site", "高新区"], "没有坐标"),
        (["--scale", "fifty"], "不是比例尺"),
        (["--scale", "1:5000"], "放不下"),
        (["--paper", "B5"], "不是纸张"),
        (["--paper", "20x20mm"], "超出可用范围"),
        (["--scene", "theme=none"], "计划里没有领域"),
        (["--scene", "date=2026-02-30"], "无法理解"),
        (["--scene", "no-such-file"], "不是场景"),
        (["--title", "好🚄"], "U+1F684"),
        (["--title", "x" * 500], "标题过长"),
        (["--title", "\udcff"], "U+DCFF"),
        (["--scene", "site=\udcff"], "不是场景"),
        (["--dpi", "1200", "--paper", "A1"], "百万像素"),
        (["--plan", "nowhere"], "找不到计划"),
    ],
)
def test_export_refuses_in_one_line_and_writes_nothing(tmp_path, asked, words):
    out = tmp_path / "out"
    out.mkdir()
    line = one_line(planmap("export", "-o", str(out / "map.png"), *asked, folder=tmp_path / "data"))
    assert words in line
    assert nothing_in(out)


@pytest.mark.parametrize(("command", "name"), [("export", "map.gif"), ("export", "map"), ("atlas", "atlas.png")])
def test_a_kind_of_file_that_cannot_be_written_is_refused(tmp_path, command, name):
    out = tmp_path / "out"
    out.mkdir()
    assert "文件类型" in one_line(planmap(command, "-o", str(out / name), folder=tmp_path / "data"))
    assert nothing_in(out)


@pytest.mark.parametrize("command", ["export", "atlas"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path, command):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.pdf").mkdir()
    for where in ("none/map.pdf", "file/map.pdf", "folder.pdf", f"{'x' * 300}.pdf", "a\x01/b.pdf"):
        one_line(planmap(command, "-o", str(tmp_path / where), folder=tmp_path / "data"))
    assert nothing_in(tmp_path / "folder.pdf")


def test_a_failed_export_leaves_the_old_file(tmp_path):
    out = tmp_path / "map.png"
    out.write_bytes(b"old")
    one_line(planmap("export", "-o", str(out), "--scale", "1:5000", folder=tmp_path / "data"))
    assert out.read_bytes() == b"old"


def test_a_resolution_that_is_no_number_is_refused(tmp_path):
    result = planmap("export", "-o", str(tmp_path / "map.png"), "--dpi", "nan", folder=tmp_path / "data")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "map.png").exists()


def test_an_atlas_that_is_broken_off_leaves_nothing(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    command = [PLANMAP, "atlas", "-o", str(out / "atlas.pdf")]
    environment = {**os.environ, "PLANMAP_DATA_DIR": str(tmp_path / "data"), "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        # What it says first comes when the drawing begins.
        assert process.stderr.read(1)
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert process.returncode != 0
    assert b"Traceback" not in rest
    assert nothing_in(out)


def test_the_command_offers_the_chapters_that_there_are():
    assert tuple(By) == CHAPTERS
