"""The operators of ATen that each step was executed as, against what a bare mode below autograd sees."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from msgspec.structs import asdict
from torch.testing._internal.common_methods_invocations import op_db

from engine.program.catalogue import examples
from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.batch import Batch
from engine.trace.bytestore import MemoryBytes
from engine.trace.execution import Kernel
from engine.trace.facts import Phase
from engine.trace.invariants import check_recording
from tests.engine.runtime.recorder.programs import HEAD, PROGRAMS, program
from tests.support.kernel_log import KernelLog
from tests.support.recorded import FILENAME, Recorded, record_text, run_bare

pytestmark = pytest.mark.filterwarnings("ignore")

KERNELS = RecorderOptions(kernels=True)

QUICK_EXAMPLES = (
    "starter",
    "used_twice",
    "broadcasting",
    "inplace_views",
    "if_while",
    "zero_grad",
    "second_derivative",
)

IN_THREADS = ("threads",)
"""A bare mode sees only its own thread."""

STOLEN = ("aten.detach.default", "aten.new_empty_strided.default", "aten.copy_.default", "aten.clone.default")
"""How a leaf takes a gradient: it copies one that somebody else holds, as the recorder does after a recorded hook."""

OTHER_VIEW = {"ReshapeAliasBackward0": "ViewBackward0"}
"""Under any mode below autograd torch reshapes by ``view``."""

OPERATORS = (
    "add", "mul", "matmul", "addmm", "linalg.svd", "nn.functional.linear", "nn.functional.conv2d", "einsum", "sort",
    "softmax", "nn.functional.layer_norm", "nn.functional.batch_norm", "nn.functional.gelu", "cumsum",
    "nn.functional.scaled_dot_product_attention", "nn.functional.cross_entropy", "index_put", "masked_fill", "cat",
    "split", "topk", "nn.functional.embedding", "nn.functional.max_pool2d", "logsumexp", "where", "gather", "norm",
    "fft.fft", "nn.functional.interpolate", "linalg.solve", "var_mean", "roll", "nn.functional.normalize", "diff",
)  # fmt: skip


def recorded_kernels(recorded: Recorded) -> list[tuple[str, str]]:
    """Return (node, operator) of all kernels in the order in which they ran, as the oracle has them."""
    recording = recorded.recording
    found = [
        (kernel.started_ns, step.name if step.phase is Phase.BACKWARD else "", kernel.name)
        for step in recording.steps
        for kernel in recording.kernels(step.index)
    ]
    return [(node, name) for _, node, name in sorted(found, key=lambda one: one[0])]


def bare_kernels(text: str) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    log = KernelLog()
    with log:
        variables = run_bare(text)
    return log.seen, variables


def is_subsequence(part: list[Any], whole: list[Any]) -> bool:
    remaining: Iterator[Any] = iter(whole)
    return all(any(one == other for other in remaining) for one in part)


@pytest.mark.parametrize("name", sorted(set(PROGRAMS) - {*IN_THREADS}))
def test_every_kernel_of_a_backward_pass_is_given_to_the_node_that_ran_it(name: str) -> None:
    recorded = record_text(program(name), KERNELS)
    assert recorded.error is None
    bare, _ = bare_kernels(program(name))
    found = recorded_kernels(recorded)
    assert found
    inner = [step for step in recorded.steps(Phase.FORWARD) if step.backward_call is not None]
    if inner:  # what the person's code runs in a node belongs to steps of its own
        found, bare = ([("", name) for _, name in some if name not in STOLEN] for some in (found, bare))
    assert [one for one in found if one[0]] == [one for one in bare if one[0]]
    assert is_subsequence([name for _, name in found], [name for _, name in bare])


@pytest.mark.parametrize("key", QUICK_EXAMPLES)
def test_examples_have_the_kernels_of_a_bare_run(key: str) -> None:
    text = next(example.text for example in examples() if example.key == key)
    recorded = record_text(text, KERNELS)
    bare, _ = bare_kernels(text)
    found = recorded_kernels(recorded)
    assert [one for one in found if one[0]] == [one for one in bare if one[0]]
    assert is_subsequence([name for _, name in found], [name for _, name in bare])


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_the_steps_are_the_same_with_kernels_and_the_results_those_of_a_bare_run(name: str) -> None:
    with_kernels, without = record_text(program(name), KERNELS), record_text(program(name))
    assert with_kernels.error is without.error is None
    assert [shape(step) for step in with_kernels.steps()] == [shape(step) for step in without.steps()]
    check_recording(with_kernels.recording)
    for key, bare in run_bare(program(name)).items():
        if isinstance(bare, torch.Tensor) and not bare.is_sparse and not bare.is_meta:
            found = with_kernels.variables[key]
            assert torch.equal(bare.detach(), found.detach()) or bool(bare.isnan().any()), key
            if bare.is_leaf and bare.grad is not None:
                assert torch.equal(bare.grad, found.grad), key


def shape(step: Any) -> dict[str, Any]:
    fields = {key: value for key, value in asdict(step).items() if not key.endswith("_ns")}
    return {key: OTHER_VIEW.get(value, value) if key in ("name", "target") else value for key, value in fields.items()}


@pytest.mark.parametrize("name", OPERATORS)
def test_the_kernels_of_an_operator_are_what_a_bare_log_sees(name: str) -> None:
    operator = next(op for op in op_db if op.name == name)
    compared = 0
    for sample in list(operator.sample_inputs("cpu", torch.float32, requires_grad=True))[:4]:
        torch.manual_seed(1)
        log = KernelLog()
        again = copy.deepcopy(sample)
        with log:
            operator(again.input, *again.args, **again.kwargs)
        torch.manual_seed(1)
        batch = record_call(operator, sample)
        if len(batch.steps) == 1:
            assert [kernel.name for kernel in batch.kernels] == [name for _, name in log.seen]
            compared += 1
    assert compared


def record_call(operator: Any, sample: Any) -> Batch:
    recorder = Recorder(KERNELS, MemoryBytes(), SourceMap(FILENAME, ""))
    with recorder:
        result = operator(sample.input, *sample.args, **sample.kwargs)
    batch = recorder.drain()
    del result
    return batch


def kernels_of(recorded: Recorded, step_name: str) -> tuple[Kernel, ...]:
    step = next(step for step in recorded.steps() if step.name == step_name)
    return tuple(recorded.recording.kernels(step.index))


def test_operands_are_recorded_values_or_numbered_in_the_step() -> None:
    recorded = record_text(HEAD + "x = torch.randn(2, 3)\nlayer = nn.Linear(3, 4)\ny = layer(x)\n", KERNELS)
    step = recorded.steps()[0]
    turned, product = kernels_of(recorded, "linear")
    (x,), (y,) = recorded.named("x"), recorded.named("y")
    assert (turned.name, product.name) == ("aten.t.default", "aten.addmm.default")
    assert turned.outputs[0].value is None
    assert product.inputs[2] == turned.outputs[0]
    assert product.inputs[1].value == x.id
    assert product.outputs[0].value == y.id == step.outputs[0]
    assert product.outputs[0].shape == (2, 4)


def test_what_is_written_in_place_has_the_value_before_and_the_one_after() -> None:
    recorded = record_text("import torch\nx = torch.ones(3)\nx.add_(2).mul_(3)\n", KERNELS)
    (kernel,) = kernels_of(recorded, "add_")
    step = recorded.steps()[0]
    assert (kernel.inputs[0].value, kernel.outputs[0].value) == (step.inputs[0], step.outputs[0])
    assert kernel.text == "other=2"


def test_saved_tensors_are_known_in_backward_steps() -> None:
    recorded = record_text(
        "import torch\nx = torch.ones(3, requires_grad=True)\ny = x.exp()\ny.sum().backward()\n", KERNELS
    )
    (y,) = recorded.named("y")
    taken = {operand.value for kernel in kernels_of(recorded, "ExpBackward0") for operand in kernel.inputs}
    assert y.id in taken


def test_what_adds_up_gradients_belongs_to_the_node_that_sent_the_last_one() -> None:
    text = "import torch\nx = torch.ones(3, requires_grad=True)\ny = x * 2\n(y.exp() + y.sin()).sum().backward()\n"
    names = {
        step.name: [k.name for k in kernels_of(record_text(text, KERNELS), step.name)]
        for step in record_text(text).steps(Phase.BACKWARD)
    }
    assert sum(kernels.count("aten.add.Tensor") for kernels in names.values()) == 1


def test_kernels_of_the_same_node_run_twice_go_to_the_step_of_each_run() -> None:
    text = "import torch\nx = torch.ones(3, requires_grad=True)\ny = (x * x).sum()\n"
    text += "y.backward(retain_graph=True)\ny.backward()\n"
    recorded = record_text(text, KERNELS)
    steps = [step for step in recorded.steps() if step.name == "MulBackward0"]
    counts = [len(recorded.recording.kernels(step.index)) for step in steps]
    assert len(counts) == 2
    assert counts[0] == counts[1] > 0


def test_questions_and_factories_leave_no_kernels_behind() -> None:
    text = "import torch\nx = torch.ones(3)\nfor _ in range(5):\n    x.sum().item()\n    torch.zeros(2)\ny = x + 1\n"
    recorded = record_text(text, KERNELS)
    assert [kernel.name for kernel in kernels_of(recorded, "add")] == ["aten.add.Tensor"]


def test_inference_transforms_and_threads_are_seen() -> None:
    text = """
