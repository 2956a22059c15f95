import gc

import pytest

from gui.model.workspace import Workspace
from tests.support.workbench import build, destroy


class Bench:
    """A window in the Train workspace over a backend that a test lets tell things."""

    def __init__(self, workbench):
        self.workbench = workbench
        self.training = workbench.training
        self.trainer = workbench.trainer
        self.notices = []
        workbench.models.notices.posted.connect(lambda notice: self.notices.append(notice.text))

    @property
    def page(self):
        return self.workbench.train.page

    @property
    def run(self):
        return self.training.book.current

    @property
    def controls(self):
        return self.workbench.window.parts.top._train

    def tell(self, *facts):
        self.training.control.take_facts(tuple(facts))
        self.page.refresh()

    def button(self, action_id):
        bar = self.controls
        return next(button for button in bar.children() if getattr(button, "defaultAction", lambda: None)() is not None
                    and button.defaultAction().objectName() == action_id)  # fmt: skip


@pytest.fixture
def bench(qtbot, tmp_path):
    workbench = build(tmp_path)
    workbench.window.resize(1600, 1000)
    with qtbot.waitExposed(workbench.window):
        workbench.window.show()
    workbench.window.activateWindow()
    workbench.models.preferences.choose_workspace(Workspace.TRAIN)
    yield Bench(workbench)
    destroy(workbench)
    gc.collect()  # in the window itself this waits for a quiet moment; within a paint event it brings pyqtgraph down


@pytest.fixture
def begun(bench, qtbot):
    """The same after Play: a run has begun and told nothing yet."""
    bench.training.control.toggle()
    qtbot.waitUntil(lambda: bench.run is not None and bench.run.ring is not None, timeout=3000)
    return bench
