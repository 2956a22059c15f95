"""What a verification of the recording finds, while it runs and afterwards."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from engine.interchange.proof_text import TITLES, ProofReport, step_text
from engine.protocol.proof import Finding, Verdict
from engine.trace.recording import Recording
from gui.dialogs.plain import plain_buttons
from gui.theme.icons import Icon, icon_pixmap
from gui.theme.theme import Theme

_STEP = Qt.ItemDataRole.UserRole
_MOST_ROWS = 500
"""More failures than this are counted and not listed."""
_BAR_HEIGHT_PX = 6
_ICON_PX = 14
_EXPLANATION = (
    "Every call is made again on its recorded inputs and compared bit for bit; every gradient is computed again and "
    "held against finite differences. Only functions of torch run, nothing of the program itself."
)


class Prover(Protocol):
    """Verifies a recording in the background."""

    found: SignalInstance
    over: SignalInstance

    def start(self, recording: Recording) -> None:
        """Begin."""
        ...

    def cancel(self) -> None:
        """Stop; ``over`` says so."""
        ...

    def close(self) -> None:
        """Stop, and let go of everything."""
        ...


class ProofDialog(QDialog):
    """Stands beside the window: a click on a finding goes to its step there.

    Args:
        recording: What is verified; nothing may be appended to it meanwhile.
        prover: Does it.
        seek: Goes to a step.
        theme: Gives the colours of the marks.
        parent: The window.

    Signals:
        closed: It was closed, and whatever it did is stopped.
    """

    closed = Signal()

    def __init__(
        self,
        recording: Recording,
        prover: Prover,
        seek: Callable[[int], None],
        theme: Theme,
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Verify this recording")
        self.resize(720, 480)
        self._recording = recording
        self._prover = prover
        self._seek = seek
        self._theme = theme
        self._report = ProofReport(recording)
        self._is_over = False
        self._headline = QLabel("Verifying…", self)
        self._headline.setProperty("look", "title")
        self._headline.setWordWrap(True)
        explanation = QLabel(_EXPLANATION, self)
        explanation.setProperty("look", "muted")
        explanation.setWordWrap(True)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(_BAR_HEIGHT_PX)
        self._bar.setAccessibleName("How far the verification is")
        self._rows = QListWidget(self)
        self._rows.setWordWrap(True)
        self._rows.setAccessibleName("Findings")
        self._rows.itemClicked.connect(self._go)
        self._rows.itemActivated.connect(self._go)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self._stop = self._buttons.addButton("Stop", QDialogButtonBox.ButtonRole.ActionRole)
        self._copy = self._buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        self._stop.clicked.connect(prover.cancel)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
        self._buttons.rejected.connect(self.close)
        plain_buttons(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 14)
        layout.setSpacing(10)
        for part in (self._headline, explanation, self._bar):
            layout.addWidget(part)
        layout.addWidget(self._rows, 1)
        layout.addWidget(self._buttons)
        prover.found.connect(self._on_found)
        prover.over.connect(self._on_over)

    def begin(self) -> None:
        """Show, and start to verify."""
        self.show()
        self._prover.start(self._recording)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is going to be found."""
        return self._is_over

    @property
    def headline(self) -> str:
        """The sentence at the top."""
        return self._headline.text()

    @property
    def text(self) -> str:
        """Everything that was found, as lines."""
        listed = [self._rows.item(number).text() for number in range(self._rows.count())]
        return "\n".join([self.headline, "", *listed])

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop when it is closed."""
        self._prover.found.disconnect(self._on_found)
        self._prover.over.disconnect(self._on_over)
        self._prover.close()
        super().closeEvent(event)
        self.closed.emit()
        self.deleteLater()

    def reject(self) -> None:
        """Close on Escape as the button does."""
        self.close()

    def _on_found(self, findings: tuple[Finding, ...], done: int, total: int) -> None:
        self._report.add(findings)
        self._bar.setMaximum(max(1, total))
        self._bar.setValue(done)
        for finding in findings:
            if finding.verdict is Verdict.FAILED and self._rows.count() < _MOST_ROWS:
                self._add(Verdict.FAILED, f"{self._named(finding.step)}: {finding.text}", finding.step)
        failures = len(self._report.failures)
        self._headline.setText(f"Verifying… {failures:,} failed so far." if failures else "Verifying…")

    def _on_over(self, trouble: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._bar.hide()
        self._stop.hide()
        self._headline.setText(trouble or self._report.headline)
        hidden = len(self._report.failures) - self._rows.count()
        if hidden > 0:
            self._add(Verdict.FAILED, f"{hidden:,} more failed.", None)
        for check, title in TITLES.items():
            if self._report.proven[check]:
                self._add(Verdict.PROVEN, f"{_times(self._report.proven[check])}: {title}.", None)
        for (check, reason), steps in sorted(self._report.unchecked.items(), key=lambda item: -len(item[1])):
            first = next((step for step in steps if step is not None), None)
            where = f" First: {self._named(first)}." if first is not None else ""
            text = f"{_times(len(steps))} not checked ({check.value}): {reason}.{where}"
            self._add(Verdict.NOT_CHECKED, text, first)

    def _named(self, step: int | None) -> str:
        return step_text(self._recording, step, first=1)

    def _add(self, verdict: Verdict, text: str, step: int | None) -> None:
        item = QListWidgetItem(self._mark(verdict), text, self._rows)
        item.setData(_STEP, step)
        item.setToolTip(f"{verdict.value.capitalize()}. Click to go to the step." if step is not None else "")

    def _mark(self, verdict: Verdict) -> QIcon:
        tokens, density = self._theme.tokens, self.devicePixelRatioF()
        match verdict:
            case Verdict.FAILED:
                return QIcon(icon_pixmap(Icon.ERROR, tokens.error, _ICON_PX, density))
            case Verdict.PROVEN:
                return QIcon(icon_pixmap(Icon.CHECK, tokens.accent, _ICON_PX, density))
            case Verdict.NOT_CHECKED:
                return QIcon(icon_pixmap(Icon.INFO, tokens.muted, _ICON_PX, density))

    def _go(self, item: QListWidgetItem) -> None:
        step = item.data(_STEP)
        if step is not None:
            self._seek(int(step))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
