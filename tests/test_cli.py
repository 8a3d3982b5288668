"""The command line: most of it in the process of the tests, the last tests as people run it."""

import signal
import socket
import subprocess

import pytest

from app.cli import CHAPTERS
from app.settings import read_settings
from layers.sheet.atlas import By
from tests.command import PLANMAP, call, environment, one_line, planmap


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder for commands that leave it as it is, so that the user's plan is made once."""
    return tmp_path_factory.mktemp("data")


def test_check_counts_the_built_in_plan(data):
    result = call("check", folder=data)
    assert result.returncode == 0, result.stderr
    for line in (
        "任务：78",
        "已完成 1",
        "有佐证 24，尚无佐证 54",
        "地点：162，另有其点位与范围 4",
        "无坐标 17",
        "图层：15",
    ):
        assert line in result.stdout


def test_check_lists_every_fault_and_ends_with_1(data, plan_folder):
    path = plan_folder / "tasks.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",target,overall", ",wish,overall"), encoding="utf-8")
    result = call("check", str(plan_folder), folder=data)
    assert result.returncode == 1
    assert result.stdout.count("tasks.csv, ") == 6
    assert "tasks.csv, 2, kind: “wish”不是允许的值 → 可用值：" in result.stdout
    assert "6 处问题" in result.stdout
    assert result.stderr == ""


def test_copy_and_check_a_file(data, tmp_path, plan_folder):
    target = tmp_path / "计划 copy.gpkg"
    assert call("copy", "--plan", str(plan_folder), str(target), folder=data).returncode == 0
    result = call("check", "--plan", str(target), folder=data)
    assert result.returncode == 0
    assert "任务：78" in result.stdout
    assert "已经有内容" in one_line(call("copy", str(target), folder=data))


def test_check_a_database(data, empty_database_url):
    assert call("copy", empty_database_url, folder=data).returncode == 0
    assert "任务：78" in call("check", "--plan", empty_database_url, folder=data).stdout


@pytest.mark.parametrize("command", ["check", "serve"])
def test_a_plan_that_is_not_there(data, tmp_path, command):
    assert "找不到计划" in one_line(call(command, "--plan", str(tmp_path / "none"), folder=data))


