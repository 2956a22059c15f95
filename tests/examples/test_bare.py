"""Every example program runs by itself and gives the numbers that the catalogue promises."""

import pytest
import torch

from engine.program.catalogue import Example, examples
from engine.program.diagnostics import diagnose
from tests.support.examples import run_program


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.key)
def test_numbers_hold(example: Example) -> None:
    ran = run_program(example)
    if example.error:
        assert type(ran.error).__name__ == example.error
        assert ran.error.__traceback__.tb_next.tb_lineno == example.error_line
    else:
        assert ran.error is None
        assert ran.output
    for expression, wanted in example.numbers.items():
        found = ran.number(expression).double()
        expected = torch.tensor(wanted, dtype=torch.float64)
        assert found.shape == expected.shape, expression
        near = torch.allclose(found, expected, rtol=example.tolerance, atol=example.tolerance, equal_nan=True)
        assert near, f"{expression} is {found.tolist()}"


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.key)
def test_two_runs_are_the_same(example: Example) -> None:
    assert run_program(example).output == run_program(example).output


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.key)
def test_text_is_fit_to_be_read(example: Example) -> None:
    assert diagnose(example.text) is None
    assert example.text.startswith("# ")
    assert example.text.endswith("\n")
    assert max(map(len, example.text.splitlines())) <= 54
    assert example.summary.endswith(".")
    assert example.numbers


def test_every_file_is_in_the_catalogue() -> None:
    keys = [example.key for example in examples()]
    assert len(set(keys)) == len(keys)
    assert set(keys) == {path.stem for path in examples()[0].path.parent.glob("*.py")}
    assert keys[0] == "starter"
