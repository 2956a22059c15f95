"""The bar at the top: menu, run, transport, where we are, lens, device, search."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QStackedWidget, QToolButton, QWidget

from gui.commands.action import Menu
from gui.commands.book import ActionBook
from gui.commands.keys import key_text
from gui.commands.menus import build_menu, build_single_menu
from gui.model.player import SPEEDS
from gui.model.workspace import Workspace
from gui.theme.icons import Icon, themed_icon, tinted_icon
from gui.theme.stylesheet import CONTROL_PX, TOP_BAR_PX
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens
from gui.widgets.buttons import Chip, action_button
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.omnibox import Omnibox

SEARCH_PX = (112, 320)
_ROOM_FOR_SWITCH_PX = 1180
"""In a narrower window the workspaces are in the menu and on their keys only, and the lens goes by its bare name."""
TRANSPORT = ("playback.first", "playback.previous", "playback.next", "playback.last")


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """One line of the device menu; ``reason`` says why it cannot be chosen."""

    key: str
    title: str
    reason: str = ""


class TopBar(QWidget):
    """Places the controls and shows the texts that it is given.

    Attributes:
        search: The search field.
    """

    def __init__(self, book: ActionBook, theme: Theme, train: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(TOP_BAR_PX)
        self._book = book
        self._theme = theme
        self._is_playing = False
        self._lens_title = ""
        self._train = train
        self._explore = QWidget(self)
        self._controls = QStackedWidget(self)
        self._switch = self._make_switch(book)
        self._brand = self._make_brand(book)
        self._run = action_button(book.qaction("run.start"), "accent", self, with_text=True)
        self._stop = action_button(book.qaction("run.stop"), "plain", self, with_text=True)
        self._headline = QLabel(self)
        self._headline.setProperty("look", "heading")
        self._headline.setAccessibleName("Step")
        self._details = ElidedLabel("", self)
        self._details.setProperty("look", "muted")
        self._speeds = QMenu(self)
        self._speed = Chip("Speed", self._speeds, self)
        self._speed.setToolTip("How fast Play goes")
        self._lens = Chip("Lens", build_single_menu(book, Menu.LENS, self), self)
        self._lens.setToolTip("What the boxes of the graph show")
        self._devices = QMenu(self)
        self._devices.setToolTipsVisible(True)
        self._device = Chip("Device", self._devices, self)
        self._device.setToolTip("Where programs run")
        self.search = Omnibox(theme, key_text("Ctrl+K").replace("+", " "), self)
        self.search.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._place()
        theme.changed.connect(self._on_theme)
        self._on_theme(theme.tokens)

    def show_workspace(self, workspace: Workspace) -> None:
        """Show the controls of a workspace."""
        self._controls.setCurrentWidget(self._train if workspace is Workspace.TRAIN else self._explore)

    def show_step(self, headline: str, details: str) -> None:
        """Say where the playhead stands."""
        self._headline.setText(headline)
        self._details.show_text(f"·  {details}" if details else "")

    def show_speed(self, speed: float) -> None:
        """Say how fast Play goes."""
        self._speed.show_choice(_speed_text(speed))

    def show_playing(self, *, is_playing: bool) -> None:
        """Let the play button say what a press does next."""
        self._is_playing = is_playing
        icon = themed_icon(Icon.PAUSE if is_playing else Icon.PLAY, self._theme.tokens)
        self._book.qaction("playback.play").setIcon(icon)

    def show_lens(self, title: str) -> None:
        """Say which lens is in force."""
        self._lens_title = title
        self._lens.show_choice(f"Lens: {title}" if self._has_room else title)

    def show_device(self, title: str) -> None:
        """Say where programs run."""
        self._device.show_choice(title.partition(" (")[0])
        self._device.setToolTip(f"Where programs run: {title}")

    def offer_speeds(self, choose: Callable[[float], None]) -> None:
        """Fill the speed menu."""
        self._speeds.clear()
        for speed in SPEEDS:
            self._speeds.addAction(_speed_text(speed)).triggered.connect(lambda _=False, speed=speed: choose(speed))
        self._speeds.addSeparator()
        for name in ("playback.play", "playback.reverse"):
            self._speeds.addAction(self._book.qaction(name))

    def offer_devices(self, devices: Iterable[DeviceChoice], chosen: str, choose: Callable[[str], None]) -> None:
        """Fill the device menu; what is absent is greyed and says why."""
        self._devices.clear()
        for device in devices:
            text = f"{device.title}  –  {device.reason}" if device.reason else device.title
            entry = self._devices.addAction(text.replace("&", "&&"))
            entry.setEnabled(not device.reason)
            entry.setToolTip(device.reason or f"Run programs on {device.title}")
            entry.setCheckable(True)
            entry.setChecked(device.key == chosen)
            entry.triggered.connect(lambda _=False, key=device.key: choose(key))

    def open_devices(self) -> None:
        """Open the device menu."""
        self._device.showMenu()

    def open_menu(self) -> None:
        """Open the menu of the program."""
        self._brand.showMenu()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the search field gives way to the text that says where the playhead stands."""
        super().resizeEvent(event)
        self._switch.setVisible(self._has_room)
        self.show_lens(self._lens_title)
        self.search.setFixedWidth(max(SEARCH_PX[0], min(SEARCH_PX[1], round(0.4 * self.width()) - 362)))

    @property
    def _has_room(self) -> bool:
        return self.width() >= _ROOM_FOR_SWITCH_PX

    def _make_brand(self, book: ActionBook) -> QToolButton:
        brand = QToolButton(self)
        brand.setText("Chainrule")
        brand.setProperty("look", "brand")
        brand.setMenu(build_menu(book, brand))
        brand.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        brand.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        brand.setToolTip(f"Menu\n{key_text('F10')}")
        brand.setAccessibleName("Menu")
        return brand

    def _make_switch(self, book: ActionBook) -> QWidget:
        switch = QWidget(self)
        switch.setObjectName("segments")
        switch.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        switch.setFixedHeight(CONTROL_PX + 2)
        row = QHBoxLayout(switch)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for workspace in Workspace:
            button = action_button(book.qaction(f"view.{workspace.value}"), "segment", switch, with_text=True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            row.addWidget(button)
        return switch

    def _place(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(7, 0, 15, 0)
        layout.setSpacing(6)
        layout.addWidget(self._brand)
        layout.addWidget(self._switch)
        layout.addSpacing(4)
        self._place_explore()
        self._controls.addWidget(self._explore)
        self._controls.addWidget(self._train)
        layout.addWidget(self._controls, 1)
        layout.addWidget(self._device)
        layout.addWidget(self.search)

    def _place_explore(self) -> None:
        layout = QHBoxLayout(self._explore)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._run)
        layout.addWidget(self._stop)
        layout.addSpacing(12)
        buttons = QHBoxLayout()
        buttons.setSpacing(3)
        for name in TRANSPORT:
            buttons.addWidget(action_button(self._book.qaction(name), "transport", self))
        layout.addLayout(buttons)
        layout.addWidget(action_button(self._book.qaction("playback.play"), "transport", self))
        layout.addWidget(self._speed)
        layout.addSpacing(6)
        layout.addWidget(self._headline)
        layout.addSpacing(4)
        layout.addWidget(self._details, 1)
        layout.addSpacing(4)
        layout.addWidget(self._lens)

    def _on_theme(self, tokens: Tokens) -> None:
        for chip in (self._speed, self._lens, self._device):
            chip.tint(tokens)
        self.show_playing(is_playing=self._is_playing)
        self._book.qaction("run.start").setIcon(tinted_icon(Icon.RUN, tokens.on_accent, tokens.on_accent))


def _speed_text(speed: float) -> str:
    return f"{speed:g}×" if speed < 1 else f"{speed:.1f}×"