def test_a_port_in_use(data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = one_line(call("serve", "--port", str(port), folder=data))
    assert f"端口 {port} 已被占用" in line
    assert f"--port {port + 1}" in line


def test_an_address_that_is_not_this_machines(data):
    assert "不能在 192.0.2.1" in one_line(call("serve", "--host", "192.0.2.1", folder=data))


def test_an_unwritable_data_directory(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for command in ("check", "serve"):
        assert "不可写" in one_line(call(command, folder=tmp_path / "file" / "data"))


def test_a_setting_that_cannot_be(data):
    line = one_line(call("check", folder=data, PLANMAP_TIANDITU_KEY="a-b"))
    assert "PLANMAP_TIANDITU_KEY" in line


@pytest.mark.parametrize(
    "address",
    ["map.example.cn", "ftp://map.example.cn", "https://", "https://me:secret@map.example.cn", "https://a b.cn",
     "https://map.example.cn/?a=b", "https://map.example.cn:99999", "https://x.cn/" + "a" * 200],
)  # fmt: skip
def test_a_public_address_that_phones_cannot_open(data, address):
    for command in ("check", "serve"):
        line = one_line(call(command, folder=data, PLANMAP_PUBLIC_URL=address))
        assert "PLANMAP_PUBLIC_URL" in line
        assert "https://" in line
        assert "secret" not in line


def nothing_in(folder):
    return sorted(path.name for path in folder.iterdir()) == []


@pytest.fixture
def out(tmp_path):
    """A folder of its own, where nothing but the file asked for may come to be."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


STARTS = {"png": b"\x89PNG\r", "pdf": b"%PDF-", "svg": b"<?xml", "tif": b"II*\0"}


@pytest.mark.parametrize("name", ["图.png", "map.PDF", "map.svg", "map.tif"])
def test_export_writes_a_file_and_the_table_of_a_small_sheet_into_one_of_its_own(data, out, name):
    result = call("export", "-o", str(out / name), "--paper", "A4", "--dpi", "50", folder=data)
    assert result.returncode == 0, result.stderr
    assert "1:200000" in result.stdout
    # A PDF holds both pages, and of a GeoTIFF only the first is a map with coordinates.
    second = name.replace(".", "-2.")
    expected = [name] if name.lower().endswith(("pdf", "tif")) else [name, second]
    assert sorted(path.name for path in out.iterdir()) == sorted(expected)
    assert (second in result.stdout) is (len(expected) == 2)
    for written in expected:
        assert (out / written).read_bytes().startswith(STARTS[name[-3:].lower()])


def test_export_of_the_map_alone_is_one_file(data, out):
    result = call("export", "-o", str(out / "map.svg"), "--paper", "A4", "--scale", "1:20万", "--bare", folder=data)
    assert result.returncode == 0, result.stderr
    assert [path.name for path in out.iterdir()] == ["map.svg"]
    svg = (out / "map.svg").read_text(encoding="utf-8")
    assert "1:200 000" in svg
    assert "图例" not in svg


def test_export_reads_scene_site_scale_title_and_language(data, tmp_path):
    scene = tmp_path / "scene.txt"
    scene.write_text("http://127.0.0.1:8501/?hide=metro-lines&date=2024-06-30\n", encoding="utf-8")
    out = tmp_path / "map.svg"
    asked = ["--scene", str(scene), "--site", "军粮城北站", "--paper", "297x400mm", "--orientation", "portrait"]
    asked += ["--scale", "1:50000", "--title", "站区 <现状>", "--lang", "en"]
    result = call("export", "-o", str(out), *asked, folder=data)
    assert result.returncode == 0, result.stderr
    svg = out.read_text(encoding="utf-8")
    for words in ("站区 &lt;现状&gt;", "As of 2024-06-30", "1:50 000", "Junliangcheng North", 'height="400mm"'):
        assert words in svg, words
    assert "Metro Line" not in svg


@pytest.mark.parametrize("asked", [["--site", "东丽湖", "--site", "军粮城北站"], ["--site", "东丽湖，军粮城北站"]])
def test_export_takes_several_sites_and_says_what_does_not_fit(data, out, asked):
    where = ["-o", str(out / "map.svg"), "--paper", "A4"]
    result = call("export", *where, *asked, folder=data)
    assert (result.returncode, result.stderr) == (0, "")
    assert "东丽湖、军粮城北站" in (out / "map.svg").read_text(encoding="utf-8")
    result = call("export", *where, *asked, "--scale", "1:10000", "--lang", "en", folder=data)
    assert result.returncode == 0
    assert "(1:10000" in result.stdout
    line = (
        "Not wholly on this sheet: Dongli Lake (all of it is outside), Junliangcheng North railway station (all of it"
    )
    assert result.stderr.startswith(line)


def test_export_takes_names_as_the_map_prints_them(data, out):
    for name, title in (
        ("金钟街道", "金钟街道（以银行网点代）"),
        ("外环线", "外环线（东南、东、东北段）"),
        ("南开区", "南开区"),
    ):
        result = call("export", "-o", str(out / "map.svg"), "--site", name, "--paper", "A4", folder=data)
        assert (result.returncode, result.stderr) == (0, "")
        assert f"<dc:title>{title} 1:" in (out / "map.svg").read_text(encoding="utf-8")


def test_atlas_writes_a_document(data, out):
    asked = ["--by", "theme", "--paper", "A4", "--scene", "theme=airport-economy"]
    result = call("atlas", "-o", str(out / "atlas.pdf"), *asked, folder=data)
    assert result.returncode == 0, result.stderr
    assert "3 页" in result.stdout
    assert [path.name for path in out.iterdir()] == ["atlas.pdf"]


def test_brief_writes_a_page(data, out):
    result = call("brief", "-o", str(out / "汇报.html"), "--deck", "district-briefing", folder=data)
    assert result.returncode == 0, result.stderr
    assert "10 页" in result.stdout
    assert [path.name for path in out.iterdir()] == ["汇报.html"]
    assert (out / "汇报.html").read_bytes().startswith(b"<!DOCTYPE html>")


REFUSED = [
    (["--site", "东丽"], "计划里没有地点“东丽”"),
    (["--site", "高新区"], "没有坐标"),
    (["--site", "未命名车站"], "rail-station-unnamed-1"),
    (["--site", "东丽湖,南开区"], "不能与其他地点同幅"),
    (["--site", "河北省"], "只在底图边上"),
    (["--site", "\udcff"], "计划里没有地点"),
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
]


@pytest.mark.parametrize(("asked", "words"), REFUSED)
def test_export_refuses_in_one_line_and_writes_nothing(data, out, asked, words):
    line = one_line(call("export", "-o", str(out / "map.png"), *asked, folder=data))
    assert words in line
    assert nothing_in(out)


@pytest.mark.parametrize(
    ("command", "name"),
    [("export", "map.gif"), ("export", "map"), ("atlas", "atlas.png"), ("brief", "deck.pptx"), ("slides", "deck.html")],
)
def test_a_kind_of_file_that_cannot_be_written_is_refused(data, out, command, name):
    assert "文件类型" in one_line(call(command, "-o", str(out / name), folder=data))
    assert nothing_in(out)


@pytest.mark.parametrize("command", ["export", "atlas"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(data, tmp_path, command):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.pdf").mkdir()
    for where in ("none/map.pdf", "file/map.pdf", "folder.pdf", f"{'x' * 300}.pdf", "a\x01/b.pdf"):
        one_line(call(command, "-o", str(tmp_path / where), folder=data))
    assert nothing_in(tmp_path / "folder.pdf")


def test_a_failed_export_leaves_the_old_file(data, tmp_path):
    out = tmp_path / "map.png"
    out.write_bytes(b"old")
    one_line(call("export", "-o", str(out), "--scale", "1:5000", folder=data))
    assert out.read_bytes() == b"old"


def test_a_resolution_that_is_no_number_is_refused(data, tmp_path):
    result = call("export", "-o", str(tmp_path / "map.png"), "--dpi", "nan", folder=data)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "map.png").exists()


def test_the_command_offers_the_chapters_that_there_are():
    assert tuple(By) == (*CHAPTERS, By.LIST)


# In processes of their own: one for each command, and what only a process can show. `serve` runs in tests/browser.


@pytest.mark.slow
def test_check_speaks_english(data):
    assert "Tasks: 78" in planmap("check", "--lang", "en", folder=data).stdout
    assert "Tasks: 78" in planmap("check", folder=data, PLANMAP_LANG="en").stdout


@pytest.mark.slow
def test_faults_end_a_process_with_1(tmp_path, plan_folder):
    (plan_folder / "tasks.csv").unlink()
    result = planmap("check", str(plan_folder), folder=tmp_path)
    assert result.returncode == 1
    assert result.stdout.startswith("tasks.csv: ")
    assert result.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "words"),
    [("copy", "找不到计划"), ("serve", "找不到计划"), ("atlas", "文件类型"), ("brief", "文件类型")],
)
def test_refusals_end_a_process_with_2(data, tmp_path, command, words):
    asked = ["-o", str(tmp_path / "no.such")] if command in ("atlas", "brief") else ["--plan", str(tmp_path / "none")]
    asked += [str(tmp_path / "copy.gpkg")] if command == "copy" else []
    assert words in one_line(planmap(command, *asked, folder=data))


@pytest.mark.slow
@pytest.mark.parametrize("asked", [["--title", "\udcff"], ["--title", "好🚄"]])
def test_bytes_of_no_encoding_reach_a_process_and_are_refused(data, out, asked):
    words = {tuple(given): said for given, said in REFUSED}[tuple(asked)]
    assert words in one_line(planmap("export", "-o", str(out / "map.png"), *asked, folder=data))
    assert nothing_in(out)


@pytest.mark.slow
def test_a_console_that_knows_no_chinese_is_told_what_it_can_show(data):
    result = planmap("check", folder=data, PYTHONIOENCODING="cp437")
    assert result.returncode == 0, result.stderr
    assert "78" in result.stdout
    assert "?" in result.stdout


@pytest.mark.slow
def test_a_process_exports_a_file(tmp_path, out):
    result = planmap("export", "-o", str(out / "图.png"), "--paper", "A4", "--dpi", "50", folder=tmp_path / "data")
    assert result.returncode == 0, result.stderr
    assert "1:200000" in result.stdout
    assert sorted(path.name for path in out.iterdir()) == ["图-2.png", "图.png"]
    assert (out / "图.png").read_bytes().startswith(STARTS["png"])


@pytest.mark.slow
def test_an_atlas_that_is_broken_off_leaves_nothing(tmp_path, out):
    command = [PLANMAP, "atlas", "-o", str(out / "atlas.pdf")]
    # A process inherits that SIGINT is ignored, as it is in a job in the background, and would not notice it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            command, env=environment(tmp_path / "data"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        # What it says first comes when the drawing begins.
        assert process.stderr.read(1)
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=120)
    assert process.returncode != 0
    assert b"Traceback" not in rest
    assert nothing_in(out)


def test_paths_of_the_settings_mean_the_same_in_any_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLANMAP_PLAN", "my-plan.gpkg")
    monkeypatch.setenv("PLANMAP_DATA_DIR", "data")
    settings = read_settings().anywhere()
    assert (settings.plan, settings.data_dir) == (str(tmp_path / "my-plan.gpkg"), tmp_path / "data")
    monkeypatch.setenv("PLANMAP_PLAN", "postgresql://reader@db.example.cn/land")
    assert read_settings().anywhere().plan == "postgresql://reader@db.example.cn/land"
    monkeypatch.delenv("PLANMAP_PLAN")
    assert read_settings().anywhere().plan == ""
