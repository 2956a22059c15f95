"""Problems are found in real recordings, with their cause and place, and sound programs have none."""

import pytest

from engine.explain.problem import Problem, Severity
from engine.explain.problems import CHECKS, problems
from engine.program.catalogue import examples
from tests.support.examples import recorded_run

HEAD = "import torch\n"


def found_in(body: str) -> tuple[Problem, ...]:
    return problems(recorded_run(HEAD + body)[1])


def test_shapes_that_do_not_fit() -> None:
    example = next(one for one in examples() if one.key == "shape_error")
    (problem,) = problems(recorded_run(example.text)[1])
    assert problem.severity is Severity.ERROR
    assert problem.span is not None
    assert problem.span.line == 14
    assert "h [5, 100] f32, output [10, 100] f32" in problem.detail
    assert "(100) must equal the rows of the second (10)" in problem.detail
    assert "output.T has the shape [100, 10], which fits." in problem.detail


def test_broadcast_that_does_not_fit() -> None:
    (problem,) = found_in("a = torch.ones(3, 4)\nb = torch.ones(3, 5)\nc = a + b\n")
    assert "In the last dimension they have 4 and 5 entries" in problem.detail


def test_features_that_do_not_fit() -> None:
    (problem,) = found_in("layer = torch.nn.Linear(4, 2)\nlayer(torch.ones(3, 5))\n")
    assert "The input has 5 features, the layer expects 4." in problem.detail


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ("x = torch.ones(2, requires_grad=True)\n(x * 2).backward()\n", "Call .sum() or .mean() first"),
        ("x = torch.ones(1, requires_grad=True)\ny = x * x\ny.backward()\ny.backward()\n", "retain_graph=True"),
        ("x = torch.ones(1)\n(x * 2).backward()\n", "requires_grad=True"),
        ("x = torch.ones(1, requires_grad=True)\nx += 1\n", "torch.no_grad()"),
        ("x = torch.ones(1, requires_grad=True)\ny = x.exp()\ny.add_(1)\ny.backward()\n", "overwritten"),
    ],
)
def test_advice_on_autograd_errors(body: str, advice: str) -> None:
    errors = [problem for problem in found_in(body) if problem.severity is Severity.ERROR]
    assert len(errors) == 1
    assert advice in errors[0].detail


def test_birth_of_infinity_and_nan() -> None:
    example = next(one for one in examples() if one.key == "nan_log")
    sentences = [problem.sentence for problem in problems(recorded_run(example.text)[1])]
    assert any(one.startswith("An infinite number is born at step 1 (log, line 10)") for one in sentences)
    assert any(one.startswith("NaN is born at step 2 (mul, line 11)") for one in sentences)


@pytest.mark.parametrize(
    "call",
    [
        "x.masked_fill(mask, float('-inf')).softmax(-1)",
        "torch.where(mask, -torch.inf, x).softmax(-1)",
        "torch.nn.functional.pad(x, (0, 1), value=-float('inf')).softmax(-1)",
    ],
)
def test_a_mask_that_the_program_asks_for_is_no_problem(call: str) -> None:
    assert found_in(f"x = torch.ones(2, 2)\nmask = torch.eye(2).bool()\ny = {call}\n") == ()


def test_a_row_that_is_masked_whole() -> None:
    (problem,) = found_in(
        "x = torch.ones(2, 2)\nmask = torch.tensor([[True], [False]])\n"
        "y = x.masked_fill(mask, float('-inf')).softmax(-1)\n"
    )
    assert problem.sentence.startswith("NaN is born at step 2 (softmax, line 4)")


def test_a_relu_that_closes() -> None:
    example = next(one for one in examples() if one.key == "relu_mean")
    (problem,) = problems(recorded_run(example.text)[1])
    assert problem.sentence == "2 of 3 units of h are zero: relu blocks their gradient."
    assert problem.severity is Severity.HINT
    assert problem.span is not None
    assert problem.span.line == 7


def test_a_gradient_that_is_zero_everywhere() -> None:
    (problem, *_) = found_in("w = torch.tensor([-1., -2.], requires_grad=True)\nw.relu().sum().backward()\n")
    assert problem.sentence == "The gradient of w is zero everywhere."
    assert "relu" in problem.detail


@pytest.mark.parametrize(
    ("last", "cause"), [("u.sum().backward()", "nothing"), ("(w.detach() * u).sum().backward()", "detach")]
)
def test_leaves_without_a_gradient(last: str, cause: str) -> None:
    leaf = "torch.ones(2, requires_grad=True)"
    (problem,) = found_in(f"w = {leaf}\nu = {leaf}\n{last}\n")
    assert problem.severity is Severity.WARNING
    assert problem.sentence.startswith("No gradient arrives at w")
    assert cause in problem.sentence + problem.detail


TRAINING = """
w = torch.tensor(1.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
for _ in range(3):
    loss = (w - 3) ** 2
    {zero}
    loss.backward()
    optimizer.step()
"""


def test_forgotten_zero_grad() -> None:
    (problem,) = found_in(TRAINING.format(zero="pass"))
    assert problem.severity is Severity.WARNING
    assert problem.sentence == "w.grad adds up the gradients of several backward calls."
    assert "optimizer.zero_grad()" in problem.detail


@pytest.mark.parametrize("zero", ["optimizer.zero_grad()", "optimizer.zero_grad(set_to_none=False)", "w.grad = None"])
def test_gradients_that_are_set_back_are_no_problem(zero: str) -> None:
    assert found_in(TRAINING.format(zero=zero)) == ()


def test_a_sum_that_no_optimizer_takes_is_no_problem() -> None:
    """The generator's loss passes through the critic, whose gradients are set back before the critic learns."""
    body = TRAINING.format(zero="optimizer.zero_grad()") + "    (w * 2).backward()\n"
    assert found_in(body) == ()


def test_gradient_accumulation_before_one_step_is_no_problem() -> None:
    body = TRAINING.format(zero="optimizer.zero_grad(); ((w - 2) ** 2).backward()")
    assert found_in(body) == ()


def test_backward_never_called() -> None:
    (problem,) = found_in("w = torch.ones(2, requires_grad=True)\ny = w * 2\n")
    assert problem.sentence == "w asks for a gradient, but backward() is never called."


@pytest.mark.parametrize(
    "key", ["starter", "two_inputs", "product", "used_twice", "broadcasting", "if_while", "second_derivative"]
)
def test_sound_programs_have_no_problems(key: str) -> None:
    example = next(one for one in examples() if one.key == key)
    assert problems(recorded_run(example.text)[1]) == ()


@pytest.mark.parametrize("key", ["sigmoid_network", "two_moons", "lstm", "linear_regression"])
def test_sound_training_has_no_problems(key: str) -> None:
    example = next(one for one in examples() if one.key == key)
    assert problems(recorded_run(example.text)[1]) == ()


def test_there_are_checks() -> None:
    assert len(set(CHECKS)) == len(CHECKS) >= 8
    assert all(check.__doc__ for check in CHECKS)
