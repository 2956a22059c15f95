"""What stands in the top bar while the Train workspace is shown."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from gui.commands.book import ActionBook
from gui.model.training import Training
from gui.model.training_run import Phase, TrainingRun
from gui.model.training_sentences import details, headline
from gui.theme.icons import Icon, tinted_icon
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens
from gui.widgets.buttons import Chip, action_button
from gui.widgets.elided_label import ElidedLabel

_ROOM_FOR_RESTART_PX = 620
_ROOM_FOR_OPTIMIZER_PX = 520
_BUSY = (Phase.RUNNING, Phase.STARTING)


class TrainControls(QWidget):
    """Play, one batch, one epoch, until; where the run is; the optimizer.

    Attributes:
        optimizer: Opens the list of optimizers.
        until: Where the question how far to run opens.
    """

    def __init__(self, book: ActionBook, training: Training, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self._theme = theme
        self._book = book
        self._tint: tuple[Icon, str] | None = None
        self._play = action_button(book.qaction("train.play"), "accent", self, with_text=True)
        self._play.setMinimumWidth(92)
        self.until = self._plain("train.until")
        self._headline = QLabel(self)
        self._headline.setProperty("look", "heading")
        self._headline.setAccessibleName("Training")
        self._details = ElidedLabel("", self)
        self._details.setProperty("look", "muted")
        self.optimizers = QMenu(self)
        self.optimizer = Chip("Optimizer", self.optimizers, self)
        self.optimizer.setToolTip("The optimizer of torch.optim that the next run takes")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self._play, self._plain("train.batch"), self._plain("train.epoch"), self.until):
            layout.addWidget(widget)
        self._restart = self._plain("train.restart")
        layout.addWidget(self._restart)
        layout.addSpacing(8)
        layout.addWidget(self._headline)
        layout.addWidget(self._details, 1)
        layout.addWidget(self.optimizer)
        theme.changed.connect(self._on_theme)
        training.control.changed.connect(lambda _nothing: self.refresh())
        training.book.changed.connect(lambda _nothing: self.refresh())
        training.book.advanced.connect(self._on_advanced)
        training.plan.changed.connect(lambda _plan: self.refresh())
        self._on_theme(theme.tokens)
        self.refresh()

    def refresh(self) -> None:
        """Say everything again."""
        training = self._training
        run = training.control.live or training.book.current
        self._headline.setText(headline(run))
        told = details(run, needs_restart=training.control.needs_restart)
        self._details.show_text(f"·  {told}" if told else "")
        self.optimizer.show_choice(training.plan.plan.optimizer.name)
        self._show_optimizer()
        self._tint_play()
        look = "wanted" if training.control.needs_restart else "plain"
        if self._restart.property("look") != look:
            self._restart.setProperty("look", look)
            self._restart.style().polish(self._restart)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window what is on keys and in the menu gives way."""
        super().resizeEvent(event)
        self._restart.setVisible(self.width() >= _ROOM_FOR_RESTART_PX)
        self._show_optimizer()

    def _show_optimizer(self) -> None:
        """A program that was typed has an optimizer of its own."""
        run = self._training.book.current
        is_wanted = run is None or not run.is_typed
        self.optimizer.setVisible(is_wanted and self.width() >= _ROOM_FOR_OPTIMIZER_PX)

    def _on_advanced(self, run: TrainingRun) -> None:
        if self.isVisible() and run is (self._training.control.live or self._training.book.current):
            self.refresh()

    def _plain(self, action_id: str) -> QToolButton:
        button = action_button(self._book.qaction(action_id), "plain", self, with_text=True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        return button

    def _tint_play(self) -> None:
        icon = Icon.PAUSE if self._training.control.phase in _BUSY else Icon.RUN
        color = self._theme.tokens.on_accent
        if (icon, color) != self._tint:  # drawing an icon takes longer than a whole turn
            self._tint = (icon, color)
            self._book.qaction("train.play").setIcon(tinted_icon(icon, color, color))

    def _on_theme(self, tokens: Tokens) -> None:
        self.optimizer.tint(tokens)
        self._tint = None  # all actions have just taken their plain icons
        self._tint_play()
