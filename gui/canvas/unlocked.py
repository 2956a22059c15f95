"""The end of painting a document, without Python's lock: Qt squeezes and writes all its pages in that one call.

PySide holds the lock while ``QPainter.end`` runs, for seconds with a large page, and the window would stand still for
so long. ``ctypes`` lets it go while it calls the same exported function of Qt's library. Where that is not found under
its usual name, the document is ended with the lock held.
"""

import ctypes
import logging
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import shiboken6
from PySide6.QtCore import QLibraryInfo
from PySide6.QtGui import QPainter

log = logging.getLogger(__name__)

_NAMES = {"win32": "?end@QPainter@@QEAA_NXZ"}
_USUAL_NAME = "_ZN8QPainter3endEv"
_FILES = {
    "win32": "Qt6Gui.dll",
    "darwin": "QtGui.framework/Versions/A/QtGui",
}
_USUAL_FILE = "libQt6Gui.so.6"


def end_painting(painter: QPainter) -> None:
    """End painting on a document; other threads go on meanwhile."""
    end = _end_of_qt()
    if end is None or not painter.isActive():
        painter.end()
        return
    (address,) = shiboken6.getCppPointer(painter)
    end(address)


@cache
def _end_of_qt() -> Callable[[int], bool] | None:
    """``QPainter::end`` of the library that PySide has loaded, or None."""
    places = (QLibraryInfo.LibraryPath.LibrariesPath, QLibraryInfo.LibraryPath.BinariesPath)
    for place in places:
        path = Path(QLibraryInfo.path(place), _FILES.get(sys.platform, _USUAL_FILE))
        try:
            end = ctypes.CDLL(str(path))[_NAMES.get(sys.platform, _USUAL_NAME)]
        except (OSError, AttributeError):
            continue
        end.argtypes, end.restype = [ctypes.c_void_p], ctypes.c_bool
        return end
    log.info("QPainter::end is not found by its name: the window waits for the end of a PDF")
    return None
