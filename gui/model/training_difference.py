"""In what two training runs differ: data, network, loss, optimizer and the numbers of each."""

from dataclasses import fields

from engine.trace.numbers import number_text
from engine.training.facts import Hyper
from engine.training.plan import Choice, Data, TrainingPlan
from gui.model.training_plan import read_numbers
from gui.model.training_run import TrainingRun
from gui.model.training_sentences import data_text


def differences(run: TrainingRun, other: TrainingRun) -> tuple[str, ...]:
    """Return what is other in a run, each as ``lr 0.1 instead of 0.003``; of typed programs only that the text is."""
    if run.plan is None or other.plan is None:
        return () if run.source == other.source else ("another program",)
    mine_told, their_told = _told(run.plan), _told(other.plan)
    if run.hyper is not None and other.hyper is not None:  # a run that has just begun told nothing yet: plans alone
        mine_told |= _of_hyper(run.hyper)
        their_told |= _of_hyper(other.hyper)
    found = [
        f"{name} {mine} instead of {theirs}" for name, mine, theirs in _pairs(mine_told, their_told) if mine != theirs
    ]
    if run.plan.network != other.plan.network:
        found.append("another network")
    return tuple(found)


def _pairs(mine: dict[str, str], theirs: dict[str, str]) -> list[tuple[str, str, str]]:
    names = [*mine, *(name for name in theirs if name not in mine)]
    return [(name, mine.get(name, "none"), theirs.get(name, "none")) for name in names]


def _told(plan: TrainingPlan) -> dict[str, str]:
    """Return everything of a plan by name."""
    told = _of_data(plan.data)
    for name, choice in (("loss", plan.loss), ("optimizer", plan.optimizer), ("schedule", plan.schedule)):
        told |= _of_choice(name, choice)
    for choice in plan.metrics:
        arguments = ", ".join(f"{setting.name}={setting.text}" for setting in choice.settings)
        told[f"metric {choice.name}"] = arguments or "counted"
    for name in ("batch_size", "train_share", "seed", "precision"):
        told[name.replace("_", " ")] = str(getattr(plan, name))
    told["clip norm"] = "off" if plan.clip_norm is None else number_text(plan.clip_norm)
    return told


def _of_hyper(hyper: Hyper) -> dict[str, str]:
    """Return the numbers of the optimizer as they were at the end: they may have been edited while it ran."""
    return {name: _numbers_text(numbers) or "off" for name, numbers in zip(hyper.names, hyper.numbers, strict=False)}


def _numbers_text(numbers: tuple[float, ...]) -> str:
    return ", ".join(map(number_text, numbers))


def _of_data(data: Data) -> dict[str, str]:
    told = {"data": data_text(data).partition(" · ")[0]}
    for field in fields(data):
        value = getattr(data, field.name)
        if isinstance(value, (int, float)):
            told[f"data {field.name}"] = f"{value:g}"
    return told


def _of_choice(name: str, choice: Choice | None) -> dict[str, str]:
    if choice is None:
        return {name: "none"}
    return {
        name: choice.name,
        **{setting.name: _numbers_text(read_numbers(setting.text)) or setting.text for setting in choice.settings},
    }
