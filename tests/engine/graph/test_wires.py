import pytest
from hypothesis import given, settings

from engine.graph import Folding, iterations, scenery_of
from engine.graph.edges import view_edges
from engine.graph.roster import NOBODY
from engine.graph.stage import stage_of
from engine.graph.view import WHOLE_PROGRAM, EdgeKind
from engine.trace.facts import Phase, Role
from tests.engine.drawing.test_quality import RECORDINGS, programs

FOLDINGS = [
    Folding(),
    Folding().with_all_open(),
    Folding(show_parameters=True),
    Folding(show_parameters=False),
    *(Folding().with_level(level) for level in range(4)),
]


class PlainArrows:
    """Asks every step for its arrows, one after the other."""

    def __init__(self, recording, scenery, stage):
        self.recording, self.cast, self.roster, self.stage = recording, scenery.cast, scenery.roster, stage
        self.seen, self.found = set(), []

    def box(self, step):
        return self.stage.key_of_step(step)

    def leaf(self, value):
        place = int(self.stage.place[self.roster.leaf_part.get(value, NOBODY)])
        return None if place == NOBODY else self.stage.key(place)

    def maker(self, value):
        fact = self.recording.values[value]
        found = None if fact.producer is None else self.box(fact.producer)
        return found or self.leaf(value) or self.leaf(self.cast.leaf_of_tensor.get(fact.tensor))

    def all(self):
        for step in self.cast.forward:
            self.forward(step)
        for step in self.cast.backward:
            if step.grad_node is not None:
                self.gradients(step)
                self.saved(step)
        return self.found

    def forward(self, step):
        sources = [self.maker(value) for value in step.inputs if value is not None]
        for slot, value in enumerate(step.inputs):
            if value is not None:
                fact = self.recording.values[value]
                stored = fact.role in (Role.PARAMETER, Role.BUFFER) and self.leaf(value) is not None
                kind = EdgeKind.PARAMETER if stored else EdgeKind.DATA
                maker = None if fact.producer is None else self.recording.steps[fact.producer]
                of_op = maker is not None and maker.phase is Phase.FORWARD and value in maker.outputs
                out = maker.outputs.index(value) if of_op else 0
                self.put(self.maker(value), self.box(step.index), kind, value, out, slot, step.index)
        for value in step.outputs[:1]:
            base = None if value is None else self.recording.values[value].base
            if base is not None and self.maker(base) not in sources:
                self.put(self.maker(base), self.box(step.index), EdgeKind.VIEW, base, 0, 0, step.index)

    def gradients(self, step):
        for edge in self.recording.edges_from(step.grad_node):
            value = step.outputs[edge.slot] if edge.slot < len(step.outputs) else None
            runs = [run for run in self.cast.backward if run.grad_node == edge.target and run.index > step.index]
            runs = [run for run in runs if run.backward_call == step.backward_call]
            if value is None or not runs:
                continue
            leaf = self.cast.accumulates.get(runs[0].index)
            if leaf is None or self.leaf(leaf) is not None:
                ends = self.box(step.index), self.box(runs[0].index)
                self.put(*ends, EdgeKind.GRADIENT, value, edge.slot, edge.input_index, runs[0].index)

    def saved(self, step):
        for slot, saved in enumerate(self.recording.grad_nodes[step.grad_node].saved):
            if saved.value is not None:
                source = self.maker(saved.value)
                self.put(source, self.box(step.index), EdgeKind.SAVED, saved.value, 0, slot, step.index)

    def put(self, source, target, kind, value, *rest):
        if source is None or target is None or source == target:
            return
        folded = ("group:", "backgroup:")
        if source.startswith(folded) or target.startswith(folded) or not self.stage.open.is_detailed:
            said = (source, target, kind, None if kind in (EdgeKind.GRADIENT, EdgeKind.SAVED) else value)
            if said in self.seen:
                return
            self.seen.add(said)
        self.found.append((source, target, kind, value, *rest))


def check(recording):
    for iteration in iterations(recording):
        scenery = scenery_of(recording, iteration)
        groups = scenery.view(Folding()).all_groups
        for folding in [*FOLDINGS, *(Folding().with_toggled(key) for key in groups[:3])]:
            stage = stage_of(recording, scenery.cast, scenery.roster, folding)
            edges = view_edges(recording, scenery.cast, scenery.roster, scenery.wires, stage)
            told = [
                (edge.source, edge.target, edge.kind, edge.value, edge.source_slot, edge.target_slot, edge.step)
                for edge in edges
                if edge.kind is not EdgeKind.UPDATE and not edge.target.startswith("failed:")
            ]
            assert told == PlainArrows(recording, scenery, stage).all()


@pytest.mark.parametrize("name", [name for name in RECORDINGS if name != "long recurrence"])
def test_no_arrow_is_lost_where_all_are_found_at_once(name):
    check(RECORDINGS[name])


@settings(max_examples=40, deadline=None)
@given(programs())
def test_no_arrow_of_any_program_is_lost(recording):
    check(recording)


def test_one_scenery_gives_the_picture_of_every_folding():
    recording = RECORDINGS["u-net"]
    scenery = scenery_of(recording, iterations(recording)[-1])
    whole = scenery.view(Folding().with_level(0))
    opened = scenery.view(Folding().with_all_open())
    assert scenery.view(Folding().with_level(0)) == whole
    assert scenery.view(Folding().with_all_open()) == opened
    assert len(whole.nodes) < len(opened.nodes)
    assert WHOLE_PROGRAM not in {group.key for group in opened.groups}
