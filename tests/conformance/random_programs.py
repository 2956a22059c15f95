"""Random programs of operators: what is recorded against a bare run, value by value and graph by graph."""

from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.trace.ids import ValueId
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.conformance.checks import numbers_differ
from tests.conformance.families import Entry
from tests.conformance.oracle import name_of, recorded_graph, same
from tests.conformance.spies import Spied, spying
from tests.support.recorded import FILENAME, record_text

DATABASE = "Random programs"

HEAD = """import torch
import torch.nn.functional as F
torch.manual_seed(7)
v0 = torch.randn(2, 4, requires_grad=True)
v1 = torch.randn(4, 2, dtype=torch.float64).t()
v2 = v0 * 1
v3 = torch.randn(2, 4, dtype=torch.complex64, requires_grad=True)
v4 = torch.arange(8).reshape(2, 4)
v5 = torch.randn(1, 4, requires_grad=True).expand(2, 4)
v6 = torch.randn(2, 4, dtype=torch.bfloat16)
v7 = torch.zeros(0, 4, requires_grad=True)
v8 = torch.tensor(2.5, requires_grad=True)
"""
FIRST = 9

MADE = """
{0}*2|{0}.exp()|-{0}|{0}**2|{0}.sin()|{0}.abs()|{0}.clone()|{0}.sum(0)|{0}.mean()|{0}.sum()|{0}>0|torch.relu({0})
{0}.to(torch.float64)|{0}.to(torch.bfloat16)|{0}.to(torch.complex64)|{0}.int()|{0}.bool()|{0}.contiguous()|~{0}
{0}.cumsum(-1)|F.softmax({0},-1)|{0}.flip(0)|{0}.reshape(-1)|{0}.repeat(2,1)|{0}.float()|{0}.resolve_conj()|{0}.prod()
torch.cat([{0},{1}])|torch.stack([{0},{0}])|{0}+{1}|{0}*{1}|{0}-{1}|torch.where({0}.real>0,{0},{1})|{0}@{1}.mT|{0}/{1}
torch.maximum({0},{1})|torch.mul({0},{1})|2-{0}|{0}.lerp({1},0.5)|{0}.index_select(0,torch.tensor([0,0]))|{0}[[1,0]]
{0}.masked_fill({0}.real>0,1)|{0}.roll(1)|torch.zeros_like({0})
{0}.new_ones(2)|F.dropout({0})|torch.einsum('...i->...',{0})
torch.linalg.norm({0})|{0}.logsumexp(0)|{0}.tril()|{0}==({1})|{0}//2|{0}&1|torch.complex({0},{0})|{0}.clamp(0,1)
F.pad({0},(1,1))|{0}.gather(0,torch.zeros(1,1,dtype=torch.long))
torch.add({0},{1},alpha=2)|{0}.argmax()|{0}.nonzero()"""
VIEWED = """
{0}.t()|{0}[0]|{0}[...,::2]|{0}.view(-1)|{0}.unsqueeze(0)|{0}.expand(2,*{0}.shape)|{0}.diagonal()|{0}.real|{0}.imag
{0}.conj()|{0}.detach()|{0}.narrow(0,0,1)|{0}.unfold(-1,2,1)
{0}.squeeze()|{0}.transpose(0,-1)|{0}.view_as({0})|{0}.data
{0}[:0]|torch.view_as_real({0})|{0}.flatten()|{0}[None]
{0}.mH|{0}.conj().imag|{0}.as_strided((2,),(1,))|{0}.movedim(0,-1)"""
SEVERAL = """
{0}.chunk(2,-1)|{0}.unbind()|{0}.topk(2)|{0}.sort()|{0}.max(0)|{0}.split(1)|torch.var_mean({0})|torch.aminmax({0})
torch.linalg.svd({0},full_matrices=False)|{0}.tensor_split(2)
torch.frexp({0})|torch.meshgrid({0}[0],{0}[0],indexing='ij')
{0}.kthvalue(1)|{0}.unique(return_counts=True)|torch.linalg.qr({0})|torch.broadcast_tensors({0},{1})|{0}.median(0)"""
WRITTEN = """
{0}.mul_(2)|{0}+=1|{0}.add_({1})|{0}[...,0]=3|{0}.copy_({1})|{0}.zero_()|{0}.data.mul_(0.5)|F.relu({0},inplace=True)
{0}[{0}.real>0]=0|{0}.clamp_(0)|{0}.t_()|{0}.unsqueeze_(0)
{0}.squeeze_()|{0}.exp_()|torch.add({0},1,out={0})|{0}-=({1})
{0}[0]=({1})[0]|{0}.index_add_(0,torch.tensor([0]),({0})[:1])|{0}.fill_(2)|{0}.neg_()|{0}.sub_({0})|{0}.view(-1)[0]=1
{0}.detach().add_(1)|{0}.diagonal().fill_(1)|{0}.masked_fill_({0}.real>0,2)
{0}.div_({1})|{0}.logical_not_()|{0}.random_(3)
{0}.conj().mul_(2)|{0}.transpose_(0,-1)|torch.sin({0},out={1})|{0}.bitwise_xor_(1)|{0}//=2|{0}.unbind()[0].mul_(2)
{0}.grad=None|{0}.grad.zero_()|{0}.grad.mul_(2)
{0}.requires_grad_()|{0}.detach_()|{0}.retain_grad()|{0}.swapaxes_(0,-1)"""
WENT_BACK = """
{0}.real.sum().backward(retain_graph=True)|({0}*{1}).abs().sum().backward(retain_graph=True)
{0}.backward(torch.ones_like({0}),retain_graph=True)|torch.autograd.backward([{0}.abs().sum(),{1}.abs().sum()])
{0}.real.pow(2).sum().backward(create_graph=True)|torch.autograd.grad({0}.abs().sum(),{1},retain_graph=True)
torch.autograd.grad({0}.abs().pow(2).sum(),[v0,v8],create_graph=True,allow_unused=True)|{0}.abs().sum().backward()"""


