"""Where programs can run."""

from collections.abc import Iterable

from engine.protocol.messages import DeviceInfo
from gui.model.observable import Event

_CPU = DeviceInfo(key="cpu", title="CPU", available=True)


class Devices:
    """What the worker found; only the CPU until it has told.

    Attributes:
        changed: Emitted with the devices.
    """

    def __init__(self) -> None:
        self.changed: Event[tuple[DeviceInfo, ...]] = Event()
        self._infos: tuple[DeviceInfo, ...] = (_CPU,)

    @property
    def infos(self) -> tuple[DeviceInfo, ...]:
        """All devices, those that are missing included."""
        return self._infos

    def replace(self, infos: Iterable[DeviceInfo]) -> None:
        """Take what the worker found."""
        self._infos = tuple(infos) or (_CPU,)
        self.changed.emit(self._infos)

    def usable_key(self, wanted: str) -> str:
        """Return the key of the device asked for, or ``cpu`` when it is not there."""
        return wanted if any(info.key == wanted and info.available for info in self._infos) else _CPU.key

    def title_of(self, key: str) -> str:
        """Return what a person reads."""
        return next((info.title for info in self._infos if info.key == key), key)
