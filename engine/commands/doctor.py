"""``chainrule doctor``: what is here, what is missing, and what to do about it."""

import platform
import re
import threading
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from assets.paths import FONTS
from engine.commands.findings import Finding, Mark, Section, report_text
from engine.protocol.request import RunRequest
from engine.session import DeviceInfo, Session, SessionState
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import ByteStore
from engine.trace.outcome import Outcome

TORCH = "2.13.0"
"""The version that the recorder was checked against."""

PACKAGES = ("torch", "PySide6-Essentials", "numpy", "msgspec", "networkx", "fonttools", "pyqtgraph", "safetensors")
PATIENCE_S = 120.0
"""How long torch may take to load; a cold disk needs some ten seconds."""


def report(qt: Section) -> tuple[str, bool]:
    """Return the report and whether Chainrule can work here.

    Args:
        qt: What was found of Qt (this room knows no Qt).
    """
    sections = (_versions(), _devices(), _fonts(), qt)
    is_usable = all(finding.mark is not Mark.WRONG for section in sections for finding in section.findings)
    return report_text(sections), is_usable


def _versions() -> Section:
    own = _installed("chainrule")
    python = Finding(Mark.GOOD, "Python", f"{platform.python_version()} on {platform.platform()}")
    chainrule = Finding(Mark.GOOD, "chainrule", own or "runs from its source folder")
    return Section("Versions", (chainrule, python, *map(_package, PACKAGES)))


def _package(name: str) -> Finding:
    found = _installed(name)
    if found is None:
        wanted = f"{name}=={TORCH}" if name == "torch" else name
        return Finding(Mark.WRONG, name, "is not installed", f"pip install {wanted}")
    if name == "torch" and found.split("+")[0] != TORCH:
        return Finding(Mark.ABSENT, name, f"{found}; Chainrule was checked with {TORCH}", f"pip install torch=={TORCH}")
    if name == "PySide6-Essentials" and is_known_broken(found, platform.python_version_tuple()[:2]):
        return Finding(
            Mark.WRONG,
            name,
            f"{found} ends Python {platform.python_version()} after some hundred signals",
            "pip install 'PySide6-Essentials<6.12'",
        )
    return Finding(Mark.GOOD, name, found)


def is_known_broken(pyside: str, python: tuple[str, ...]) -> bool:
    """Whether this PySide6 loses references to True and None on this Python (major, minor) and aborts."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", pyside)[:2])
    return numbers >= (6, 12) and tuple(map(int, python)) <= (3, 11)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


class _DeviceListener:
    """Waits for a worker to run an empty program, and keeps what it says about devices."""

    def __init__(self) -> None:
        self.devices: tuple[DeviceInfo, ...] = ()
        self.trouble = ""
        self.is_over = threading.Event()

    def on_state(self, state: SessionState) -> None:
        """Nothing depends on it here."""

    def on_devices(self, devices: tuple[DeviceInfo, ...]) -> None:
        """Keep them."""
        self.devices = devices

    def on_started(self, info: RunInfo, store: ByteStore) -> None:
        """The empty program begins."""

    def on_batch(self, batch: Batch) -> None:
        """The empty program does nothing."""

    def on_ended(self, outcome: Outcome) -> None:
        """Everything is known now."""
        self.trouble = "" if outcome.succeeded else outcome.message
        self.is_over.set()

    def on_settled(self, held: int) -> None:
        """It has no values."""


def _devices() -> Section:
    listener = _DeviceListener()
    session = Session(listener)
    try:
        session.run(RunRequest(program=""))
        listener.is_over.wait(PATIENCE_S)
    finally:
        session.close()
    if not listener.devices or listener.trouble:
        reason = listener.trouble or f"the worker did not load torch within {PATIENCE_S:.0f} s"
        return Section("Devices", (Finding(Mark.WRONG, "cpu", reason, f"pip install torch=={TORCH}"),))
    return Section("Devices", tuple(_device(device) for device in listener.devices))


def _device(device: DeviceInfo) -> Finding:
    if device.available:
        return Finding(Mark.GOOD, device.key, device.title)
    return Finding(Mark.ABSENT, device.key, device.reason)


def _fonts() -> Section:
    return Section("Fonts", tuple(_font_findings()))


def _font_findings() -> Iterator[Finding]:
    for family, prefix in (("Inter", "Inter-"), ("JetBrains Mono", "JetBrainsMono-")):
        files = sorted([*FONTS.glob(f"{prefix}*.otf"), *FONTS.glob(f"{prefix}*.ttf")])
        if files:
            yield Finding(Mark.GOOD, family, ", ".join(file.stem.removeprefix(prefix) for file in files))
        else:
            yield Finding(Mark.WRONG, family, f"is not in {FONTS}", "install Chainrule again")
