"""A training plan as a plain script that runs alone anywhere: ``python script.py``.

It knows nothing of Chainrule. What Chainrule looks at while it runs are things that scripts have anyway: the
optimizer's steps, the loader, and the module-level variables ``validation_loss``, ``accuracy``, ``epoch``, ``epochs``,
``start_epoch`` and ``clip_norm``, and the dicts ``train_scores`` and ``validation_scores`` where there are metrics;
``train_batch`` is one iteration as a function.
"""

import ast
import re
from dataclasses import dataclass
from typing import TypeVar

from engine.network.network import Setting
from engine.training.arguments_text import arguments_text
from engine.training.catalogue import (
    ChoiceType,
    OptimizerType,
    Rhythm,
    ScheduleType,
    Targets,
    losses,
    optimizers,
    schedules,
)
from engine.training.data_source import DataSource, Task, data_source
from engine.training.errors import PlanError
from engine.training.metric_source import metric_source
from engine.training.plan import Choice, TrainingPlan
from engine.training.target_source import TargetSource, target_source
from engine.training.training_source import loop_lines, train_lines

ChoiceT = TypeVar("ChoiceT", bound=ChoiceType)

_PRECISIONS = ("", "bfloat16", "float16")
_TORCH_IMPORTS = (
    "import torch",
    "from torch import nn",
    "from torch.utils.data import DataLoader, TensorDataset, random_split",
)


@dataclass(frozen=True, slots=True)
class _Network:
    """The text of a network without its imports, and the name of its class."""

    imports: tuple[str, ...]
    text: str
    name: str


def script_of(plan: TrainingPlan) -> str:
    """Return the program that a plan is.

    Raises:
        PlanError: If something is missing or cannot be; the text is one sentence.
    """
    data, targets = _read(plan)
    optimizer = _known(plan.optimizer, optimizers(), "optimizer")
    schedule = None if plan.schedule is None else _known(plan.schedule, schedules(), "schedule")
    network = _network(plan.network)
    metrics = metric_source(plan, targets)
    parts = [
        "\n".join(_imports(network.imports, data.imports, metrics.imports)),
        "\n".join(_settings(plan)),
        *([data.functions.strip()] if data.functions else []),
        network.text,
        "\n".join([data.calling, *targets.lines, *_loaders(plan, data)]),
        "\n".join([*_made(plan, network.name, optimizer, schedule), *metrics.making]),
        train_lines(plan, data.task, targets.accuracy, metrics, is_closed=optimizer.needs_closure),
        loop_lines(plan, None if schedule is None else schedule.rhythm, metrics, has_accuracy=bool(targets.accuracy)),
    ]
    return _joined(parts)


def data_script_of(plan: TrainingPlan) -> str:
    """Return the part of the program that makes ``train_loader`` and ``validation_loader``: the same data and split.

    Raises:
        PlanError: If something is missing or cannot be; the text is one sentence.
    """
    data, targets = _read(plan)
    parts = [
        "\n".join(_imports(data.imports)),
        "\n".join(_settings(plan)),
        *([data.functions.strip()] if data.functions else []),
        "\n".join([data.calling, *targets.lines, *_loaders(plan, data)]),
    ]
    return _joined(parts)


def _read(plan: TrainingPlan) -> tuple[DataSource, TargetSource]:
    """Return how data and targets are made for the loss."""
    _check(plan)
    loss = _known(plan.loss, losses(), "loss")
    data = data_source(plan.data, wants_classes=loss.targets is not Targets.NUMBERS)
    if data.task is Task.NUMBERS and loss.targets is not Targets.NUMBERS:
        raise PlanError(f"{plan.loss.name} tells classes apart, but this data has numbers to be told; try MSELoss.")
    return data, target_source(data, loss, plan.network)


def _check(plan: TrainingPlan) -> None:
    if not 0 < plan.train_share <= 1:
        raise PlanError("The share that is trained on has to lie between 0 and 1.")
    if plan.batch_size < 1 or plan.epochs < 1 or plan.workers < 0:
        raise PlanError("Batch size and epochs have to be at least 1, and workers at least 0.")
    if plan.precision not in _PRECISIONS:
        raise PlanError(f"There is no mixed precision with {plan.precision}; bfloat16 and float16 are possible.")
    if plan.clip_norm is not None and not plan.clip_norm > 0:
        raise PlanError("The norm that gradients are clipped to has to be above 0.")


def _known(choice: Choice, known: dict[str, ChoiceT], what: str) -> ChoiceT:
    found = known.get(choice.name)
    if found is None:
        raise PlanError(f"torch has no {what} called {choice.name or 'nothing'} that a plan can use.")
    names = {parameter.name for parameter in found.parameters}
    for setting in choice.settings:
        if setting.name not in names:
            raise PlanError(f"{choice.name} has no argument {setting.name}.")
    return found


