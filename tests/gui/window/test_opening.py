"""Files come into the window: dropped, or opened as recordings."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from tests.support.recordings import starter_recording


def test_a_dropped_file_is_opened(workbench, tmp_path):
    path = tmp_path / "dropped.py"
    path.write_text("y = 2\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place = QPointF(100, 100)
    action, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(workbench.window, QDragEnterEvent(place.toPoint(), action, data, button, none))
    assert workbench.window._drop_zone.isVisible()
    QApplication.sendEvent(workbench.window, QDropEvent(place, action, data, button, none))
    assert not workbench.window._drop_zone.isVisible()
    assert workbench.models.document.program == "y = 2\n"


def test_a_recording_is_opened_without_running_it(workbench, tmp_path):
    workbench.models.document.show_recording(starter_recording())
    workbench.flow._prompts.save_to = tmp_path / "run.chainrule"
    workbench.flow.save_recording()
    workbench.flow.new()
    workbench.start(tmp_path / "run.chainrule")
    assert len(workbench.models.document.recording) == 9
    assert "run" not in workbench.backend.asked
    assert isinstance(workbench.models.recents.paths[0], Path)
