"""A recording with rounds of a loop and decisions, made without torch."""

from msgspec.structs import replace

from engine.trace.batch import Batch
from engine.trace.control import Decision, DecisionKind, Region, RegionKind
from engine.trace.facts import Span
from engine.trace.ids import RegionId, StepIndex
from engine.trace.recording import Recording
from tests.support.made import Maker

PROGRAM = """\
x = torch.tensor(1.0)
def halve(v):
    return v / 2
while x > 0.3:
    x = halve(x)
"""


def decided_recording() -> Recording:
    """``x`` is halved twice; each round asks first."""
    made = Maker(program=PROGRAM)
    value = made.leaf("x", shape=(), numbers=[1.0])
    for number, outcome, text in ((0, True, "x = 1 > 0.3"), (1, True, "x = 0.5 > 0.3"), (2, False, "x = 0.25 > 0.3")):
        asked = made.op("gt", value, line=4, shape=())
        around = RegionId(2 * number - 2) if number else None
        step = StepIndex(len(made.recording))
        decision = Decision(step, DecisionKind.WHILE, Span(0, 4, 6, 4, 13), asked, outcome, around, text)
        made.recording.append(Batch(decisions=(decision,)))
        if outcome:
            loop = Region(
                RegionId(2 * number), RegionKind.ITERATION, "while x > 0.3", None, Span(0, 4, 0, 4, 13), number
            )
            call = Region(RegionId(2 * number + 1), RegionKind.FUNCTION, "halve", loop.id, Span(0, 2, 0, 2, 12), number)
            made.recording.append(Batch(regions=(loop, call)))
            value = made.op("div", value, line=3, shape=())
            made.recording.steps[-1] = replace(made.recording.steps[-1], region=call.id)
    return made.recording
