"""The problems panel: what went wrong, what is likely a mistake, and where."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.explain.problem import Problem, Severity
from engine.explain.problems import CHECKS
from engine.program.diagnostics import diagnose
from engine.trace.facts import Span
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from gui.console.checker import Checker
from gui.console.problem_row import ProblemRow
from gui.model.document import Document, ProgramChanged, RunState
from gui.model.playhead import Playhead
from gui.model.selection import Origin, Selected, Selection
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens


class ProblemsPanel(QWidget):
    """Lists problems of the recording shown; a click goes to the step, the tensor and the line.

    Attributes:
        go_to_line_requested: Signal with line (from 1) and column (from 0, in characters).
        count_changed: Signal with the number of errors and warnings.
    """

    go_to_line_requested = Signal(object, object)
    count_changed = Signal(object)

    def __init__(
        self, document: Document, playhead: Playhead, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._playhead = playhead
        self._selection = selection
        self._tokens = theme.tokens
        self._found: tuple[Problem, ...] = ()
        self._rows: list[ProblemRow] = []
        self._state = QLabel()
        self._state.setProperty("look", "muted")
        self._list = QVBoxLayout()
        self._build()
        self._checker = Checker(self)
        self._checker.found.connect(self._show)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._check)
        document.recording_replaced.connect(self._begin)
        document.run_ended.connect(self._end)
        document.program_replaced.connect(self._open)
        document.run_state_changed.connect(self._show_state)
        theme.changed.connect(self._restyle)
        self._check()

    def _build(self) -> None:
        heading = QLabel("Problems")
        heading.setProperty("look", "heading")
        top = QHBoxLayout()
        top.setContentsMargins(16, 12, 14, 6)
        top.setSpacing(9)
        top.addWidget(heading)
        top.addWidget(self._state, 1)
        self._list.setContentsMargins(0, 0, 0, 8)
        self._list.setSpacing(2)
        content = QWidget()
        outer = QVBoxLayout(content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._list)
        outer.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        area.setWidget(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(area, 1)

    @property
    def found(self) -> tuple[Problem, ...]:
        """What is listed now."""
        return self._found

    @property
    def rows(self) -> tuple[ProblemRow, ...]:
        """The rows of the list."""
        return tuple(self._rows)

    @property
    def headline(self) -> str:
        """What stands beside the heading."""
        return self._state.text()

    def _begin(self, recording: Recording | None) -> None:
        if recording is None or recording.outcome.kind is not OutcomeKind.RUNNING:
            self._later.start()
        else:
            self._checker.forget()
            self._show(())

    def _end(self, outcome: Outcome) -> None:
        del outcome
        self._later.start()

    def _open(self, changed: ProgramChanged) -> None:
        del changed
        self._later.start()

    def _show_state(self, state: RunState) -> None:
        del state
        self._show_headline()

    def _restyle(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._show(self._found)

    def _check(self) -> None:
        recording = self._document.recording
        if recording is not None and recording.info.program == self._document.program:
            self._checker.check(recording)
        else:
            self._checker.forget()
            self._show(_syntax_problem(self._document.program))

    def _show(self, found: tuple[Problem, ...]) -> None:
        self._found = found
        for row in self._rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self._rows = [ProblemRow(problem, self._tokens) for problem in found]
        for row in self._rows:
            row.chosen.connect(self._go_to)
            self._list.addWidget(row)
        self._show_headline()
        self.count_changed.emit(self._serious)

    @property
    def _serious(self) -> int:
        return sum(problem.severity is not Severity.HINT for problem in self._found)

    def _show_headline(self) -> None:
        recording = self._document.recording
        if self._document.run_state is RunState.RUNNING:
            text = "the program is running"
        elif self._serious:
            text = f"{self._serious}"
        elif recording is None:
            text = ""
        else:
            text = "none" if self._found else f"none · {len(CHECKS)} checks"
        self._state.setText(text)

    def _go_to(self, problem: Problem) -> None:
        if problem.step is not None:
            self._playhead.seek(problem.step)
        if problem.step is not None or problem.value is not None:
            self._selection.select(Selected(step=problem.step, value=problem.value, origin=Origin.PROGRAM))
        if problem.span is not None and problem.span.file == 0:
            self.go_to_line_requested.emit(problem.span.line, problem.span.column)


def _syntax_problem(program: str) -> tuple[Problem, ...]:
    found = diagnose(program)
    if found is None:
        return ()
    span = Span(0, found.line, found.column, found.end_line, found.end_column)
    return (Problem(severity=Severity.ERROR, sentence=f"Line {found.line}: {found.message}", span=span),)
