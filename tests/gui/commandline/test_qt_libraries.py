"""Which system libraries of Qt are found missing, and that the list is the right one."""

import shutil
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from gui.commandline.qt_libraries import PACKAGES, can_load, missing_libraries


def test_only_linux_can_lack_libraries() -> None:
    assert missing_libraries("linux", lambda _library: False) == list(PACKAGES)
    assert missing_libraries("linux", lambda library: library != "libEGL.so.1") == ["libEGL.so.1"]
    assert missing_libraries("darwin", lambda _library: False) == []
    assert missing_libraries("win32", lambda _library: False) == []


def test_a_library_that_does_not_exist_cannot_be_loaded() -> None:
    assert not can_load("libchainrule-is-not-a-library.so.1")


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("ldd") is None, reason="needs ldd")
def test_the_list_covers_what_qt_links_against() -> None:
    """Everything that the xcb plugin and Qt Widgets take from outside PySide6, the C library's own parts apart."""
    qt = Path(PySide6.__file__).parent / "Qt"
    files = [qt / "plugins" / "platforms" / "libqxcb.so", qt / "lib" / "libQt6Widgets.so.6"]
    listed = subprocess.run(["ldd", *files], capture_output=True, text=True, check=True).stdout
    direct = {library for library in PACKAGES if library in listed}
    assert direct == set(PACKAGES)
