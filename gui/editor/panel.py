"""The editor: the program, and in it where the computation stands."""

from enum import Enum

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.program.diagnostics import Diagnostic, diagnose
from engine.trace.batch import Batch
from engine.trace.facts import Span
from engine.trace.ids import StepIndex
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from gui.editor.code_edit import CodeEdit
from gui.editor.decor import Decor, Fault
from gui.editor.header import ErrorStrip, Header
from gui.editor.line_values import LineValues
from gui.editor.marks import NO_MARKS, marks_at
from gui.editor.places import plain_text
from gui.editor.visits import Visits
from gui.model.document import Document, ProgramChanged
from gui.model.playhead import Playhead, PlayheadMoved
from gui.model.selection import Origin, Selected, Selection
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens

TYPING_PAUSE_MS = 300
LIVE_LIMIT_NS = 100_000_000
"""Live mode runs a program again by itself only when its last run took less."""


class LiveMode(Enum):
    """Whether the program runs by itself when typing pauses."""

    OFF = "off"
    ON = "on"


class EditorPanel(QWidget):
    """Shows and edits the program; marks where the playhead is.

    Attributes:
        run_requested: Signal: live mode asks for a run.
        gallery_requested: Signal: the person wants to see the examples.
        open_requested: Signal: the person wants to open a file.
    """

    run_requested = Signal()
    gallery_requested = Signal()
    open_requested = Signal()

    def __init__(
        self, document: Document, playhead: Playhead, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._playhead = playhead
        self._selection = selection
        self._live = LiveMode.OFF
        self._values: LineValues | None = None
        self._visits: Visits | None = None
        self._diagnostic: Diagnostic | None = None
        self._selected: Span | None = None
        self._hovered: Span | None = None
        self._hovered_here: StepIndex | None = None
        self._header = Header()
        self._edit = CodeEdit(theme.tokens)
        self._strip = ErrorStrip(theme.tokens)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._typing_paused)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._edit, 1)
        column.addWidget(self._strip)
        self.setFocusProxy(self._edit)
        self.setTabOrder(self._edit, self._header)
        self._connect(theme)
        self._open(ProgramChanged(document.program))
        self._show_recording(document.recording)

    def _connect(self, theme: Theme) -> None:
        document, selection = self._document, self._selection
        document.program_replaced.connect(self._open)
        document.recording_replaced.connect(self._show_recording)
        document.recording_extended.connect(self._extend)
        document.run_ended.connect(self._end)
        document.path_changed.connect(lambda _path: self._show_title())
        self._playhead.moved.connect(self._follow)
        selection.changed.connect(self._show_selected)
        selection.hovered_step.connect(self._show_hovered)
        theme.changed.connect(self._restyle)
        self._edit.textChanged.connect(self._typed)
        self._edit.place_hovered.connect(self._hover)
        self._edit.line_clicked.connect(self._go_to_line)
        self._header.gallery_requested.connect(self.gallery_requested)
        self._header.open_requested.connect(self.open_requested)

    @property
    def error(self) -> str:
        """The error that is shown below the text; empty when there is none."""
        return self._strip.text()

    @property
    def edit(self) -> CodeEdit:
        """The text field."""
        return self._edit

    def set_live(self, mode: LiveMode) -> None:
        """Turn live mode on or off."""
        self._live = mode

    def go_to_line(self, line: int, column: int = 0) -> None:
        """Put the cursor to a place, lines from 1 and columns in characters from 0, and take the keyboard."""
        self._edit.go_to(line, column)

    # Text

    def _open(self, changed: ProgramChanged) -> None:
        if plain_text(self._edit.document()) != changed.text:
            self._edit.setPlainText(changed.text)
        self._pause.stop()
        self._diagnostic = diagnose(changed.text) if changed.text else None
        self._show_title()
        self._refresh()

    def _typed(self) -> None:
        text = plain_text(self._edit.document())
        if text == self._document.program.replace("\r\n", "\n"):
            return
        self._document.edit_program(text)
        self._diagnostic = None
        self._pause.start()
        self._refresh()

    def _typing_paused(self) -> None:
        self._diagnostic = diagnose(self._document.program)
        self._refresh()
        if self._live is LiveMode.ON and self._diagnostic is None and self._is_quick():
            self.run_requested.emit()

    def _is_quick(self) -> bool:
        recording = self._document.recording
        if recording is None or not recording.steps or recording.outcome.kind is OutcomeKind.TIMED_OUT:
            return False
        last = recording.steps[-1]
        return last.started_ns + last.duration_ns - recording.steps[0].started_ns < LIVE_LIMIT_NS

    # Recording

    @property
    def is_current(self) -> bool:
        """Whether the text is the one that the recording was made of."""
        recording = self._document.recording
        return recording is not None and recording.info.program == self._document.program

    def _show_recording(self, recording: Recording | None) -> None:
        self._values = None if recording is None else LineValues(recording)
        self._visits = None if recording is None else Visits(recording)
        self._selected = self._hovered = None
        self._refresh()
        self._reveal_fault()

    def _extend(self, batch: Batch) -> None:
        if self._values is not None:
            self._values.extend(batch)
        self._refresh()

    def _end(self, outcome: Outcome) -> None:
        del outcome
        self._refresh()
        self._reveal_fault()

    def _reveal_fault(self) -> None:
        """Bring the line of an error into view, once the strip below the text has taken its room."""
        fault = self._edit.decor.fault
        if fault is not None:
            line = fault.span.line
            QTimer.singleShot(0, self._edit, lambda: self._edit.reveal(line))

    def _follow(self, moved: PlayheadMoved) -> None:
        del moved
        self._refresh()
        marks = self._edit.decor.marks
        for line in (marks.executed_line or marks.next_line, marks.underlined.line if marks.underlined else None):
            if line is not None:
                self._edit.reveal(line)

    def _show_selected(self, selected: Selected) -> None:
        recording = self._document.recording
        self._selected = None
        if recording is not None:
            span = self._span_of(recording, selected)
            is_marked = selected.step is not None and selected.step == self._playhead.current
            self._selected = None if is_marked else span
        self._refresh()

    def _span_of(self, recording: Recording, selected: Selected) -> Span | None:
        step = selected.step
        span = None
        if selected.value is not None and selected.value < len(recording.values):
            fact = recording.values[selected.value]
            span = fact.span
            step = fact.producer if step is None else step
        if step is not None and 0 <= step < len(recording):
            span = recording.steps[step].span or span
        return span if span is not None and span.file == 0 else None

    def _show_hovered(self, step: StepIndex | None) -> None:
        recording = self._document.recording
        if step is None or recording is None or not 0 <= step < len(recording):
            self._hovered = None
        else:
            span = recording.steps[step].span
            self._hovered = span if span is not None and span.file == 0 else None
        self._refresh()

    # Mouse

    def _hover(self, place: tuple[int, int] | None) -> None:
        step = None
        if place is not None and self._visits is not None and self.is_current:
            step = self._visits.at(*place, self._playhead.current)
        if step != self._hovered_here:
            self._hovered_here = step
            self._selection.hover_step(step)

    def _go_to_line(self, line: int) -> None:
        if self._visits is None or not self.is_current:
            return
        step = self._visits.of_line(line, self._playhead.current)
        if step is not None:
            self._playhead.seek(step)
            self._selection.select(Selected(step=step, origin=Origin.EDITOR))

    # Marks

    def _refresh(self) -> None:
        recording = self._document.recording
        if recording is None or not self.is_current:
            fault = self._syntax_fault()
            self._show(Decor(fault=fault))
            has_run = recording is not None and recording.info.program
            self._header.show_state("edited since the run" if has_run and self._document.program else "")
            return
        self._header.show_state("")
        current = self._playhead.current
        self._show(
            Decor(
                marks=marks_at(recording, current) if recording.steps else NO_MARKS,
                values=self._values.at(current) if self._values is not None and current >= 0 else {},
                fault=self._syntax_fault() or self._run_fault(recording),
                selected=self._selected,
                hovered=self._hovered,
            )
        )

    def _show(self, decor: Decor) -> None:
        self._edit.show_decor(decor)
        # How a run of this very text ended stands in the list of problems, with what can be done about it.
        self._strip.show_error("" if self._is_listed() else decor.error)

    def _is_listed(self) -> bool:
        recording = self._document.recording
        return recording is not None and self.is_current and not recording.outcome.succeeded

    def _syntax_fault(self) -> Fault | None:
        found = self._diagnostic
        if found is None:
            return None
        return Fault(Span(0, found.line, found.column, found.end_line, found.end_column), found.message)

    def _run_fault(self, recording: Recording) -> Fault | None:
        outcome = recording.outcome
        if outcome.line is None or outcome.succeeded:
            return None
        span = outcome.span
        if span is None or span.file != 0:
            lines = recording.info.program.split("\n")
            text = lines[outcome.line - 1] if 0 < outcome.line <= len(lines) else ""
            span = Span(0, outcome.line, len(text) - len(text.lstrip()), outcome.line, len(text))
        return Fault(span, outcome.message.removeprefix(f"Line {span.line}: "))

    def _show_title(self) -> None:
        self._header.show_title(self._document.title, is_dirty=self._document.is_dirty)

    def _restyle(self, tokens: Tokens) -> None:
        self._edit.restyle(tokens)
        self._strip.restyle(tokens)
