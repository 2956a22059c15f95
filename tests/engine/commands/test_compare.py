"""``chainrule compare`` on the command line."""

import json
import re
from pathlib import Path

import pytest

import main
from engine.trace.file import read_recording, write_recording
from tests.engine.trace.made import chain
from tests.engine.trace.test_file_versions import CORPUS
from tests.support.programs import run_chainrule

TRAINING, CUT = (str(CORPUS / "version-1" / f"{name}.chainrule") for name in ("training", "cut"))


def call(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    try:
        code = main.main([str(word) for word in words])
    except SystemExit as ended:
        code = int(ended.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_recording_is_the_same_as_itself(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "compare", TRAINING, TRAINING)
    assert (code, err) == (0, "")
    assert "\nThe recordings are the same within the tolerance.\nSteps: 30 the same, 0 with other values," in out


def test_what_only_one_has_is_told_with_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = call(capsys, "compare", TRAINING, CUT)
    assert code == 1
    assert "\nThey differ first at step 10 of A (AddmmBackward0, line 9): only in A.\n" in out
    assert "Steps: 10 the same, 0 with other values, 0 with another shape or type, 20 only in A, 0 only in B." in out


def test_json_has_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = call(capsys, "compare", TRAINING, CUT, "--json")
    assert code == 1
    told = json.loads(out)
    assert (told["format"], told["version"], told["same"]) == ("chainrule-compare", 1, False)
    assert [step["a"] for step in told["steps"]] == list(range(30))
    assert told["counts"]["removed"] == 20
    assert told["steps"][0]["outputs"] == {"absolute": 0.0, "relative": 0.0, "is_at_least": False}


def test_the_tolerance_decides(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first, second = tmp_path / "a.chainrule", tmp_path / "b.chainrule"
    write_recording(first, chain(2, elements=2))
    write_recording(second, chain(2, elements=3))
    assert call(capsys, "compare", first, second, "--tolerance", "0")[0] == 1  # a shape is no matter of tolerance
    assert call(capsys, "compare", first, first, "--tolerance", "0")[0] == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((TRAINING, "none.chainrule"), "There is no file none.chainrule."),
        ((TRAINING,), "the following arguments are required: B.chainrule"),
        ((TRAINING, CUT, "--tolerance", "-1"), "the tolerance must be a number from 0 on, not '-1'"),
        ((TRAINING, CUT, "--tolerance", "much"), "the tolerance must be a number from 0 on, not 'much'"),
        ((TRAINING, __file__), "is not a Chainrule recording."),
    ],
)
def test_wrong_usage_is_one_sentence(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], reason: str) -> None:
    code, out, err = call(capsys, "compare", *words)
    assert (code, out) == (2, "")
    assert reason in err


@pytest.mark.worker
def test_a_program_runs_on_two_devices_and_is_compared(tmp_path: Path) -> None:
    program, output = tmp_path / "p.py", tmp_path / "run.chainrule"
    program.write_text(
        "import torch\ntorch.manual_seed(0)\nmodel = torch.nn.Linear(3, 2)\nmodel(torch.randn(4, 3)).sum().backward()\n"
    )
    done = run_chainrule("record", program, "-o", output, "--compare", "cpu")
    assert done.returncode == 0, done.stderr
    assert "\nThe recordings are the same within the tolerance.\n" in done.stdout
    assert f"to {output}.\n" in done.stderr
    assert len(read_recording(output)) == len(read_recording(tmp_path / "run.cpu.chainrule")) > 3


@pytest.mark.worker
def test_a_second_device_that_is_missing_costs_nothing_but_itself(tmp_path: Path) -> None:
    program, output = tmp_path / "p.py", tmp_path / "run.chainrule"
    program.write_text("import torch\nx = torch.ones(2) + 1\n")
    done = run_chainrule("record", program, "-o", output, "--compare", "cuda:77")
    assert done.returncode == 2
    assert re.search(r"chainrule: .*cuda.*\.\n$", done.stderr)
    assert len(read_recording(output)) == 1
    assert not (tmp_path / "run.cuda-77.chainrule").exists()
