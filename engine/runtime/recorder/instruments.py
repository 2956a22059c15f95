"""Which instruments a recording needs, and the modes that carry them."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from engine.runtime.compat_devices import accelerators
from engine.runtime.recorder.kernels import KernelMode
from engine.runtime.recorder.options import RecorderOptions
from engine.runtime.recorder.watch.device_clock import DeviceClock
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.observed import ObservedMode


class Instruments:
    """Puts the instruments that were asked for on the mode of each thread."""

    def __init__(self, options: RecorderOptions) -> None:
        self._has_kernels = options.kernels
        self._accelerators = accelerators() if options.measures else {}

    @property
    def mode_class(self) -> type[RecorderMode]:
        """The class of mode that can carry them: the plain one where nothing was asked for."""
        return ObservedMode if self._has_kernels or self._accelerators else RecorderMode

    def around(self, mode: RecorderMode) -> AbstractContextManager[Any]:
        """Return the block in which the instruments of a mode of ``mode_class`` measure, in its thread."""
        if not isinstance(mode, ObservedMode):
            return nullcontext()
        if self._accelerators:
            mode.add_instrument(DeviceClock(self._accelerators, mode.log))
        if not self._has_kernels:
            return nullcontext()
        kernels = KernelMode(mode)
        mode.add_instrument(kernels)
        return kernels
