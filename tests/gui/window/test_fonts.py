"""Every text of the window is set in the fonts that are shipped with it."""

import subprocess
import sys

from tests.meta.tree import ROOT

FIRST_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QWidget
from gui.theme.fonts import MONO, WORDS
from tests.support.workbench import build

bench = build(Path(sys.argv[1]))
bench.window.show()
bench.models.notices.info("Saved.")
families = {QFontInfo(widget.font()).family() for widget in bench.window.findChildren(QWidget)}
assert families == {WORDS, MONO}, families
"""


def test_no_widget_of_the_first_window_keeps_the_fonts_of_the_system(tmp_path):
    """In a process of its own: later windows of one process find the application dressed already."""
    command = [sys.executable, "-c", FIRST_WINDOW, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