def _network(source: str) -> _Network:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise PlanError(f"The network's source cannot be read: {error}.") from error
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    if not classes:
        raise PlanError("There is no network yet: its source defines no class.")
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    lines = source.splitlines()
    for node in imports:
        for number in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[number] = ""
    text = re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip()
    return _Network(tuple(ast.unparse(node) for node in imports), text, classes[-1])


def _imports(*groups: tuple[str, ...]) -> list[str]:
    """Return all import lines: the standard library, the others, and torch last, as people sort them."""
    wanted = dict.fromkeys((*_TORCH_IMPORTS, *(line for group in groups for line in group)))
    from_data = [line for line in wanted if line.startswith("from torch.utils.data import")]
    names = sorted({name.strip() for line in from_data for name in line.partition(" import ")[2].split(",")})
    lines = [line for line in wanted if line not in from_data]
    lines.append(f"from torch.utils.data import {', '.join(names)}")
    standard = sorted(line for line in lines if line.split()[1].split(".")[0] in {"csv", "math", "pathlib", "random"})
    others = sorted((line for line in lines if line not in standard), key=lambda line: (line.split()[1], line))
    others.sort(key=lambda line: not line.startswith("import"))
    return [*standard, *([""] if standard else []), *others]


def _settings(plan: TrainingPlan) -> list[str]:
    lines = [f"torch.manual_seed({plan.seed})", f"epochs = {plan.epochs}", "start_epoch = 0"]
    return [*lines, f"clip_norm = {plan.clip_norm!r}"] if plan.clip_norm is not None else lines


def _loaders(plan: TrainingPlan, data: DataSource) -> list[str]:
    workers = f", num_workers={plan.workers}" if plan.workers else ""
    loading = f"batch_size={plan.batch_size}, shuffle={plan.shuffle}{workers}"
    lines = [] if data.is_dataset else ["dataset = TensorDataset(all_inputs, all_targets)"]
    if plan.train_share == 1:
        return [*lines, f"train_loader = DataLoader(dataset, {loading})"]
    return [
        *lines,
        f"train_count = max(1, min(len(dataset) - 1, round({plan.train_share!r} * len(dataset))))",
        "train_data, validation_data = random_split(dataset, [train_count, len(dataset) - train_count])",
        f"train_loader = DataLoader(train_data, {loading})",
        f"validation_loader = DataLoader(validation_data, batch_size=256{workers})",
    ]


def _made(plan: TrainingPlan, network: str, optimizer: OptimizerType, schedule: ScheduleType | None) -> list[str]:
    settings = arguments_text(plan.optimizer)
    lines = [
        f"model = {network}()",
        f"loss_function = nn.{plan.loss.name}({arguments_text(plan.loss)})",
        f"optimizer = torch.optim.{optimizer.name}(model.parameters(){', ' if settings else ''}{settings})",
    ]
    if plan.schedule is not None and schedule is not None:
        given = arguments_text(_completed(plan.schedule, schedule))
        call = f"torch.optim.lr_scheduler.{schedule.name}(optimizer{', ' if given else ''}{given})"
        lines.append(f"scheduler = {call}")
    if plan.precision:
        lines.append("device_type = next(model.parameters()).device.type")
    if plan.precision == "float16":
        lines.append("scaler = torch.amp.GradScaler(device_type)")
    return lines


def _completed(choice: Choice, schedule: ScheduleType) -> Choice:
    """Return a schedule with all settings; how long it is follows from the plan where nothing was given."""
    if schedule.rhythm is Rhythm.PLATEAU or choice.name not in {"OneCycleLR", "CosineAnnealingLR"}:
        missing = [one.name for one in schedule.parameters if one.default is None]
        given = {setting.name for setting in choice.settings}
        for name in missing:
            if name not in given:
                raise PlanError(f"{choice.name} needs {name}.")
        return choice
    given = {setting.name for setting in choice.settings}
    if choice.name == "CosineAnnealingLR":
        return choice if "T_max" in given else _with(choice, Setting("T_max", "epochs"))
    if "max_lr" not in given:
        raise PlanError("OneCycleLR needs max_lr.")
    if given & {"total_steps", "steps_per_epoch"}:
        return choice
    return _with(choice, Setting("total_steps", "epochs * len(train_loader)"))


def _with(choice: Choice, setting: Setting) -> Choice:
    return Choice(choice.name, (*choice.settings, setting))


def _joined(parts: list[str]) -> str:
    """Return the parts with the empty lines that PEP 8 wants between them."""
    text = parts[0]
    was_definition = False
    for part in parts[1:]:
        is_definition = part.startswith(("def ", "class ", "@"))
        last_is_definition = part.rstrip().splitlines()[-1].startswith(" ") and is_definition
        text += ("\n\n\n" if is_definition or was_definition else "\n\n") + part.strip("\n")
        was_definition = last_is_definition
    return text + "\n"
