"""The connections between the parts of one window: who hears whom. ``gui.workbench`` calls these once."""

from PySide6.QtCore import QByteArray, QPoint
from PySide6.QtWidgets import QMenu

from engine.protocol.messages import DeviceInfo
from engine.trace.batch import Batch
from engine.trace.recording import Recording
from gui.bridge.session_bridge import SessionBridge
from gui.bridge.settings import SettingsFile
from gui.canvas.lens import Lens
from gui.commands.action import Desk, Menu
from gui.commands.book import ActionBook
from gui.commands.finder import Finder
from gui.commands.ports import Drawer
from gui.dialogs.file_flow import FileFlow
from gui.editor.panel import EditorPanel, LiveMode
from gui.model.devices import Devices
from gui.model.models import Models
from gui.model.preferences import Choices
from gui.model.run_controller import RunController
from gui.panels import Panels
from gui.widgets.omnibox import Source
from gui.window.main_window import MainWindow
from gui.window.top_bar import DeviceChoice, TopBar

_CHART_POINTS = 4
"""So many numbers of a training loop make the charts worth opening."""
_ROOM_FOR_CHARTS_PX = 860
"""In a lower window the charts would leave no room for the graph: there they wait to be asked for."""


def connect_session(bridge: SessionBridge, runs: RunController, models: Models) -> None:
    """What the session says goes to the run controller."""
    bridge.state_changed.connect(runs.take_state)
    bridge.started.connect(runs.take_start)
    bridge.batch_arrived.connect(runs.take_batch)
    bridge.ended.connect(runs.take_end)
    bridge.settled.connect(runs.take_settled)
    bridge.devices_found.connect(models.devices.replace)
    runs.refused.connect(lambda outcome: models.notices.warning(outcome.message))


def connect_panels(panels: Panels, desk: Desk, book: ActionBook, window: MainWindow) -> None:
    """What panels ask for is done."""
    editor, canvas = panels.editor, panels.canvas
    canvas.export_requested.connect(desk.dialogs.export)
    canvas.line_requested.connect(editor.go_to_line)
    canvas.lens_changed.connect(lambda lens: _on_lens(lens, window, book))
    for panel in (panels.problems, panels.decisions, panels.timeline):
        panel.go_to_line_requested.connect(editor.go_to_line)
    editor.gallery_requested.connect(desk.dialogs.gallery)
    editor.open_requested.connect(lambda: _open_files_menu(editor, book))
    editor.run_requested.connect(desk.runs.run)
    canvas.surface.shows_minimap = desk.preferences.choices.shows_minimap
    _on_lens(canvas.lens, window, book)

    def on_choices(choices: Choices) -> None:
        editor.set_live(LiveMode.ON if choices.runs_while_typing else LiveMode.OFF)
        panels.card.set_open(choices.shows_card)

    panels.card.open_changed.connect(lambda is_open: desk.preferences.show_card(shown=is_open))
    desk.preferences.changed.connect(on_choices)
    on_choices(desk.preferences.choices)


def connect_top_bar(top: TopBar, desk: Desk, book: ActionBook, devices: Devices) -> None:
    """Speeds, devices and search."""
    top.offer_speeds(desk.player.set_speed)
    desk.player.changed.connect(lambda player: top.show_playing(is_playing=player.is_playing))
    finder = Finder(desk, book)
    top.search.use(Source(finder.find, finder.count_text, finder.finish))

    def offer_devices(infos: tuple[DeviceInfo, ...]) -> None:
        choices = [
            DeviceChoice(info.key, info.title, "" if info.available else info.reason or "not available here")
            for info in infos
        ]
        chosen = devices.usable_key(desk.preferences.choices.device)
        top.offer_devices(choices, chosen, desk.preferences.choose_device)

    devices.changed.connect(offer_devices)
    desk.preferences.changed.connect(lambda _choices: offer_devices(devices.infos))
    offer_devices(devices.infos)


def connect_notices(window: MainWindow, models: Models, runs: RunController) -> None:
    """Sentences appear above the content; a new run or another program takes old ones away."""
    models.notices.posted.connect(window.toast.show_notice)
    runs.asked.connect(lambda _request: window.toast.dismiss_errors())
    models.document.program_replaced.connect(lambda _changed: window.toast.dismiss_errors())


def connect_coach(window: MainWindow, models: Models) -> None:
    """The first hints stand above the graph until they are followed or sent away."""
    centre, coach = window.parts.centre, models.coach
    coach.changed.connect(centre.show_cue)
    centre.cue.dismissed.connect(coach.dismiss)
    centre.show_cue(coach.cue)


class ChartOpener:
    """Opens the charts the first time that a program trains something, where there is room for them and the graph."""

    def __init__(self, window: MainWindow, models: Models) -> None:
        self._window = window
        self._bottom = window.parts.bottom
        self._document = models.document
        self._has_opened = False
        models.document.recording_extended.connect(self._on_extended)
        models.document.recording_replaced.connect(self._on_replaced)

    def _on_extended(self, batch: Batch) -> None:
        if batch.metrics:
            self._look(self._document.recording)

    def _on_replaced(self, recording: Recording | None) -> None:
        self._look(recording)

    def _look(self, recording: Recording | None) -> None:
        if self._has_opened or recording is None or len(recording.metrics) < _CHART_POINTS:
            return
        self._has_opened = True
        if self._bottom.page is None and self._window.height() >= _ROOM_FOR_CHARTS_PX:
            self._bottom.open(Drawer.CHARTS)


def connect_window(window: MainWindow, flow: FileFlow, book: ActionBook, desk: Desk) -> None:
    """Dropped files, closing, full screen."""
    window.may_close = flow.may_replace
    window.files_dropped.connect(flow.open_dropped)
    window.state_changed.connect(book.refresh_soon)
    window.parts.bottom.drawer_changed.connect(book.refresh_soon)
    window.closing.connect(desk.player.pause)


def keep_settings(settings: SettingsFile, window: MainWindow, models: Models) -> None:
    """Take the window's place from the settings, and keep everything there when it changes."""
    models.preferences.changed.connect(settings.write_choices)
    models.recents.changed.connect(settings.write_recents)
    splitters = {
        "columns": window.columns,
        "rows": window.rows,
        "left": window.parts.left.splitter,
    }
    window.restoreGeometry(settings.read_place("window"))
    for name, splitter in splitters.items():
        is_known = splitter.restoreState(settings.read_place(name))
        window.has_own_columns |= is_known and splitter is window.columns

    def keep() -> None:
        if window.parts.bottom.page is not None:
            window.parts.bottom.close_drawer()
        settings.write_place("window", window.saveGeometry())
        for name, splitter in splitters.items():
            is_own = splitter is not window.columns or window.has_own_columns
            settings.write_place(name, splitter.saveState() if is_own else QByteArray())
        settings.flush()

    window.closing.connect(keep)


def _on_lens(lens: Lens, window: MainWindow, book: ActionBook) -> None:
    window.parts.top.show_lens(lens.value.capitalize())
    book.refresh_soon()


def _open_files_menu(editor: EditorPanel, book: ActionBook) -> None:
    menu = QMenu(editor)
    menu.setToolTipsVisible(True)
    for action in book.actions:
        if action.menu is Menu.FILE and action.topic == "file" and action.id != "file.quit":
            menu.addAction(book.qaction(action.id))
    menu.addSeparator()
    for action in book.actions:
        if action.menu is Menu.RECENT:
            menu.addAction(book.qaction(action.id))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(editor.mapToGlobal(QPoint(120, 36)))
