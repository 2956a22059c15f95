"""A PDF ends without Python's lock where Qt's function is found, and with it where not."""

import re
import threading
import time

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPainter, QPdfWriter

from gui.canvas import unlocked
from gui.canvas.unlocked import end_painting


def painted(lines: int) -> tuple[QBuffer, QPdfWriter, QPainter]:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    painter = QPainter(writer)
    for number in range(lines):
        painter.drawLine(number % 777, number % 333, number * 7919 % 9999, number % 222)
    return buffer, writer, painter


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("is_found", [True, False])
def test_the_document_is_whole_either_way(monkeypatch, is_found):
    if not is_found:
        monkeypatch.setattr(unlocked, "_end_of_qt", lambda: None)
    buffer, _writer, painter = painted(500)
    end_painting(painter)
    assert not painter.isActive()
    text = bytes(buffer.data().data())
    assert text.startswith(b"%PDF-")
    assert re.search(rb"startxref\s+\d+\s+%%EOF\s*$", text)
    end_painting(painter)  # once more does no harm


@pytest.mark.usefixtures("qapp")
def test_other_threads_run_while_a_large_document_ends():
    if unlocked._end_of_qt() is None:
        pytest.skip("Qt's function has another name here")
    _buffer, _writer, painter = painted(60_000)
    counted, is_over = [0], threading.Event()

    def count() -> None:
        while not is_over.is_set():
            counted[0] += 1
            time.sleep(0.001)

    other = threading.Thread(target=count)
    other.start()
    before = counted[0]
    end_painting(painter)
    after = counted[0]
    is_over.set()
    other.join()
    assert after > before + 3  # with the lock held, not one
