"""Runs a recorded forward step again."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.runtime.proof.arguments import Call, rebuilt
from engine.runtime.proof.bases import Base
from engine.runtime.proof.compare import widest
from engine.runtime.proof.functions import Known, known_functions
from engine.runtime.proof.literals import NotRebuildableError
from engine.runtime.proof.settings import Setting, under
from engine.runtime.proof.values import Values
from engine.runtime.recorder.nested import tensors_in
from engine.runtime.recorder.watch.kinds import Kind
from engine.runtime.recorder.watch.mode import written_tensors
from engine.trace.facts import Step
from engine.trace.ids import ValueId
from engine.trace.recording import Recording

_WRITE = frozenset({Kind.WRITES, Kind.FLAGGED, Kind.RENORMS, Kind.STATISTICS, Kind.MOVES})

Change = Callable[[ValueId, Tensor], Tensor]
"""Puts another tensor in the place of an operand."""


class RefusedError(Exception):
    """torch raised an error for a call as it was rebuilt; the text is its first line."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a call did.

    Attributes:
        outputs: The results in the order of ``expected``.
        operands: What was passed for each value, before anything was written.
        leaves: The operands at which gradients are asked for.
        shares_memory: Whether operands lie in one block of memory as they did, so that none of them can be a leaf.
    """

    outputs: tuple[Tensor | None, ...]
    operands: Mapping[ValueId, Tensor]
    leaves: Mapping[ValueId, Tensor]
    shares_memory: bool


class _Operands:
    """Makes the operands of one call.

    Attributes:
        made: What was made so far, for each value.
        leaves: Those at which gradients are asked for.
        whole: The tensor that a view among them shows, where the call is to write that.
    """

    def __init__(
        self,
        values: Values,
        setting: Setting,
        change: Change | None,
        base: Base | None,
        shared: Mapping[ValueId, Tensor],
        *,
        writes: bool,
    ) -> None:
        self.made: dict[ValueId, Tensor] = {}
        self.leaves: dict[ValueId, Tensor] = {}
        self.whole: tuple[Tensor, ...] = ()
        self._values = values
        self._setting = setting
        self._change = change
        self._base = base
        self._shared = shared
        self._writes = writes

    def of(self, value: ValueId) -> Tensor:
        """Return the operand for a value.

        Raises:
            NotRebuildableError: If its numbers are missing.
        """
        if value not in self.made:
            self.made[value] = self._new(value)
        return self.made[value]

    def _new(self, value: ValueId) -> Tensor:
        if value in self._shared:
            return self._shared[value]
        if self._base is not None and value == self._base.view:
            return self._seen_in(self._base)
        made = self._values.tensor(value, as_it_lay=self._setting.as_it_lay)
        has_fraction = made.is_floating_point() or made.is_complex()
        if self._setting.is_wide and has_fraction:
            made = widest(made)
        if self._change is not None:
            made = self._change(value, made)
        if not self._setting.grad or self._shared or not has_fraction or not self._values.fact(value).requires_grad:
            return made
        self.leaves[value] = made.detach().requires_grad_()
        return self.leaves[value].clone() if self._writes else self.leaves[value]

    def _seen_in(self, base: Base) -> Tensor:
        whole = self.of(base.before).clone(memory_format=torch.contiguous_format)
        if base.after is not None:
            self.whole = (whole,)
        return self._values.seen_in(whole, base.before, base.view)


class Caller:
    """Runs forward steps of one recording again, each in a setting."""

    def __init__(self, recording: Recording, values: Values) -> None:
        self._recording = recording
        self._values = values
        self._functions = known_functions()

    def known(self, step: Step) -> Known:
        """Return the function of a step.

        Raises:
            NotRebuildableError: If it is none that may be run.
        """
        known = self._functions.get(step.target)
        if known is not None:
            return known
        if step.target.startswith(("torch.compile.", "torch.jit.")):
            raise NotRebuildableError("it ran compiled code")
        if step.name == "as_strided":
            raise NotRebuildableError("it reads memory that none of its arguments shows")
        if step.target.startswith("torch."):
            raise NotRebuildableError("it is no public function of torch that takes tensors")
        raise NotRebuildableError("it is code of the program's own, which is never run here")

    def first_setting(self, step: Step) -> Setting:
        """Return the setting that the facts speak for."""
        facts = (self._recording.values[value] for value in step.outputs if value is not None)
        return Setting(grad=any(fact.requires_grad and not fact.is_leaf for fact in facts))

    def expected(self, step: Step) -> tuple[ValueId | None, ...]:
        """Return what a step gave: its outputs, and the running statistics that it changed if they are known."""
        known = self._functions.get(step.target)
        if known is None or known.info.kind is not Kind.STATISTICS:
            return step.outputs
        return (*step.outputs, *(self._written_later(step, value) for value in _statistics(step)))

    def device(self, step: Step) -> str:
        """Return where a step ran."""
        return next((self._recording.values[value].device for value in step.inputs if value is not None), "cpu")

    def run(self, step: Step, setting: Setting, change: Change | None = None, base: Base | None = None) -> Ran:
        """Run a step again; where ``base`` is given, on a view of that, which is the last of the results if written.

        Raises:
            NotRebuildableError: If its function, an argument or a random state is missing.
            RefusedError: If torch refuses the call.
        """
        known = self.known(step)
        writes = known.info.kind in _WRITE or any(argument.name == "out" for argument in step.arguments)
        shared = self._shared(step) if writes and change is None else {}
        operands = _Operands(self._values, setting, change, base, shared, writes=writes)
        call = rebuilt(step, operands.of)
        if setting.is_wide:
            call = _widened(call)
        if len(call.args) > 1 and getattr(known.call, "__name__", "") == "__get__":
            raise NotRebuildableError("it gave a tensor other memory")
        has_state = self._restore(step)
        before = torch.get_rng_state()
        written = _written(known, call) if writes else []
        result = _called(known, call, setting, self.device(step))
        if not has_state and not torch.equal(before, torch.get_rng_state()):
            raise NotRebuildableError("it draws random numbers whose state was not kept")
        outputs = (*_outputs(known, result, written), *operands.whole)
        return Ran(outputs, operands.made, operands.leaves, bool(shared))

    def _shared(self, step: Step) -> dict[ValueId, Tensor]:
        """Return the operands that lie in one block of memory: a step that writes one changes the other."""
        blocks: dict[int, list[ValueId]] = {}
        for value in dict.fromkeys(step.inputs):
            storage = None if value is None else self._recording.values[value].storage
            if value is not None and storage is not None:
                blocks.setdefault(storage, []).append(value)
        made: dict[ValueId, Tensor] = {}
        for members in blocks.values():
            if len(members) > 1:
                made.update(self._values.together(members))
        return made

    def _restore(self, step: Step) -> bool:
        """Set the random generator to where it stood; return whether that is known."""
        for state in self._recording.random_states(step.index):
            if state.device != "cpu":
                raise NotRebuildableError(f"it draws random numbers on {state.device}")
            raw = np.frombuffer(self._recording.store.read(state.offset, state.nbytes), np.uint8)
            try:
                torch.set_rng_state(torch.tensor(raw))
            except RuntimeError as error:
                raise NotRebuildableError("the random state kept for it is none of this torch") from error
            return True
        return False

    def _written_later(self, step: Step, value: ValueId) -> ValueId | None:
        """Return the value that a step made of a running statistic, told of when something used it."""
        later = self._recording.versions(self._recording.values[value].tensor)
        made = (version for version in later if self._recording.values[version].producer == step.index)
        return next(made, None)


_WIDER = {
    torch.float16: torch.float64,
    torch.bfloat16: torch.float64,
    torch.float32: torch.float64,
    torch.complex32: torch.complex128,
    torch.complex64: torch.complex128,
}


def _widened(call: Call) -> Call:
    """Return a call that asks for double precision where it asked for a narrower type."""

    def wide(part: Any) -> Any:  # noqa: ANN401 - any argument
        return _WIDER.get(part, part) if isinstance(part, torch.dtype) else part

    return Call([wide(part) for part in call.args], {name: wide(part) for name, part in call.kwargs.items()})


def _statistics(step: Step) -> tuple[ValueId, ...]:
    named = [argument for argument in step.arguments if argument.name in ("running_mean", "running_var")]
    found = named or [*step.arguments[3:5]]
    return tuple(argument.value for argument in found if argument.value is not None)


def _called(known: Known, call: Call, setting: Setting, device: str) -> Any:  # noqa: ANN401 - whatever torch returns
    with under(setting, device), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if setting.batched:
                return _batched(known, call, setting.batched)
            return known.call(*call.args, **call.kwargs)
        except NotRebuildableError:
            raise
        except MemoryError as error:
            raise NotRebuildableError("there is not enough memory to run it again") from error
        except Exception as error:
            text = str(error).strip().split("\n", 1)[0]
            if "can't allocate memory" in text or "out of memory" in text:
                raise NotRebuildableError("there is not enough memory to run it again") from error
            if "sparse" in text.lower():
                raise NotRebuildableError(
                    "it takes a sparse tensor, whose numbers are kept and not its layout"
                ) from error
            raise RefusedError(text or type(error).__name__) from error


def _batched(known: Known, call: Call, batched: tuple[bool, ...]) -> Any:  # noqa: ANN401 - whatever torch returns
    places = [number for number, part in enumerate(call.args) if isinstance(part, Tensor)]
    if len(places) != len(batched) or any(isinstance(part, Tensor) for part in call.kwargs.values()):
        raise NotRebuildableError("it cannot be told how vmap ran it")

    def run(*tensors: Tensor) -> Any:  # noqa: ANN401 - whatever torch returns
        args = list(call.args)
        for place, tensor in zip(places, tensors, strict=True):
            args[place] = tensor
        return known.call(*args, **call.kwargs)

    dims = tuple(0 if is_batched else None for is_batched in batched)
    return torch.vmap(run, in_dims=dims)(*(call.args[place] for place in places))


def _written(known: Known, call: Call) -> list[Tensor]:
    """Return what a call is going to write; parameters that were left to their default count too."""
    left = known.info.parameters[len(call.args) :]
    defaults = {name: known.info.defaults[name] for name in left if name in known.info.defaults}
    return written_tensors(known.info, tuple(call.args), defaults | call.kwargs)


def _outputs(known: Known, result: Any, written: list[Tensor]) -> tuple[Tensor | None, ...]:  # noqa: ANN401 - whatever torch returned
    """Return results and what was written, in the order in which the recorder tells of them."""
    found = list(tensors_in((result,)))
    if known.info.kind is Kind.STATISTICS:
        return (*found, *written)
    seen = {id(tensor) for tensor in found}
    rest = {id(tensor): tensor for tensor in written if id(tensor) not in seen}
    return (*found, *rest.values())
