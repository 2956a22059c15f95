"""The functions and the loop of a training script."""

from engine.training.catalogue import Rhythm
from engine.training.data_source import Task
from engine.training.metric_source import TRAIN, TRAIN_SCORES, VALIDATION, VALIDATION_SCORES, MetricSource
from engine.training.plan import TrainingPlan

_INDENT = "    "


_TOKENS = "outputs, targets = model(inputs).flatten(0, 1), targets.flatten()"


def train_lines(plan: TrainingPlan, task: Task, accuracy: str, metrics: MetricSource, *, is_closed: bool) -> str:
    """Return ``train_batch`` and, where there is validation, ``evaluate``."""
    parts = [_train_batch(plan, task, metrics, is_closed=is_closed)]
    if plan.train_share < 1:
        parts.append(_evaluate(task, accuracy, metrics))
    return "\n\n\n".join(parts)


def loop_lines(plan: TrainingPlan, rhythm: Rhythm | None, metrics: MetricSource, *, has_accuracy: bool) -> str:
    """Return the loop over epochs."""
    has_validation = plan.train_share < 1
    lines = ["for epoch in range(start_epoch, epochs):", "    for inputs, targets in train_loader:"]
    lines.append("        train_loss = train_batch(inputs, targets)")
    if rhythm is Rhythm.BATCH:
        lines.append("        scheduler.step()")
    if not metrics.is_empty:
        lines += [f"    {TRAIN_SCORES} = {TRAIN}.compute()", f"    {TRAIN}.reset()"]
    shown = 'f"epoch {epoch + 1}: loss {train_loss:.4f}'
    if has_validation:
        names = "validation_loss, accuracy" if has_accuracy else "validation_loss"
        lines.append(f"    {names} = evaluate(validation_loader)")
        shown += ", validation loss {validation_loss:.4f}"
        shown += ", accuracy {accuracy:.3f}" if has_accuracy else ""
        if not metrics.is_empty:
            lines += [f"    {VALIDATION_SCORES} = {VALIDATION}.compute()", f"    {VALIDATION}.reset()"]
    if rhythm is Rhythm.EPOCH:
        lines.append("    scheduler.step()")
    elif rhythm is Rhythm.PLATEAU:
        lines.append(f"    scheduler.step({'validation_loss' if has_validation else 'train_loss'})")
    lines.append(f'    print({shown}")')
    if not metrics.is_empty:
        lines.append(_told("training", TRAIN_SCORES))
    if has_validation and not metrics.is_empty:
        lines.append(_told("validation", VALIDATION_SCORES))
    if plan.workers:  # processes that are started afresh import the script again
        lines = ['if __name__ == "__main__":', *(_INDENT + line for line in lines)]
    return "\n".join(lines)


def _told(what: str, scores: str) -> str:
    return f'    print("  {what}", {{name: score.tolist() for name, score in {scores}.items()}})'


def _train_batch(plan: TrainingPlan, task: Task, metrics: MetricSource, *, is_closed: bool) -> str:
    forward = _forward(plan, task)
    counted = [f"{TRAIN}.update({_apart(metrics.seen, plan)})"] if not metrics.is_empty else []
    if is_closed:
        body = _closed_body(plan, task, metrics)
    elif plan.precision == "float16":
        body = ["model.train()", "optimizer.zero_grad()", *forward, "scaler.scale(loss).backward()"]
        if plan.clip_norm is not None:
            body += ["scaler.unscale_(optimizer)", *_clip(plan)]
        body += ["scaler.step(optimizer)", "scaler.update()", *counted, "return loss.item()"]
    else:
        body = ["model.train()", "optimizer.zero_grad()", *forward, "loss.backward()", *_clip(plan)]
        body += ["optimizer.step()", *counted, "return loss.item()"]
    return _function("train_batch(inputs, targets)", "Learn from one batch and return its loss.", body)


def _closed_body(plan: TrainingPlan, task: Task, metrics: MetricSource) -> list[str]:
    """Return the lines for an optimizer that computes a batch several times; its first loss and outputs count."""
    forward, before = _forward(plan, task), []
    if task is Task.TOKENS:  # a closure that gave ``targets`` anew would have none to begin with
        before = ["targets = targets.flatten()"]
        forward = [line.replace(_TOKENS, "outputs = model(inputs).flatten(0, 1)") for line in forward]
    body = ["def closure():", "    optimizer.zero_grad()", *(_INDENT + line for line in forward)]
    body += ["    loss.backward()", *(_INDENT + line for line in _clip(plan))]
    body += [] if metrics.is_empty else ["    seen.append(outputs.detach())"]
    body += ["    return loss", "", "model.train()"]
    if metrics.is_empty:
        return [*before, *body, "return optimizer.step(closure).item()"]
    outputs = "seen[0].float()" if plan.precision else "seen[0]"
    counted = f"{TRAIN}.update({outputs}{metrics.seen.removeprefix('outputs')})"
    return ["seen = []", *before, *body, "loss = optimizer.step(closure)", counted, "return loss.item()"]


def _apart(seen: str, plan: TrainingPlan) -> str:
    """Return what metrics see, apart from the graph and as exact as they count."""
    outputs = "outputs.detach().float()" if plan.precision else "outputs.detach()"
    return outputs + seen.removeprefix("outputs")


def _evaluate(task: Task, accuracy: str, metrics: MetricSource) -> str:
    what = "mean loss and the share that is right" if accuracy else "mean loss"
    body = ["model.eval()", "total_loss, count = 0.0, 0"]
    if accuracy:
        body[1] = "total_loss, right, count = 0.0, 0, 0"
    body += ["for inputs, targets in loader:", *(_INDENT + line for line in _outputs(task))]
    body.append("    total_loss += loss_function(outputs, targets).item() * len(targets)")
    if accuracy:
        body.append(f"    right += {accuracy}")
    if not metrics.is_empty:
        body.append(f"    {VALIDATION}.update({metrics.seen})")
    body += ["    count += len(targets)", f"return total_loss / count{', right / count' if accuracy else ''}"]
    return "@torch.no_grad()\n" + _function("evaluate(loader)", f"Return the {what} over a loader.", body)


def _forward(plan: TrainingPlan, task: Task) -> list[str]:
    lines = [*_outputs(task), "loss = loss_function(outputs, targets)"]
    if not plan.precision:
        return lines
    return [
        f"with torch.autocast(device_type, dtype=torch.{plan.precision}):",
        *(_INDENT + line for line in lines),
    ]


def _outputs(task: Task) -> list[str]:
    if task is Task.TOKENS:
        return [_TOKENS]
    return ["outputs = model(inputs)"]


def _clip(plan: TrainingPlan) -> list[str]:
    return [] if plan.clip_norm is None else ["nn.utils.clip_grad_norm_(model.parameters(), clip_norm)"]


def _function(head: str, title: str, body: list[str]) -> str:
    return "\n".join([f"def {head}:", f'    """{title}"""', *(_INDENT + line if line else "" for line in body)])
