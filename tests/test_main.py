"""The command line: what each command prints and writes, and how it refuses."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.numpy import load_file

import main
from engine.commands.window import has_display
from engine.trace.file import read_recording, write_recording
from engine.trace.outcome import OutcomeKind
from tests.support.programs import ROOT, run_chainrule
from tests.support.recordings import STARTER, starter_recording

FAILING = "import torch\n\na = torch.ones(2, 3)\nprint('before')\nb = a @ torch.ones(2, 3)\nprint('after')\n"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "run.chainrule"
    write_recording(path, starter_recording())
    return path


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(STARTER + "print('the end')\n")
    return path


def call(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Call the command line in this process."""
    try:
        code = main.main([str(word) for word in words])
    except SystemExit as ended:
        code = int(ended.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


REFUSALS = {
    "no such program": ("record {folder}/none.py -o {folder}/x.chainrule", "There is no file .*none.py"),
    "program is a folder": ("record {folder} -o {folder}/x.chainrule", "is a folder"),
    "program is no text": ("record {folder}/binary.py -o {folder}/x.chainrule", "is no Python text"),
    "no output": ("record {program}", "-o/--output"),
    "output has another ending": ("record {program} -o {folder}/x.txt", "must end in .chainrule"),
    "output folder is missing": ("record {program} -o {folder}/none/x.chainrule", "folder .* does not exist"),
    "output is a folder": ("record {program} -o {folder}/folder.chainrule", "is a folder"),
    "unknown device": ("record {program} -o {saved} --device tpu", "must be cpu, cuda, cuda:N, mps or auto, not 'tpu'"),
    "strange device": ("record {program} -o {saved} --device cuda:-1", "not 'cuda:-1'"),
    "unknown values": ("record {program} -o {saved} --values some", "--values"),
    "no time": ("record {program} -o {saved} --time-limit 0", "positive number of seconds, not '0'"),
    "endless time": ("record {program} -o {saved} --time-limit inf", "positive number of seconds, not 'inf'"),
    "no memory": ("record {program} -o {saved} --memory-limit 0", "megabytes, not '0'"),
    "no steps": ("record {program} -o {saved} --step-limit 0", "steps, not '0'"),
    "memory in words": ("record {program} -o {saved} --memory-limit much", "megabytes, not 'much'"),
    "no such recording": ("inspect {folder}/none.chainrule", "There is no file"),
    "not a recording": ("inspect {program}", "is not a Chainrule recording"),
    "damaged recording": ("inspect {damaged} --json", r"damaged.chainrule is damaged at byte \d+"),
    "newer recording": ("inspect {newer}", "newer version"),
    "recording is a folder": ("inspect {folder}", "is a folder"),
    "unknown format": ("render {saved} -o {folder}/x.bmp", "must end in one of .png"),
    "no format": ("render {saved} -o {folder}/x", "must end in one of .png"),
    "picture is a folder": ("render {saved} -o {folder}/folder.svg", "folder.svg is a folder"),
    "picture folder is missing": ("render {saved} -o {folder}/none/x.pdf", "folder .* does not exist"),
    "picture is a loop": ("render {saved} -o {folder}/loop.png", "is a link that leads to itself"),
    "picture has a long name": ("render {saved} -o {folder}/" + "n" * 300 + ".svg", "File name too long"),
    "tensors with another ending": ("inspect {saved} --tensors {folder}/x.txt", "must end in .safetensors"),
    "tensors are a folder": ("inspect {saved} --tensors {folder}/folder.safetensors", "is a folder"),
    "tensors in no folder": ("inspect {saved} --tensors {folder}/none/x.safetensors", "folder .* does not exist"),
    "tensors of no step": ("inspect {saved} --tensors {folder}/x.safetensors --step 9", "step 9; the last one is 8"),
    "tensors of no value": ("inspect {saved} --tensors {folder}/x.safetensors --take 10", "value 10; there are 10"),
    "tensors of nobody": ("inspect {saved} --tensors {folder}/x.safetensors --take some", "or the id of one value"),
    "tensors without any": ("inspect {saved} --tensors {folder}/x.safetensors --take parameters", "There is no such"),
    "tensors and json": ("inspect {saved} --tensors {folder}/x.safetensors --json", "not allowed with"),
    "a step of a summary": ("inspect {saved} --step 3", "go with --tensors"),
    "tensors of a damaged recording": ("inspect {damaged} --tensors {folder}/x.safetensors", "is damaged"),
    "no scale": ("render {saved} -o {folder}/x.png --scale 0", "positive number, not '0'"),
    "scale in words": ("render {saved} -o {folder}/x.png --scale big", "positive number, not 'big'"),
    "scale nan": ("render {saved} -o {folder}/x.png --scale nan", "positive number, not 'nan'"),
    "negative step": ("render {saved} -o {folder}/x.svg --step -1", "from 0 on, not '-1'"),
    "step too far": ("render {saved} -o {folder}/x.svg --step 9", "There is no step 9; the last one is 8"),
    "unknown theme": ("render {saved} -o {folder}/x.svg --theme blue", "'blue'"),
    "draws over its source": ("render {folder}/drawing.json -o {folder}/drawing.json", "would overwrite"),
    "renders a damaged recording": ("render {damaged} -o {folder}/x.svg", "is damaged"),
    "opens nothing": ("{folder}/none.py", "There is no file"),
    "opens something else": ("{folder}/drawing.json", "neither a program .* nor a recording"),
    "opens a damaged recording": ("{damaged}", "is damaged"),
    "unknown option": ("--wrong", "--wrong"),
    "doctor takes nothing": ("doctor now", "now"),
}


@pytest.mark.parametrize(("line", "reason"), REFUSALS.values(), ids=REFUSALS.keys())
def test_wrong_usage_is_one_sentence_and_changes_nothing(
    tmp_path: Path, saved: Path, program: Path, capsys: pytest.CaptureFixture[str], line: str, reason: str
) -> None:
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00\x81")
    for ending in ("chainrule", "svg", "safetensors"):
        (tmp_path / f"folder.{ending}").mkdir()
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    (tmp_path / "drawing.json").write_text("{}")
    content = bytearray(saved.read_bytes())
    (tmp_path / "newer.chainrule").write_bytes(content[:9] + b"\x07\x00" + content[11:])
    content[600] ^= 1
    (tmp_path / "damaged.chainrule").write_bytes(content)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    names = {"folder": tmp_path, "saved": saved, "program": program}
    names |= {name: tmp_path / f"{name}.chainrule" for name in ("damaged", "newer")}

    code, out, err = call(capsys, *line.format(**names).split())

    assert code == 2
    assert out == ""
    assert re.search(reason, err), err
    assert err.endswith(".\n")
    assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_inspect_tells_a_person_what_is_there(saved: Path) -> None:
    done = run_chainrule("inspect", saved)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "Outcome   Finished in 3.1 ms." in lines
    assert "Steps     9, 4 forward, 5 backward, 0 optimizer" in lines
    assert "2     forward   relu            4     4.1 µs  y [3] f32" in lines


def test_inspect_as_json(saved: Path) -> None:
    done = run_chainrule("inspect", saved, "--json", LC_ALL="C", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["format"], told["version"]) == ("chainrule-inspect", 1)
    assert told["program"] == STARTER
    assert [step["name"] for step in told["steps"]][:4] == ["mul", "add", "relu", "sum"]


def test_inspect_writes_tensors(saved: Path, tmp_path: Path) -> None:
    output = tmp_path / "values.safetensors"
    done = run_chainrule("inspect", saved, "--tensors", output)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Wrote 4 values to {output}.\n"
    assert load_file(output)["x.grad"].tolist() == [2, 0, 2]
    assert run_chainrule("inspect", saved, "--tensors", output, "--step", "2").returncode == 0
    assert load_file(output).keys() == {"x", "y"}
    assert run_chainrule("inspect", saved, "--tensors", output, "--take", "7").returncode == 0
    assert {key: array.tolist() for key, array in load_file(output).items()} == {"value_7": [1, 0, 1]}


def test_a_reader_that_leaves_early_is_no_error(saved: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        import subprocess

        words = [sys.executable, "main.py", "inspect", str(saved)]
        done = subprocess.run(words, stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("graph.png", b"\x89PNG\r\n"),
        ("graph.svg", b"<svg "),
        ("graph.pdf", b"%PDF-"),
        ("graph.dot", b"digraph"),
        ("graph.mmd", b""),
        ("graph.graphml", b"<?xml"),
        ("graph.json", b"{"),
        ("GRAPH.PNG", b"\x89PNG\r\n"),
    ],
)
def test_render_draws_a_recording_in_every_format(saved: Path, tmp_path: Path, name: str, beginning: bytes) -> None:
    picture = tmp_path / name
    done = run_chainrule("render", saved, "-o", picture, "--step", "5", "--theme", "dark")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert picture.read_bytes().startswith(beginning)
    assert picture.stat().st_size > 100
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, saved.name])


