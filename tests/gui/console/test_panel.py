"""The console as a person sees it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Output, Stream
from engine.trace.ids import StepIndex
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from gui.console.panel import EMPTY_TEXT, MOST_LINES, ConsolePanel
from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.fonts import load_fonts
from gui.theme.theme import Theme
from gui.theme.tokens import LIGHT

FINISHED = Outcome(OutcomeKind.FINISHED, "Finished in 2.0 ms.")


@pytest.fixture
def document() -> Document:
    return Document()


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> ConsolePanel:
    load_fonts()
    panel = ConsolePanel(document, Playhead(), Selection(), Theme())
    qtbot.addWidget(panel)
    panel.resize(600, 160)
    panel.show()
    return panel


def begin(document: Document) -> None:
    document.show_recording(Recording(RunInfo(program=""), MemoryBytes()))


def say(document: Document, text: str, stream: Stream = Stream.OUT) -> None:
    document.extend(Batch(outputs=(Output(StepIndex(0), stream, text),)))


def field(panel: ConsolePanel) -> QPlainTextEdit:
    return panel.findChild(QPlainTextEdit)


def test_empty_state(panel: ConsolePanel) -> None:
    assert field(panel).placeholderText() == EMPTY_TEXT
    assert panel.text == ""


def test_output_is_shown_as_it_comes(panel: ConsolePanel, document: Document) -> None:
    begin(document)
    say(document, "a")
    say(document, "b\nc")
    assert panel.text == "ab\nc"
    document.end_run(FINISHED)
    assert panel.text == "ab\nc\nFinished in 2.0 ms.\n"


def test_progress_bars_overwrite_their_line(panel: ConsolePanel, document: Document) -> None:
    begin(document)
    for percent in (10, 20, 30):
        say(document, f"{percent}%\r")
        assert panel.text == f"{percent}%"
    say(document, "done\n")
    assert panel.text == "done\n"
    say(document, "\r40%")
    say(document, "\r50%")
    assert panel.text == "done\n50%"


def test_a_second_run_is_set_apart(panel: ConsolePanel, document: Document) -> None:
    begin(document)
    say(document, "first\n")
    document.end_run(FINISHED)
    begin(document)
    say(document, "second\n")
    lines = panel.text.split("\n")
    assert lines[0] == "first"
    assert "run 2" in lines[2]
    assert lines[3] == "second"


def test_errors_have_their_colour(panel: ConsolePanel, document: Document) -> None:
    begin(document)
    say(document, "oops\n", Stream.ERR)
    first = field(panel).document().firstBlock()
    assert first.begin().fragment().charFormat().foreground().color().name().upper() == LIGHT.error


def test_a_traceback_is_shown_before_the_sentence(panel: ConsolePanel, document: Document) -> None:
    begin(document)
    detail = "Traceback (most recent call last):\n  no"
    document.end_run(Outcome(OutcomeKind.FAILED, "Line 1: no.", line=1, detail=detail))
    assert panel.text == f"{detail}\nLine 1: no.\n"


def test_it_follows_the_end_unless_scrolled_up(panel: ConsolePanel, document: Document) -> None:
    begin(document)
    say(document, "line\n" * 300)
    bar = field(panel).verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    say(document, "line\n" * 50)
    assert bar.value() == 10


def test_old_lines_are_dropped(panel: ConsolePanel, document: Document) -> None:
    begin(document)
    for start in range(0, MOST_LINES + 3000, 1000):
        say(document, "".join(f"{start + number}\n" for number in range(1000)))
    assert field(panel).blockCount() <= MOST_LINES
    assert panel.text.rstrip().endswith(str(MOST_LINES + 2999))


def test_clear_and_copy(panel: ConsolePanel, document: Document, qtbot: QtBot) -> None:
    buttons = {button.text(): button for button in panel.findChildren(QPushButton)}
    begin(document)
    say(document, "a\nb\n")
    qtbot.mouseClick(buttons["Copy"], Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "a\nb\n"
    qtbot.mouseClick(buttons["Clear"], Qt.MouseButton.LeftButton)
    assert panel.text == ""


def test_an_opened_recording_brings_its_output(panel: ConsolePanel, document: Document) -> None:
    recording = Recording(RunInfo(program=""), MemoryBytes())
    recording.append(Batch(outputs=(Output(StepIndex(0), Stream.OUT, "saved\n"),)))
    recording.end(FINISHED)
    document.show_recording(recording)
    assert panel.text == "saved\nFinished in 2.0 ms.\n"
