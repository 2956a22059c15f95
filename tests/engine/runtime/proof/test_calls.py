"""Calls are rebuilt from facts alone, and only functions of torch are ever run."""

from pathlib import Path

import pytest
import torch
from msgspec.structs import replace

from engine.protocol.proof import Check, Verdict
from engine.runtime.proof.functions import known_functions
from engine.runtime.proof.literals import NotRebuildableError, literal
from engine.runtime.recorder.texts import texts_of
from engine.trace.facts import Argument
from tests.engine.runtime.proof.programs import NOT_CHECKED, REPLAYED
from tests.engine.runtime.proof.proving import altered, proven, recorded, steps_named, with_step, without_step

OBJECTS = [
    *(1, -2, True, None, 2.0, 0.1, -1e-300, float("inf"), float("-inf"), 1 + 2j, -0.5j, "mean", "it's", ...),
    *((3,), (1, (2, None)), [1, [2.5]], slice(None), slice(1, -1, 2), (slice(0, 2), None, ..., 3)),
    *(torch.float32, torch.bool, torch.strided, torch.channels_last, torch.device("cpu"), torch.device("cuda", 1)),
    *(torch.Size([2, 3]), {"a": 1.5}, float, list(range(200))),
]


@pytest.mark.parametrize("value", OBJECTS, ids=repr)
def test_exact_texts_say_all(value: object) -> None:
    text, exact = texts_of(value)
    assert literal(exact or text) == value
    assert type(literal(exact or text)) is type(value) or isinstance(value, torch.Size)


def test_a_nan_stays_one() -> None:
    assert literal(texts_of(float("nan"))[0]) != literal("nan")


@pytest.mark.parametrize(
    "text",
    [
        "Generator",
        "function",
        "__import__('os').system('true')",
        "torch.load('x')",
        "torch.ops",
        "open('/etc/passwd')",
        "(lambda: 1)()",
        "[x for x in (1,)]",
        "f'{1}'",
        "b'abc'",
        "torch.float32.__class__",
        "slice(1, 2, print('x'))",
        "device(type=open('x'))",
        "1 if 2 else 3",
        "(" * 500 + ")" * 500,
        "9**9**9",
        "'a' * 10**9",
    ],
)
def test_texts_that_are_no_literals_are_refused(text: str) -> None:
    with pytest.raises(NotRebuildableError):
        literal(text)


DANGEROUS = [
    "torch.load",
    "torch.save",
    "torch.hub.load",
    "torch.compile",
    "torch.jit.load",
    "torch.from_file",
    "torch.Tensor.apply_",
    "torch.Tensor.map_",
    "torch.Tensor.backward",
    "torch.Tensor.__reduce_ex__",
    "torch.Tensor.__setstate__",
    "torch.Tensor.numpy",
    "torch.Tensor.register_hook",
    "torch.Tensor.share_memory_",
    "torch.Tensor.set_",
    "torch.Tensor.untyped_storage",
    "torch.utils.cpp_extension.load",
    "torch.ops.load_library",
    "torch.serialization.load",
    "torch._C._cuda_init",
    "torch.set_default_device",
    "torch.package.PackageImporter",
    "torch.distributed.init_process_group",
    "torch.nn.Module.__call__",
    "os.system",
    "builtins.exec",
    "subprocess.run",
    "builtins.__import__",
    "torch.os.system",
    "torch.sys.exit",
    "torch.nn.functional.torch.load",
    "torch.Tensor.data_ptr",
    "torch.cuda.init",
    "pathlib.Path.unlink",
    "torch.special.__loader__",
    "torch.linalg.__spec__",
    "torch.__import__",
    "torch.Tensor.__class__",
    "torch.manual_seed",
]