def test_a_picture_that_is_too_large_leaves_the_old_one(saved: Path, tmp_path: Path) -> None:
    picture = tmp_path / "old.png"
    picture.write_bytes(b"old")
    done = run_chainrule("render", saved, "-o", picture, "--scale", "5000")
    assert done.returncode == 2
    assert re.fullmatch(r"chainrule: .*scale.*\.\n", done.stderr), done.stderr
    assert picture.read_bytes() == b"old"


def test_scale_and_step_change_the_picture(saved: Path, tmp_path: Path) -> None:
    sizes, contents = [], []
    for number, words in enumerate(([], ["--scale", "1"], ["--step", "0"])):
        picture = tmp_path / f"{number}.png"
        assert run_chainrule("render", saved, "-o", picture, *words).returncode == 0
        contents.append(picture.read_bytes())
        sizes.append(int.from_bytes(contents[-1][16:20], "big"))
    assert sizes[0] == pytest.approx(2 * sizes[1], abs=2)
    assert sizes[2] == sizes[0]
    assert contents[2] != contents[0]


def test_without_a_display_the_window_is_refused(program: Path) -> None:
    if not has_display(sys.platform, {}):
        done = run_chainrule(program)
        assert done.returncode == 2
        assert done.stderr.startswith("chainrule: There is no display")
        assert done.stderr.count("\n") == 1
    assert has_display("win32", {})
    assert has_display("darwin", {})
    assert not has_display("linux", {"DISPLAY": ""})
    assert has_display("linux", {"WAYLAND_DISPLAY": "wayland-0"})


