"""The last batch is looked at: rows as a table, pictures as tiles, and what the network answers beside."""

import numpy as np
from PySide6.QtCore import Qt

from gui.train.batch_view import BatchDialog
from gui.train.hues import picture_image
from tests.gui.train.facts import picture, progress
from tests.gui.window.keys import press


def opened(bench, qtbot):
    bench.page.setFocus()
    press(qtbot, bench.page, Qt.Key.Key_D)
    return bench.page.findChild(BatchDialog)


def test_a_batch_of_numbers_is_followed(begun, qtbot):
    dialog = opened(begun, qtbot)
    assert dialog.isVisible()
    assert dialog.headline == "The last batch"
    begun.tell(progress(7), picture(7, "batch/inputs", np.arange(12).reshape(6, 2)))
    begun.tell(picture(7, "batch/targets", [0, 1, 2, 0, 1, 2]), picture(7, "batch/answers", [0, 1, 1, 0, 1, 2]))
    begun.tell(picture(7, "batch/inputs", np.arange(12).reshape(6, 2)))
    assert dialog.headline == "calm-1, after 7 iterations: the first 6 samples"
    assert dialog.view.labels == [("0", "0"), ("1", "1"), ("2", "1"), ("0", "0"), ("1", "1"), ("2", "2")]
    assert not dialog.grab().isNull()
    begun.tell(
        picture(9, "batch/inputs", np.zeros((2, 40))), picture(9, "batch/targets", [[0.5, 1, 2, 3], [1, 2, 3, 4]])
    )
    assert dialog.headline.startswith("calm-1, after 9")
    assert dialog.view.labels == []
    assert dialog.view._targets == ["0.5, 1, 2 …", "1, 2, 3 …"]
    assert dialog.view.sizeHint().width() > 2000
    assert not dialog.grab().isNull()


def test_a_batch_of_pictures(begun, qtbot):
    dialog = opened(begun, qtbot)
    shades = np.random.default_rng(0).random((5, 1, 8, 8))
    begun.tell(progress(3), picture(3, "batch/inputs", shades), picture(3, "batch/targets", range(5)))
    assert not dialog.grab().isNull()
    assert dialog.view.sizeHint().height() > 100
    colours = picture_image(dialog.view._tokens, np.stack([np.ones((2, 2)), np.zeros((2, 2)), np.zeros((2, 2))]))
    assert colours.pixelColor(0, 0).name() == "#ff0000"
    press(qtbot, begun.page, Qt.Key.Key_D)
    assert len(begun.page.findChildren(BatchDialog)) == 1