@pytest.mark.parametrize("target", DANGEROUS)
def test_a_file_cannot_ask_for_anything_but_operators(target: str, tmp_path: Path) -> None:
    assert target not in known_functions()
    victim = tmp_path / "victim"
    recording = recorded("x = torch.ones(2)\ny = x * 2\n")
    step = steps_named(recording, "mul")[0]
    arguments = (Argument("", None, repr(str(victim)), (), "", is_keyword=False),)
    report = proven(with_step(recording, step.index, target=target, name=target, arguments=arguments, inputs=()))
    found = [f for f in report.findings if f.check is Check.REPLAY]
    assert [f.verdict for f in found] == [Verdict.NOT_CHECKED]
    assert not victim.exists()


ROOMS = {"torch", "torch.Tensor", "torch.nn.functional", "torch.linalg", "torch.fft", "torch.special"}


def test_every_function_that_may_run_is_an_operator() -> None:
    known = known_functions()
    assert len(known) > 1000
    for name, function in known.items():
        assert name.startswith(
            ("torch.Tensor.", "torch.nn.functional.", "torch.linalg.", "torch.fft.", "torch.special.", "torch.")
        )
        module = getattr(function.call, "__module__", None) or "torch"
        assert module.split(".")[0] == "torch", name
    for word in ("load", "save", "compile", "script", "hub", "file", "pickle", "hook", "init", "import"):
        assert not [name for name in known if word in name.rpartition(".")[2].split("_")], word


def test_a_huge_result_is_not_made() -> None:
    recording = recorded("x = torch.ones(2)\ny = x.repeat(3)\n")
    step = steps_named(recording, "repeat")[0]
    arguments = (step.arguments[0], Argument("", None, str(2**50), (), "", is_keyword=False))
    report = proven(with_step(recording, step.index, arguments=arguments))
    (found,) = [f for f in report.findings if f.check is Check.REPLAY]
    assert found.verdict in (Verdict.NOT_CHECKED, Verdict.FAILED)


@pytest.mark.parametrize("name", REPLAYED)
def test_calls_are_made_again_bit_for_bit(name: str) -> None:
    report = proven(recorded(REPLAYED[name] + "\n"))
    assert report.failures == []
    assert report.of(Verdict.NOT_CHECKED, Check.REPLAY) == []
    assert report.of(Verdict.PROVEN, Check.REPLAY)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("reason", NOT_CHECKED)
def test_what_cannot_be_checked_says_why(reason: str) -> None:
    report = proven(recorded(NOT_CHECKED[reason] + "\n"))
    assert report.failures == []
    assert any(reason in text for text in report.reasons), report.reasons


def test_random_numbers_without_their_state_are_not_checked() -> None:
    recording = recorded("y = F.dropout(torch.ones(50), 0.5)\n")
    bare = altered(recording, lambda batch: replace(batch, random_states=()))
    report = proven(bare)
    assert report.failures == []
    assert "it draws random numbers whose state was not kept" in report.reasons


def test_an_earlier_recording_is_told_apart() -> None:
    recording = recorded("y = torch.ones(2) * 2\n")
    recording.info = replace(recording.info, threads=0)
    assert proven(recording).reasons == {"the recording is from before calls were kept exactly"}


def test_a_sample_runs_fewer_steps() -> None:
    recording = recorded("y = torch.ones(2)\nfor i in range(40):\n    y = y + i\n")
    report = proven(recording, sample=10)
    assert len(report.of(Verdict.PROVEN, Check.REPLAY)) == 10
    assert len(report.of(Verdict.PROVEN, Check.STRUCTURE)) == 41


def test_operands_that_share_memory_are_differentiated() -> None:
    text = "x = torch.randn(3, 2, 2, 4, requires_grad=True)\nq, k, v = (x * 1).unbind()\n"
    report = proven(recorded(text + "F.scaled_dot_product_attention(q, k, v).sum().backward()\n"))
    assert report.failures == []
    assert report.of(Verdict.NOT_CHECKED) == []


def test_what_comes_from_before_a_part_of_a_program_is_no_fault() -> None:
    recording = recorded("x = torch.ones(2, requires_grad=True)\ny = x * 2\nz = (y * 3).sum()\nz.backward()\n")
    part = without_step(recording, steps_named(recording, "mul")[0].index)
    assert proven(part).failures
    part.info = replace(part.info, is_part=True)
    assert proven(part).failures == []
