"""What metrics of torchmetrics have counted so far in an epoch: they keep it out of their ``state_dict``.

torchmetrics takes seconds to import: it is only looked for among the modules that the program has imported.
"""

import sys
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from engine.runtime.compat import quiet

_COUNT = "_update_count"
"""How often a metric was told something: torchmetrics warns where that is 0. It cannot be set otherwise."""


def metric_states(namespace: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """Return the states of all metrics that module-level variables hold, by ``variable`` or ``variable/member``."""
    return {
        name: {**metric.metric_state, _COUNT: metric.update_count} for name, metric in _metrics_in(namespace).items()
    }


def restore_metrics(namespace: Mapping[str, object], states: Mapping[str, Mapping[str, Any]]) -> None:
    """Put states back.

    Raises:
        KeyError: If a metric has no such state.
    """
    metrics = _metrics_in(namespace)
    for name, state in states.items():
        metric = metrics.get(name)
        if metric is None:
            continue
        known = metric.metric_state
        with quiet():
            for part, value in state.items():
                if part != _COUNT and part not in known:
                    raise KeyError(part)
                setattr(metric, part, _moved(value, metric.device))


def _moved(value: Any, device: Any) -> Any:  # noqa: ANN401 - a tensor, a list of them or a number; a device
    if isinstance(value, list):
        return [_moved(one, device) for one in value]
    return value.to(device) if isinstance(value, Tensor) else value


def _metrics_in(namespace: Mapping[str, object]) -> dict[str, Any]:
    torchmetrics = sys.modules.get("torchmetrics")
    if torchmetrics is None:
        return {}
    found: dict[str, Any] = {}
    for name, value in sorted(namespace.items()):
        if isinstance(value, torchmetrics.Metric):
            found[name] = value
        elif isinstance(value, torchmetrics.MetricCollection):
            for member, metric in value.items(keep_base=True, copy_state=False):
                found[f"{name}/{member}"] = metric
    return found
