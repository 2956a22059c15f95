"""In what two training runs differ: data, network, loss, optimizer and the numbers of each."""

from dataclasses import fields

from engine.training.plan import Choice, Data, TrainingPlan
from gui.model.training_run import TrainingRun
from gui.model.training_sentences import data_text, short_power


def differences(run: TrainingRun, other: TrainingRun) -> tuple[str, ...]:
    """Return what is other in a run, each as ``lr 0.1 instead of 0.003``; of typed programs only that the text is."""
    if run.plan is None or other.plan is None:
        return () if run.source == other.source else ("another program",)
    found = [
        f"{name} {mine} instead of {theirs}"
        for name, mine, theirs in _pairs(_told(run, run.plan), _told(other, other.plan))
        if mine != theirs
    ]
    if run.plan.network != other.plan.network:
        found.append("another network")
    return tuple(found)


def _pairs(mine: dict[str, str], theirs: dict[str, str]) -> list[tuple[str, str, str]]:
    names = [*mine, *(name for name in theirs if name not in mine)]
    return [(name, mine.get(name, "none"), theirs.get(name, "none")) for name in names]


def _told(run: TrainingRun, plan: TrainingPlan) -> dict[str, str]:
    """Return everything of a run by name; what was edited while it ran is as it was at the end."""
    told = _of_data(plan.data)
    for name, choice in (("loss", plan.loss), ("optimizer", plan.optimizer), ("schedule", plan.schedule)):
        told |= _of_choice(name, choice)
    for choice in plan.metrics:
        arguments = ", ".join(f"{setting.name}={setting.text}" for setting in choice.settings)
        told[f"metric {choice.name}"] = arguments or "counted"
    for name in ("batch_size", "train_share", "seed", "clip_norm", "precision"):
        told[name.replace("_", " ")] = str(getattr(plan, name))
    if run.hyper is not None:
        for name, numbers in zip(run.hyper.names, run.hyper.numbers, strict=False):
            told[name] = ", ".join(map(short_power, numbers)) or "off"
    return told


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
    return {name: choice.name, **{setting.name: setting.text for setting in choice.settings}}
