"""The export dialog: what to write, how it will look, and where."""

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine.interchange.picture_format import PictureFormat
from gui.dialogs.export_steps import StepsChooser
from gui.dialogs.export_work import ExportWork, Progress
from gui.model.export import ExportChoice, ExportProblemError, Extent, numbered_names
from gui.theme.tokens import ThemeName

PREVIEW_PX = QSize(560, 420)
_SCALES = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 8)
"""What the slider goes through; below 1 for graphs that would have more pixels than a picture can have."""
_USUAL_SCALE = 2
_BAR_PX = 8
_STOPPING = "Stopping …"


class ExportJob(Protocol):
    """One export, as it was asked for; its methods may be called on any thread."""

    def preview(self, width_px: int, height_px: int, progress: Progress) -> QImage | str:
        """Return a small picture, or the text that will be written. ``progress`` may raise to end it.

        Raises:
            ExportProblemError: If there is nothing to show.
        """
        ...

    def size_text(self) -> str:
        """Return e.g. ``1840 × 920 pixels``; empty where sizes mean nothing."""
        ...

    def write(self, path: Path, progress: Progress) -> None:
        """Write the file; a file that was there is replaced whole or not at all. ``progress`` may raise to end it.

        Raises:
            ExportProblemError: If it could not be written.
        """
        ...


class Exporter(Protocol):
    """Makes pictures and texts of what the canvas shows."""

    @property
    def step_count(self) -> int:
        """How many steps there are."""
        ...

    def prepare(self, choice: ExportChoice) -> ExportJob:
        """Return the work to be done, about what is shown now.

        Raises:
            ExportProblemError: If there is nothing to export.
        """
        ...


class SaveAsker(Protocol):
    """Asks where to save."""

    def ask_save(self, proposal: Path, filters: tuple[str, ...]) -> Path | None:
        """Where to save; None for nowhere."""
        ...