@pytest.mark.parametrize(
    "words", [["--help"], ["record", "--help"], ["inspect", "-h"], ["render", "-h"], ["doctor", "-h"]]
)
def test_help_is_at_hand(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    code, out, err = call(capsys, *words)
    assert (code, err) == (0, "")
    assert out.startswith("usage: chainrule")


@pytest.mark.worker
def test_record_keeps_the_run_and_passes_its_output_on(program: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.chainrule"
    done = run_chainrule("record", program, "-o", output)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "the end\n"
    outcome, summary = done.stderr.splitlines()
    assert outcome.startswith("Finished in ")
    assert re.fullmatch(r"Recorded 4 forward, 5 backward and 0 optimizer steps, \d+ values .* to .*\.", summary)
    recording = read_recording(output)
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert [step.name for step in recording.steps[:4]] == ["mul", "add", "relu", "sum"]


@pytest.mark.worker
def test_a_program_that_fails_is_recorded_up_to_the_fault(tmp_path: Path) -> None:
    program, output = tmp_path / "failing.py", tmp_path / "out.chainrule"
    program.write_text(FAILING)
    done = run_chainrule("record", program, "-o", output)
    assert done.returncode == 1
    assert done.stdout == "before\n"
    assert "line 5" in done.stderr
    recording = read_recording(output)
    assert (recording.outcome.kind, recording.outcome.line) == (OutcomeKind.FAILED, 5)
    assert [failure.name for failure in recording.failures] == ["matmul"]

    picture = tmp_path / "failing.svg"
    done = run_chainrule("render", program, "-o", picture)
    assert done.returncode == 1
    assert picture.read_bytes().startswith(b"<svg ")


@pytest.mark.worker
def test_limits_and_values_reach_the_worker(tmp_path: Path) -> None:
    program, output = tmp_path / "endless.py", tmp_path / "out.chainrule"
    program.write_text("import torch\nx = torch.ones(3)\ny = x + 1\nwhile True: pass\n")
    done = run_chainrule("record", program, "-o", output, "--time-limit", "1", "--values", "none")
    assert done.returncode == 1
    assert "time limit" in done.stderr
    recording = read_recording(output)
    assert recording.outcome.kind is OutcomeKind.TIMED_OUT
    assert len(recording) == 1
    assert recording.array(recording.steps[0].outputs[0]) is None


@pytest.mark.worker
def test_a_missing_device_is_refused_before_anything_is_written(program: Path, tmp_path: Path) -> None:
    done = run_chainrule("record", program, "-o", tmp_path / "x.chainrule", "--device", "cuda:99")
    assert done.returncode == 2
    assert re.fullmatch(r"chainrule: .*cuda:99.*\.\n", done.stderr), done.stderr
    assert not (tmp_path / "x.chainrule").exists()


@pytest.mark.worker
def test_doctor_reports_on_everything() -> None:
    done = run_chainrule("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for expected in (
        "torch",
        "2.13.0",
        "PySide6-Essentials",
        "cpu",
        "cuda",
        "mps",
        "Inter",
        "JetBrains Mono",
        "there is no display",
    ):
        assert expected in done.stdout
    assert "!!" not in done.stdout


@pytest.mark.worker
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_stops_the_program_and_keeps_the_recording(tmp_path: Path) -> None:
    program = tmp_path / "endless.py"
    program.write_text("import torch\nx = torch.ones(3)\nprint('begun', flush=True)\nwhile True:\n    y = x * 2\n")
    target = tmp_path / "endless.chainrule"
    command = [sys.executable, str(ROOT / "main.py"), "record", str(program), "-o", str(target)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "\nThe run was stopped" in told
    recording = read_recording(target)
    assert recording.outcome.kind is OutcomeKind.STOPPED