import threading
import torch
x = torch.arange(3.0)
with torch.inference_mode():
    y = x * 2
z = torch.func.vmap(lambda a: a.sin())(x)
g = torch.func.grad(lambda a: a.exp().sum())(x)
found = []
worker = threading.Thread(target=lambda: found.append(x.cos()))
worker.start()
worker.join()
"""
    recorded = record_text(text, KERNELS)
    bare = run_bare(text)
    for name in ("y", "z", "g"):
        assert torch.equal(recorded.variables[name], bare[name])
    names = {
        step.name: [k.name for k in recorded.recording.kernels(step.index)] for step in recorded.steps(Phase.FORWARD)
    }
    assert names["mul"] == ["aten.mul.Tensor"]
    assert names["sin"] == ["aten.sin.default"]
    assert "aten.cos.default" in names["cos"]


def test_compiled_code_stays_compiled() -> None:
    text = """
import torch
graphs = []
def backend(graph, inputs):
    graphs.append(graph)
    return graph.forward
@torch.compile(backend=backend)
def f(x):
    return (x.sin() + 1).cos()
x = torch.arange(3.0, requires_grad=True)
y = f(x)
y.sum().backward()
"""
    recorded = record_text(text, KERNELS)
    bare = run_bare(text)
    assert recorded.error is None
    assert len(recorded.variables["graphs"]) == len(bare["graphs"]) == 1
    assert torch.equal(recorded.variables["x"].grad, bare["x"].grad)


def test_nothing_is_recorded_unless_asked_for() -> None:
    recorded = record_text(program("mlp adam"))
    assert not any(recorded.recording.kernels(step.index) for step in recorded.steps())