class ExportDialog(QDialog):
    """Choices at the left, a live preview at the right.

    Attributes:
        saved_path: The file written, once one was.
    """

    def __init__(
        self, exporter: Exporter, prompts: SaveAsker, proposal: Path, theme: ThemeName, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export picture")
        self.saved_path: Path | None = None
        self._exporter = exporter
        self._prompts = prompts
        self._proposal = proposal
        self._format = _combo("Format", [kind.label for kind in PictureFormat], self)
        self._theme = _combo("Theme", [name.value.capitalize() for name in ThemeName], self)
        self._theme.setCurrentIndex(list(ThemeName).index(theme))
        self._extent = _combo("Show", [extent.value for extent in Extent], self)
        self._scale = QSlider(Qt.Orientation.Horizontal, self)
        self._scale.setRange(0, len(_SCALES) - 1)
        self._scale.setValue(_SCALES.index(_USUAL_SCALE))
        self._scale.setPageStep(1)
        self._scale.setAccessibleName("Scale")
        self._scale_text = QLabel(self)
        self._clear = QCheckBox("Transparent background", self)
        self._fonts = QCheckBox("Embed the fonts (1 MB)", self)
        self._steps = StepsChooser(exporter.step_count, self)
        self._bar = QProgressBar(self)
        self._bar.setAccessibleName("Progress")
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(_BAR_PX)
        self._bar.hide()
        self._writing: ExportWork | None = None
        self._target: Path | None = None
        self._previewing: ExportWork | None = None
        self._size = QLabel(self)
        self._size.setProperty("look", "muted")
        self._problem = QLabel(self)
        self._problem.setWordWrap(True)
        self._problem.setAccessibleName("Problem")
        self._preview = _preview_label(self)
        self._timer = QTimer(self, interval=60, singleShot=True)
        self._timer.timeout.connect(self.refresh)
        self._place()
        self._connect()
        self.refresh()

    @property
    def choice(self) -> ExportChoice:
        """What is chosen."""
        return ExportChoice(
            format=list(PictureFormat)[self._format.currentIndex()],
            scale=_SCALES[self._scale.value()],
            theme=list(ThemeName)[self._theme.currentIndex()],
            is_transparent=self._clear.isChecked() and self._clear.isEnabled(),
            extent=list(Extent)[self._extent.currentIndex()],
            steps=self._steps.steps,
            frame_ms=self._steps.frame_ms,
            embeds_fonts=self._fonts.isChecked() and self._fonts.isEnabled(),
        )

    @property
    def problem(self) -> str:
        """What does not work, as one sentence; empty when all is well."""
        return self._problem.text()

    def choose_format(self, kind: PictureFormat) -> None:
        """Choose a format."""
        self._format.setCurrentIndex(list(PictureFormat).index(kind))

    def refresh(self) -> None:
        """Make the preview again."""
        choice = self.choice
        self._enable(choice)
        self._scale_text.setText(f"{choice.scale:g}×")
        self._problem.clear()
        self._size.clear()
        if self._previewing is not None:
            self._previewing.call_off()
            self._previewing = None
        try:
            job = self._exporter.prepare(choice)
            self._size.setText(job.size_text())
        except ExportProblemError as problem:
            self._show_no_preview(str(problem))
            return
        width, height = self._preview.width() - 8, self._preview.height() - 8
        work = ExportWork(lambda progress: job.preview(width, height, progress))
        work.done.connect(self._show_preview)
        work.failed.connect(self._show_no_preview)
        work.start()
        self._previewing = work

    def _show_no_preview(self, problem: str) -> None:
        self._problem.setText(problem)
        self._preview.clear()

    def _show_preview(self, picture: QImage | str) -> None:
        if self.sender() is not self._previewing:
            return
        if isinstance(picture, str):
            self._preview.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            self._preview.setText(picture)
        else:
            self._preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._preview.setPixmap(QPixmap.fromImage(picture))

    def save(self) -> None:
        """Ask where, write, and close; a problem is shown and the dialog stays."""
        choice = self.choice
        suffix = f".{choice.format.value}"
        filters = (f"{choice.format.label} (*{suffix})",)
        path = self._prompts.ask_save(self._proposal.with_suffix(suffix), filters)
        if path is None:
            return
        problem = ""
        if path.suffix.lower() != suffix:
            path, problem = _with_suffix(path, choice.format)
        if problem:
            self._problem.setText(problem)
            return
        if choice.format is PictureFormat.PNG and choice.steps is not None:
            problem = _taken(path, choice.steps)
        if problem:
            self._problem.setText(problem)
            return
        try:
            job = self._exporter.prepare(choice)
        except ExportProblemError as error:
            self._problem.setText(str(error))
            return
        self._write(job, path)

    def reject(self) -> None:
        """Stop writing, or close."""
        if self._writing is None:
            super().reject()
        else:
            self._writing.call_off()
            self._problem.setText(_STOPPING)

    def done(self, result: int) -> None:
        """Close; a preview that is being made is called off."""
        if self._previewing is not None:
            self._previewing.call_off()
            self._previewing.wait()
        super().done(result)

    def _write(self, job: ExportJob, path: Path) -> None:
        self._show_writing(is_on=True)
        self._target = path
        work = ExportWork(lambda progress: job.write(path, progress))
        work.progressed.connect(self._show_share)
        work.done.connect(self._remember)
        work.failed.connect(self._problem.setText)
        work.ended.connect(self._end_writing)
        self._writing = work
        work.start()

    def _show_share(self, share: float) -> None:
        self._bar.setValue(round(share * 1000))

    def _remember(self, _nothing: object) -> None:
        self.saved_path = self._target

    def _end_writing(self) -> None:
        self._writing = None
        self._show_writing(is_on=False)
        if self.saved_path is not None:
            self.accept()
        elif self._problem.text() == _STOPPING:
            self._problem.setText("Stopped: nothing was written.")

    def _show_writing(self, *, is_on: bool) -> None:
        self._problem.clear() if is_on else None
        self._bar.setValue(0)
        self._bar.setVisible(is_on)
        self._left.setEnabled(not is_on)
        self._save.setEnabled(not is_on)

    def _place(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Format", self._format)
        form.addRow("Show", self._extent)
        form.addRow("Theme", self._theme)
        scale = QHBoxLayout()
        scale.addWidget(self._scale, 1)
        scale.addWidget(self._scale_text)
        form.addRow("Scale", scale)
        form.addRow("", self._clear)
        form.addRow("", self._fonts)
        form.addRow("Steps", self._steps)
        form.addRow("", self._size)
        self._left = QWidget(self)
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.addLayout(form)
        left.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(18)
        body.addWidget(self._left)
        body.addWidget(self._preview, 1)
        buttons = QDialogButtonBox(self)
        self._save = buttons.addButton("Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        self._save.setDefault(True)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 14)
        layout.addLayout(body, 1)
        layout.addWidget(self._problem)
        layout.addWidget(self._bar)
        layout.addWidget(buttons)

    def _connect(self) -> None:
        for combo in (self._format, self._theme, self._extent):
            combo.currentIndexChanged.connect(self._timer.start)
        self._scale.valueChanged.connect(lambda _value: self._timer.start())
        for box in (self._clear, self._fonts):
            box.toggled.connect(lambda _on: self._timer.start())
        self._steps.changed.connect(self._timer.start)

    def _enable(self, choice: ExportChoice) -> None:
        kind = choice.format
        self._steps.set_animated(is_animated=kind.is_animation)
        for widget, enabled, reason in (
            (self._scale, kind.is_in_pixels, "Only a picture in pixels has a scale."),
            (self._clear, kind.can_be_clear, "This format has no clear background."),
            (self._extent, kind is not PictureFormat.JSON, "This is the whole recording."),
            (self._theme, kind.is_picture, "A text has no colours."),
            (self._fonts, kind is PictureFormat.SVG, "Only an SVG can be written with or without its fonts."),
            (self._steps, kind.takes_steps, "This format shows one step."),
        ):
            widget.setEnabled(enabled)
            widget.setToolTip("" if enabled else reason)


def _with_suffix(path: Path, kind: PictureFormat) -> tuple[Path, str]:
    """Return the path with the ending of the format, and why it cannot be taken, empty when it can."""
    other = next((known for known in PictureFormat if path.suffix.lower() == f".{known.value}"), None)
    if other is not None:
        name = other.label.partition(" ")[0]
        return path, f"“{path.name}” is a name for {name}: choose that format, or end the name in .{kind.value}."
    full = path.with_name(f"{path.name}.{kind.value}")
    if full.is_file():  # the person was not asked about this one
        return full, f"There is already a file “{full.name}”: choose it by its full name to replace it."
    return full, ""


def _taken(path: Path, steps: tuple[int, int]) -> str:
    """Why a sequence cannot be written under this name: nobody was asked about a file of it that is there."""
    found = next((name for name in numbered_names(path, steps[1] - steps[0] + 1) if name.exists()), None)
    return "" if found is None else f"There is already a file “{found.name}”: choose another name for the sequence."


def _preview_label(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setObjectName("preview")
    label.setProperty("look", "mono")  # for texts; a picture has no font
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setMinimumSize(PREVIEW_PX)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _combo(name: str, titles: list[str], parent: QWidget) -> QComboBox:
    combo = QComboBox(parent)
    combo.setAccessibleName(name)
    combo.addItems(titles)
    return combo
