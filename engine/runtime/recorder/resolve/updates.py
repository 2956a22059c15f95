"""Optimizer steps, from the log to facts."""

import math
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from engine.program.source import SourceMap
from engine.runtime.compat import plain
from engine.runtime.recorder.resolve.calls import ModuleStack
from engine.runtime.recorder.resolve.gradients import GradientResolver
from engine.runtime.recorder.resolve.pending import PendingStep
from engine.runtime.recorder.resolve.steps import StepMaker
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.runtime.recorder.texts import short_text, texts_of
from engine.runtime.recorder.watch.optimizers import GROUP, OptimizerRun
from engine.trace.facts import Argument, Metric, Phase, Role
from engine.trace.ids import ValueId


class UpdateResolver:
    """Turns optimizer runs into steps and the numbers that charts show."""

    def __init__(self, values: ValueMaker, steps: StepMaker, gradients: GradientResolver, source: SourceMap) -> None:
        self._values = values
        self._steps = steps
        self._gradients = gradients
        self._source = source
        self._inputs: dict[OptimizerRun, list[ValueId | None]] = {}
        self.origin_ns = 0

    def resolve(self, run: OptimizerRun, thread: int, stack: ModuleStack) -> None:
        """Resolve one OPTIMIZER record: the first for a run is its start, the second its end."""
        if run not in self._inputs:
            self._inputs[run] = self._before(run)
        elif run.is_done:
            self._after(run, self._inputs.pop(run), thread, stack)

    def _before(self, run: OptimizerRun) -> list[ValueId | None]:
        current = self._values.current
        inputs: list[ValueId | None] = []
        for parameter, gradient in zip(run.parameters, run.gradients, strict=True):
            inputs.append(current(plain(parameter), run.seen_ns))
            inputs.append(None if gradient is None else current(plain(gradient), run.seen_ns, Role.GRADIENT))
        return inputs

    def _late_gradients(self, run: OptimizerRun, inputs: list[ValueId | None]) -> None:
        """Put in the gradients that the step had the program compute."""
        for position, gradient in enumerate(run.late_gradients):
            if gradient is not None:
                inputs[2 * position + 1] = self._values.current(plain(gradient), run.ended_ns, Role.GRADIENT)

    def _after(self, run: OptimizerRun, inputs: list[ValueId | None], thread: int, stack: ModuleStack) -> None:
        index = self._steps.next
        if run.has_closure:
            self._late_gradients(run, inputs)
        step = PendingStep(
            index=index,
            phase=Phase.OPTIMIZER,
            name=run.name,
            target=run.target,
            span=self._source.span(run.code, run.instruction) if run.code is not None else None,
            inputs=inputs,
            outputs=[self._values.rewritten(parameter, run.ended_ns, index) for parameter in run.parameters],
            started_ns=run.started_ns - self.origin_ns,
            duration_ns=run.ended_ns - run.started_ns,
            function=run.code.co_qualname if run.code is not None else "",
            thread=thread,
            arguments=tuple(_settings(run)),
            module=stack.current,
        )
        self._steps.links.made(thread, *run.made, index)
        self._steps.add(step)
        self._measure(run)

    def _measure(self, run: OptimizerRun) -> None:
        metrics = self._values.pending.metrics
        index = self._steps.last
        if self._gradients.loss is not None:
            metrics.append(Metric(index, "loss", self._gradients.loss))
        if run.norms:
            metrics.append(Metric(index, "grad_norm", math.hypot(*(float(norm) for norm in run.norms))))
        rate = _number(run.settings.get("lr"))
        if isinstance(rate, float | int):
            metrics.append(Metric(index, "lr", float(rate)))


def _settings(run: OptimizerRun) -> Iterator[Argument]:
    for name, value in run.settings.items():
        text, exact = texts_of(_number(value))
        yield Argument(name, None, text, (), exact, is_keyword=True)
    for number, group in enumerate(run.others):
        settings = {"parameters" if name == "params" else name: _number(value) for name, value in group.items()}
        rate = short_text(settings.get("lr"))
        yield Argument(f"{GROUP}{number + 2}", None, f"lr {rate}", (), texts_of(settings)[1], is_keyword=True)


def _number(value: Any) -> Any:  # noqa: ANN401 - any hyper-parameter
    return value.item() if isinstance(value, Tensor) and value.numel() == 1 else value