def _choices(text: str) -> list[str]:
    return text.strip().replace("\n", "|").split("|")


_FAULTS = "(RuntimeError, IndexError, TypeError, AttributeError, ValueError, NotImplementedError)"


@st.composite
def programs(draw: st.DrawFn, longest: int = 12) -> str:
    """Draw a program; ``k`` variables keep what others were right after each of its statements."""
    lines = [HEAD]
    count = FIRST
    kinds = ("made", "made", "viewed", "viewed", "several", "written", "written", "back")
    for number in range(draw(st.integers(1, longest))):
        kind = draw(st.sampled_from(kinds))
        first, second = (f"v{draw(st.integers(0, count - 1))}" for _ in range(2))
        texts = {"made": MADE, "viewed": VIEWED, "several": SEVERAL, "written": WRITTEN, "back": WENT_BACK}[kind]
        action = draw(st.sampled_from(_choices(texts))).format(first, second)
        touched = first
        if kind in ("made", "viewed"):
            touched = f"v{count}"
            action = f"{touched} = {action}"
            count += 1
        elif kind == "several":
            touched = f"v{count + 1}"
            action = f"v{count}, {touched} = ({action})[:2]"
            count += 2
        grad = "True" if draw(st.integers(0, 4)) else "False"
        lines.append(f"try:\n    with torch.set_grad_enabled({grad}):\n        {action}\nexcept {_FAULTS}:\n    pass")
        if kind in ("made", "viewed", "several"):
            names = [f"v{count - 2}", f"v{count - 1}"] if kind == "several" else [touched]
            lines += [f"{name} = globals().get('{name}', v1)" for name in names]
        lines.append(f"k{number} = {touched}.detach().clone()")
    return "\n".join(lines) + "\n"


