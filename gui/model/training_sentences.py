"""What the Train workspace says in words."""

import math

from engine.trace.numbers import number_text
from engine.training.plan import Choice, Data, FileData, GeneratedData, PaintedData
from engine.training.plane import plane_of
from gui.model.training_plan import read_numbers
from gui.model.training_run import Phase, TrainingRun

DOT = "  ·  "
OF_PROGRAM = "of the program"
"""What stands where a typed program has data, a network or settings of its own."""
_MEGABYTE = 1_000_000
_SMALL = 0.01
"""Three places behind the point would say little of a number below it."""


def headline(run: TrainingRun | None) -> str:
    """Return where a run is, in two words."""
    if run is None:
        return "Not trained yet"
    match run.phase:
        case Phase.STARTING:
            return "Starting"
        case Phase.FAILED:
            return "Failed"
        case Phase.RUNNING | Phase.PAUSED | Phase.ENDED:
            progress = run.progress
            if progress is not None and progress.epoch is not None:
                return f"Epoch {progress.epoch + 1}"
            done = run.iteration + 1
            return f"Iteration {done if progress is None else max(done, progress.iteration):,}"


def details(run: TrainingRun | None, *, needs_restart: bool) -> str:
    """Return how it goes on, beside the headline."""
    if run is None:
        return "press Play to begin"
    parts = [_phase_text(run)]
    progress = run.progress
    if needs_restart:
        parts.append("settings changed: start anew to use them")
    elif progress is not None:
        if progress.batch is not None and progress.batches:
            parts.append(f"batch {progress.batch:,} of {progress.batches:,}")
        if run.phase is Phase.RUNNING:
            parts.append(f"{progress.iterations_per_s:,.0f} it/s")
            parts.append(f"charts cost {100 * progress.cost_share:.0f}%")
            if progress.seconds_left is not None:
                parts.append(f"{span_text(progress.seconds_left)} left")
    return "  ·  ".join(part for part in parts if part)


def _phase_text(run: TrainingRun) -> str:
    match run.phase:
        case Phase.STARTING:
            return "torch is being loaded"
        case Phase.RUNNING:
            return run.progress.reason if run.progress is not None else ""
        case Phase.PAUSED:
            reason = run.progress.reason if run.progress is not None else ""
            return f"paused: {reason}" if reason else "paused"
        case Phase.ENDED:
            return run.end_text or "done"
        case Phase.FAILED:
            return run.end_text


def status(run: TrainingRun | None, sample_every: int) -> str:
    """Return the line at the bottom."""
    if run is None:
        return "Nothing was trained yet"
    word = {
        Phase.STARTING: "Starting",
        Phase.RUNNING: "Training",
        Phase.PAUSED: "Paused",
        Phase.ENDED: "Ended",
        Phase.FAILED: "Failed",
    }[run.phase]
    parts = [word]
    ring = run.ring
    if ring is not None:
        kept = f"{len(ring.samples)} kept" if ring.samples else "none kept yet"
        used, most = ring.used_bytes / _MEGABYTE, ring.budget_bytes / _MEGABYTE
        parts.append(f"at most 1 of {sample_every} batches recorded whole, {kept}, {used:.0f} of {most:.0f} MB")
    if run.phase is Phase.RUNNING:
        parts.append("press Space to pause")
    elif run.phase is Phase.PAUSED:
        parts.append("press Space to go on, . for one batch")
    if run.torch_version:
        parts.append(f"torch {run.torch_version}")
    return DOT.join(parts)


def data_text(data: Data) -> str:
    """Return what the data is, in a few words."""
    match data:
        case GeneratedData():
            return f"{data.shape.value} · {data.count} {'points' if plane_of(data) is not None else 'samples'}"
        case FileData():
            return data.path.rpartition("/")[2] or "no file yet"
        case PaintedData():
            amount = len(data.points)
            return f"painted · {amount} point{'' if amount == 1 else 's'}"


def choice_text(choice: Choice | None) -> str:
    """Return the name of a class of torch, or what stands for none."""
    return choice.name if choice is not None else "none"


def run_summary(run: TrainingRun) -> str:
    """Return what a run was trained with: ``AdamW 3e-3``."""
    if run.hyper is not None:
        rate = next(
            (numbers for name, numbers in zip(run.hyper.names, run.hyper.numbers, strict=False) if name == "lr"), ()
        )
        return " ".join(part for part in (run.hyper.optimizer, short_power(rate[0]) if rate else "") if part)
    if run.plan is None:
        return "typed program"
    rates = (read_numbers(setting.text) for setting in run.plan.optimizer.settings if setting.name == "lr")
    rate = next(rates, ())
    return " ".join(part for part in (run.plan.optimizer.name, short_power(rate[0]) if rate else "") if part)


def loss_text(number: float) -> str:
    """Return a loss as the list of runs shows it: ``.041``, ``1.5e-4``."""
    if math.isnan(number):
        return "–"
    if not math.isfinite(number):
        return "∞"
    if 0 < abs(number) < _SMALL:
        return short_power(number)
    return f"{number:.3f}".removeprefix("0") if abs(number) < 1 else number_text(number, 3)


def run_loss_text(run: TrainingRun) -> str:
    """Return the smoothed loss of a run, or that its newest one is no number."""
    newest = run.curves.last("loss")
    if len(run.curves.get("loss") or ()) and not math.isfinite(newest):
        return "NaN" if math.isnan(newest) else "∞"
    return loss_text(run.loss)


def short_power(number: float) -> str:
    """Return a number as a mantissa and a power of ten: ``3e-3``."""
    if number == 0 or not math.isfinite(number):
        return f"{number:g}"
    mantissa, _, exponent = f"{number:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def span_text(seconds: float) -> str:
    """Return a time that is left: ``40 s``, ``3 min``, ``2 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
