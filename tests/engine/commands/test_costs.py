"""``record --kernels`` and ``inspect --costs``: what a person asks for and reads."""

import json
from pathlib import Path

import pytest

from main import main

PROGRAM = """import torch
torch.manual_seed(0)
layer = torch.nn.Linear(64, 32)
data = torch.randn(16, 64)
loss = torch.nn.functional.dropout(layer(data)).sum()
loss.backward()
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("costs")
    (folder / "program.py").write_text(PROGRAM)
    output = folder / "run.chainrule"
    assert main(["record", str(folder / "program.py"), "-o", str(output), "--kernels"]) == 0
    return output


def test_the_json_has_costs_kernels_and_random_states(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(recorded), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    linear, dropout = told["steps"][0], told["steps"][1]
    assert linear["cost"]["flops"] == 2 * 16 * 64 * 32
    assert linear["cost"]["written_bytes"] == 16 * 32 * 4
    assert [kernel["name"] for kernel in linear["kernels"]] == ["aten.t.default", "aten.addmm.default"]
    assert linear["kernels"][1]["outputs"][0]["value"] == linear["outputs"][0]
    assert linear["random_states"] == []
    assert dropout["random_states"][0]["device"] == "cpu"
    backward = sum(step["cost"]["flops"] or 0 for step in told["steps"] if step["phase"] == "backward")
    assert told["costs"]["backward"]["flops"] == backward > 0


@pytest.mark.parametrize(("words", "first"), [([], ""), (["flops"], "linear"), (["bytes"], "")])
def test_the_most_expensive_steps_are_a_table(
    recorded: Path, words: list[str], first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(recorded), "--costs", *words]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Forward")
    assert "FLOP" in lines[0]
    heading = next(place for place, line in enumerate(lines) if line.startswith("Most expensive steps"))
    assert lines[heading].endswith(words[0] if words else "time")
    assert first in lines[heading + 2]


def test_the_summary_has_the_sums(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(recorded)]) == 0
    assert any(line.startswith("Cost") and "moved" in line for line in capsys.readouterr().out.splitlines())


def test_costs_and_json_do_not_go_together(recorded: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["inspect", str(recorded), "--json", "--costs"])
    assert ended.value.code == 2