def check(text: str, *, drains: bool) -> None:
    """Compare the recording of a program with its bare run; the assertion that fails says what differs."""
    with spying(reads=True) as spied:
        hooked, _ = _bare(text)
    bare, error = _bare(text)
    run = record_text(text, drains=drains)
    assert run.error is None or str(run.error) == error, f"{type(run.error).__name__}: {run.error}"
    for name, tensor in bare.items():
        if isinstance(tensor, Tensor):
            _compare(name, tensor, run.variables[name])
            assert same(tensor.detach(), hooked[name].detach()), "the oracle disturbs the program"
    recording = run.recording
    check_recording(recording)
    for name, tensor in run.variables.items():
        if name.startswith("k") and isinstance(tensor, Tensor):
            _kept(recording, name, tensor)
    _backward(recording, spied)


def _bare(text: str) -> tuple[dict[str, Any], str | None]:
    """Run without a recorder; return the variables, and what ended the run early."""
    variables: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(compile(text, FILENAME, "exec"), variables)
    except RuntimeError as error:
        return variables, str(error)
    return variables, None


def _compare(name: str, bare: Tensor, recorded: Tensor) -> None:
    assert same(bare.detach(), recorded.detach()), f"{name} differs"
    assert bare.requires_grad == recorded.requires_grad, f"{name} requires grad otherwise"
    assert _node(bare) == _node(recorded), f"{name} has another grad_fn"
    if _node(bare) == "none" or bare.retains_grad:
        assert same(bare.grad, recorded.grad), f"the gradient of {name} differs"


def _node(tensor: Tensor) -> str:
    try:
        return "none" if tensor.grad_fn is None else name_of(tensor.grad_fn)
    except RuntimeError:
        return "refused"  # a view made without gradients, whose base was then written with them


def _kept(recording: Recording, name: str, tensor: Tensor) -> None:
    """Go back from a copy to what was copied: the number of that moment must be there."""
    values = [value for value in recording.values if name in recording.names(value.id)]
    assert len(values) == 1, f"{name} is {len(values)} values"
    value: ValueId | None = values[0].id
    for function in ("clone", "detach"):
        assert value is not None
        assert not numbers_differ(recording, value, tensor), f"what {name} copied has other numbers ({function})"
        producer = recording.values[value].producer
        assert producer is not None, f"no step made {name}"
        step = recording.steps[producer]
        assert step.name == function, f"{name} was made by {step.name}"
        value = step.inputs[0]
    assert not numbers_differ(recording, value, tensor), f"what {name} copied has other numbers"


def _backward(recording: Recording, spied: Spied) -> None:
    calls = [(call.function, recorded_graph(recording, call)[1]) for call in recording.backward_calls]
    assert calls == spied.calls, "a graph differs"
    steps = [step for step in recording.steps if step.phase == "backward"]
    assert [step.name for step in steps] == [row[0] for row in spied.ran], "other nodes ran"
    for node in recording.grad_nodes:
        makers: tuple[Any, ...] = (node.variable,) if node.name == "AccumulateGrad" else (node.step, node.made_by)
        assert any(maker is not None for maker in makers), f"{node.name} is not linked"
    for step, (_, sent, came) in zip(steps, spied.ran, strict=True):
        if step.name != "AccumulateGrad":
            for found, numbers in ((step.outputs, sent), (step.inputs, came)):
                _gradients(recording, found, numbers)


def _gradients(recording: Recording, values: Any, numbers: Any) -> None:
    assert [value is None for value in values] == [part is None for part in numbers], "a gradient is missing"
    for value, part in zip(values, numbers, strict=True):
        data = None if value is None else recording.data(value)
        if data is not None:
            assert data.absence is None, f"a gradient on the way: {data.absence}"
            assert bytes(recording.store.read(data.offset, data.nbytes)) == part, "a gradient has other numbers"


def random_programs(count: int, start: int = 0) -> Iterator[Entry]:
    """Check so many programs; those of another start are others. A fault is told with the shortest program for it."""
    entry = Entry(DATABASE, "programs", "all types")

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(programs(), st.booleans())
    def run(text: str, drains: bool) -> None:
        check(text, drains=drains)
        entry.count("text", ("",))

    try:
        run()
    except Exception as error:  # noqa: BLE001 - the recorder may raise anything
        for one in error.exceptions if isinstance(error, ExceptionGroup) else (error,):
            entry.problems["\n".join((str(one), *getattr(one, "__notes__", ())))] += 1
    yield entry
