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
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gui.model.export import ExportChoice, Extent, PictureFormat
from gui.theme.tokens import ThemeName

PREVIEW_PX = QSize(560, 420)
_LARGEST_SCALE = 8


class ExportProblemError(Exception):
    """An export could not be made; the text is one sentence for a person."""


class Exporter(Protocol):
    """Makes pictures and texts of what the canvas shows."""

    def preview(self, choice: ExportChoice, width_px: int, height_px: int) -> QImage | str:
        """Return a small picture, or the text that will be written.

        Raises:
            ExportProblemError: If there is nothing to show.
        """
        ...

    def size_text(self, choice: ExportChoice) -> str:
        """Return e.g. ``1840 × 920 pixels``; empty where sizes mean nothing."""
        ...

    def write(self, choice: ExportChoice, path: Path) -> None:
        """Write the file; a file that was there is replaced whole or not at all.

        Raises:
            ExportProblemError: If it could not be written.
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
        self._scale.setRange(1, _LARGEST_SCALE)
        self._scale.setValue(2)
        self._scale.setAccessibleName("Scale")
        self._scale_text = QLabel(self)
        self._clear = QCheckBox("Transparent background", self)
        self._size = QLabel(self)
        self._size.setProperty("look", "muted")
        self._problem = QLabel(self)
        self._problem.setWordWrap(True)
        self._problem.setAccessibleName("Problem")
        self._preview = QLabel(self)
        self._preview.setObjectName("preview")
        self._preview.setProperty("look", "mono")  # for texts; a picture has no font
        self._preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._preview.setMinimumSize(PREVIEW_PX)
        self._preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._preview.setTextFormat(Qt.TextFormat.PlainText)
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
            scale=self._scale.value(),
            theme=list(ThemeName)[self._theme.currentIndex()],
            is_transparent=self._clear.isChecked() and self._clear.isEnabled(),
            extent=list(Extent)[self._extent.currentIndex()],
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
        self._scale_text.setText(f"{choice.scale}×")
        self._size.setText(self._exporter.size_text(choice))
        self._problem.clear()
        try:
            picture = self._exporter.preview(choice, self._preview.width() - 8, self._preview.height() - 8)
        except ExportProblemError as problem:
            self._problem.setText(str(problem))
            self._preview.clear()
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
        try:
            self._exporter.write(choice, path)
        except ExportProblemError as problem:
            self._problem.setText(str(problem))
            return
        self.saved_path = path
        self.accept()

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
        form.addRow("", self._size)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addWidget(self._problem)
        left.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(18)
        body.addLayout(left)
        body.addWidget(self._preview, 1)
        buttons = QDialogButtonBox(self)
        save = buttons.addButton("Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        save.setDefault(True)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 14)
        layout.addLayout(body, 1)
        layout.addWidget(buttons)

    def _connect(self) -> None:
        for combo in (self._format, self._theme, self._extent):
            combo.currentIndexChanged.connect(self._timer.start)
        self._scale.valueChanged.connect(lambda _value: self._timer.start())
        self._clear.toggled.connect(lambda _on: self._timer.start())

    def _enable(self, choice: ExportChoice) -> None:
        is_png = choice.format is PictureFormat.PNG
        for widget, enabled, reason in (
            (self._scale, is_png, "Only a picture in pixels has a scale."),
            (self._clear, is_png, "Only PNG is written with a clear background here."),
            (self._extent, is_png, "This format always shows the whole graph."),
            (self._theme, choice.format.is_picture, "A text has no colours."),
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


def _combo(name: str, titles: list[str], parent: QWidget) -> QComboBox:
    combo = QComboBox(parent)
    combo.setAccessibleName(name)
    combo.addItems(titles)
    return combo
