"""Run as a program: start Qt the way the window does and print what came of it, as JSON.

A process of its own, because Qt aborts the process when it cannot start.
"""

import json
import sys

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from gui.theme.fonts import FontMissingError, load_fonts

if __name__ == "__main__":
    application = QGuiApplication(sys.argv[:1])
    try:
        load_fonts()
    except FontMissingError as error:
        FONT_PROBLEM = str(error)
    else:
        FONT_PROBLEM = ""
    screens = [f"{screen.size().width()} x {screen.size().height()}" for screen in application.screens()]
    found = {"platform": application.platformName(), "qt": qVersion(), "fonts": FONT_PROBLEM, "screens": screens}
    sys.stdout.write(json.dumps(found))
