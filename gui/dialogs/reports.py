"""What the about box and the list of what is installed say."""

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication

from engine.protocol.messages import DeviceInfo
from engine.trace.recording import Recording
from gui.theme.fonts import MONO, WORDS

_PACKAGES = ("torch", "numpy", "msgspec", "safetensors", "networkx", "fonttools", "pyqtgraph")


def program_version() -> str:
    """Return the installed version, or ``from its source`` when it was not installed."""
    try:
        return version("chainrule")
    except PackageNotFoundError:
        return "from its source"


def about_text() -> tuple[str, str]:
    """Return the sentence and the details of the about box."""
    sentence = "Chainrule shows how PyTorch computes: the graph, every value, every gradient, step by step."
    details = f"Chainrule {program_version()}\nMIT licence\n\nFonts: Inter and JetBrains Mono (SIL Open Font License)\n"
    return sentence, details


def installed_text(devices: Iterable[DeviceInfo], recording: Recording | None) -> str:
    """Return what is installed, one line each, and why a device is missing."""
    lines = [f"Chainrule    {program_version()}", f"Python       {platform.python_version()}"]
    lines.append(f"System       {platform.platform()}")
    lines.append(f"Qt           {qVersion()}, PySide6 {PySide6.__version__}, platform {QGuiApplication.platformName()}")
    lines.extend(f"{name:<12} {_version(name)}" for name in _PACKAGES)
    families = set(QFontDatabase.families())
    lines.extend(f"Font         {name}: {'loaded' if name in families else 'missing'}" for name in (WORDS, MONO))
    lines.append("")
    lines.extend(_device_line(device) for device in devices)
    if recording is not None and recording.info.torch_version:
        lines.append(f"\nThe recording shown was made with torch {recording.info.torch_version}.")
    return "\n".join(lines)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _device_line(device: DeviceInfo) -> str:
    return f"Device       {device.title}: {'ready' if device.available else device.reason}"
