"""The recording of one rank, in its own process, from the moment at which it joins the group."""

import sys
from pathlib import Path
from types import FrameType

from engine.protocol.request import ValuePolicy
from engine.runtime.rank import RankPlan
from engine.runtime.recorder import RecorderOptions
from engine.runtime.recorder.watch.frames import FileMarks
from engine.runtime.script import Run
from engine.trace.file.ranks import rank_path


def begin(plan: RankPlan, rank: int) -> Run:
    """Start to record this process; the returned run is to be exited when it ends."""
    options = RecorderOptions(values=ValuePolicy(plan.values), step_limit=plan.step_limit)
    run = Run(rank_path(Path(plan.beside), rank), options, _person())
    run.__enter__()
    return run


def _person() -> FrameType:
    """Return the innermost frame of the person's own code."""
    marks = FileMarks()
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the way to the calling frames
    outermost = frame
    while frame is not None:
        if not marks[frame.f_code.co_filename]:
            return frame
        outermost, frame = frame, frame.f_back
    assert outermost is not None
    return outermost
