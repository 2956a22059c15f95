"""The system libraries that Qt needs on Linux, and the Debian packages they come in.

Run as a program it prints the packages that are missing, one a line. It needs nothing but Python's own library.
"""

import ctypes
import sys
from collections.abc import Callable

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""Library -> Debian and Ubuntu package: what the xcb platform plugin, Qt Gui and Qt Widgets 6.11 are linked against."""


def can_load(library: str) -> bool:
    """Whether the system's loader finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_libraries(platform: str = sys.platform, loads: Callable[[str], bool] = can_load) -> list[str]:
    """Return the libraries that Qt needs and that are not here; only Linux can lack any."""
    return [library for library in PACKAGES if not loads(library)] if platform == "linux" else []


if __name__ == "__main__":
    sys.stdout.writelines(f"{PACKAGES[library]}\n" for library in missing_libraries())
