"""``chainrule network``: what a person asks for and reads."""

from pathlib import Path

import pytest

from engine.network.source import write_source
from engine.network.templates import templates
from main import main

LENET = next(template.network for template in templates() if template.title == "LeNet")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "lenet.py"
    path.write_text(write_source(LENET))
    return path


@pytest.mark.worker
def test_the_table_tells_shapes_and_costs(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network", str(program), "--input", "4,1,28,28"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "LeNet"
    assert next(line for line in lines if line.startswith("conv2")).split() == [
        "conv2", "Conv2d", "4×16×10×10", "2,416", "1.92", "MFLOP", "26", "kB",
    ]  # fmt: skip
    assert lines[-1].startswith("61,706 parameters, ")


@pytest.mark.worker
def test_what_does_not_fit_is_told_with_what_would_help(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network", str(program), "--input", "4,3,28,28"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "conv1 wants 1 (in_channels), and dimension 1 of what comes in, 4×3×28×28, is 3. "
        "It would help to set in_channels to 3."
    )


def test_the_network_can_be_written_as_source(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network", str(program), "--source"]) == 0
    assert capsys.readouterr().out == program.read_text()


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ("x = 1\n", [], "The program defines no nn.Module and no nn.Sequential."),
        (None, [], "There is no file"),
        ("from torch import nn\nm = nn.Sequential(nn.ReLU())\n", [], "The shape of x is not known: give it with"),
        ("from torch import nn\nm = nn.Sequential(nn.Foo())\n", [], "Line 2 cannot be drawn: nn.Foo is not in the"),
        ("from torch import nn\nm = nn.Sequential(nn.ReLU())\n", ["--class", "Net"], "no nn.Module called Net."),
        ("from torch import nn\nm = nn.Sequential(nn.ReLU())\n", ["--input", "2", "--input", "3"], "takes 1 inputs"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, text: str | None, more: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "program.py"
    if text is not None:
        path.write_text(text)
    assert main(["network", str(path), *more]) == 2
    assert words in capsys.readouterr().err


def test_a_shape_that_is_none_is_refused(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["network", str(program), "--input", "a,b"])
    assert ended.value.code == 2
    assert "is no shape" in capsys.readouterr().err
