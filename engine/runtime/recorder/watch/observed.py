"""A recorder mode with instruments: they are told where each call begins and ends, beside what is always recorded.

Only used where something was asked for beyond the usual, so the usual hot path has no question to ask.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from engine.runtime.compat import Node
from engine.runtime.recorder.log import CALL
from engine.runtime.recorder.watch.backward_run import NodeHook
from engine.runtime.recorder.watch.kinds import FunctionInfo, TorchFunction
from engine.runtime.recorder.watch.mode import Arguments, Keywords, RecorderMode, Types


class Instrument(Protocol):
    """Something that measures calls."""

    def begin(self, args: Any) -> None:  # noqa: ANN401 - arguments of any call
        """A call begins, or an optimizer step with its parameters."""
        ...

    def end(self) -> tuple[Any, ...]:
        """A call has just ended: return a record for the log, to stand right before that of the call, or ()."""
        ...

    def watch(self, pairs: Iterable[tuple[Node, NodeHook]]) -> Iterable[tuple[Node, NodeHook]]:
        """A backward pass begins: return the hooks to put on its nodes."""
        ...


class ObservedMode(RecorderMode):
    """A ``RecorderMode`` that lets instruments measure.

    Attributes:
        is_inside: Whether a call runs whose own inner calls are recorded, e.g. of a custom ``autograd.Function``.
    """

    is_inside = False
    _instruments: tuple[Instrument, ...] = ()

    def add_instrument(self, instrument: Instrument) -> None:
        """Have ``instrument`` told of calls from now on."""
        self._instruments = (*self._instruments, instrument)
        self._append = self._append_observed

    def __torch_function__(
        self, func: TorchFunction, types: Types, args: Arguments = (), kwargs: Keywords | None = None
    ) -> Any:  # noqa: ANN401 - whatever torch returns
        """Run ``func`` and append what happened."""
        if self.current_scope() is None:
            self.begin_observing((args, *(kwargs or {}).values()))
        return super().__torch_function__(func, types, args, kwargs)

    def record(
        self, info: FunctionInfo, call: Callable[[], Any], args: Arguments, kwargs: Keywords, extra_marks: int = 0
    ) -> Any:  # noqa: ANN401 - whatever torch returns
        """Run ``call`` and append it as a call of ``info``, the slow and general way."""
        outer = self.is_inside

        def inside() -> Any:  # noqa: ANN401 - as above
            self.is_inside = True
            try:
                return call()
            finally:
                self.is_inside = outer

        return super().record(info, inside, args, kwargs, extra_marks)

    def begin_observing(self, args: Any) -> None:  # noqa: ANN401 - arguments of any call
        """Tell the instruments that something begins."""
        for instrument in self._instruments:
            instrument.begin(args)

    def end_observing(self) -> None:
        """Tell the instruments that it ended, and append what they say."""
        for instrument in self._instruments:
            self.log.extend(instrument.end())

    def hooks_observed(self, pairs: Iterable[tuple[Node, NodeHook]]) -> Iterable[tuple[Node, NodeHook]]:
        """Return the hooks to put on the nodes of a backward pass that begins."""
        for instrument in self._instruments:
            pairs = instrument.watch(pairs)
        return pairs

    def _append_observed(self, record: Iterable[Any]) -> None:
        entries = tuple(record)
        if entries[0] == CALL:
            self.end_observing()
        self.log.extend(entries)
