"""Notes the tangents of tensors while the level of forward-mode differentiation that they live in is open."""

from collections.abc import Callable
from functools import wraps

from torch import Tensor

from engine.runtime.compat import functorch_level
from engine.runtime.compat_forward import is_dual, tangent_of
from engine.runtime.recorder.log import TANGENT, Log
from engine.runtime.recorder.nested import tensors_in
from engine.runtime.recorder.watch.mode import RecorderMode


def watched_exit(
    original: Callable[..., None], mode_of_thread: Callable[[], RecorderMode | None]
) -> Callable[..., None]:
    """Return ``exit_dual_level`` that notes the tangents that end with the level."""

    @wraps(original)
    def exit_dual_level(*, level: int | None = None) -> None:
        mode = mode_of_thread()
        if mode is not None:
            note_tangents(mode.log)
        original(level=level)

    return exit_dual_level


def note_tangents(log: Log) -> None:
    """Append the tangent of each tensor that waits in the log and has one."""
    if not is_dual() or functorch_level() is not None:  # the tangents of a transform are its own
        return
    waiting: dict[int, Tensor] = {id(tensor): tensor for tensor in tensors_in(tuple(log))}
    for tensor in waiting.values():
        tangent = tangent_of(tensor)
        if tangent is not None:
            log.extend((TANGENT, tensor, tangent))
