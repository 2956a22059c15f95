"""What is selected follows the playhead where a mere step was picked."""

from gui.model.playhead import Playhead, PlayheadMoved
from gui.model.selection import Origin, Selection

_STEP_PICKERS = (Origin.TIMELINE, Origin.EDITOR)


def let_steps_follow(playhead: Playhead, selection: Selection) -> None:
    """Let go of a step picked on the timeline or in the editor as soon as the playhead leaves it.

    Going to a step selects it. Whoever then walks on wants to see the new step, not the old one; a node or a value
    that was picked for itself stays selected.
    """

    def on_moved(moved: PlayheadMoved) -> None:
        selected = selection.current
        if selected.origin in _STEP_PICKERS and selected.node is None and selected.step not in (None, moved.current):
            selection.clear()

    playhead.moved.connect(on_moved)
