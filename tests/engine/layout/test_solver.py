from dataclasses import replace

from engine.drawing import Direction, arrange
from engine.graph import Folding, build_view_graph, iterations
from engine.layout import compose
from tests.support.made import Maker, recurrence, residual


def drawn(recording, direction=Direction.TOP_DOWN):
    return arrange(build_view_graph(recording, iterations(recording)[-1], Folding().with_all_open()), direction)


def test_alike_groups_are_laid_out_once(monkeypatch):
    solved = []
    genuine = compose.solved
    monkeypatch.setattr(compose, "solved", lambda net, *rest: solved.append(net) or genuine(net, *rest))
    frames = drawn(residual(60, 2)).frames
    assert len(frames) > 70
    assert len(solved) < len(frames) / 4


def test_groups_that_differ_only_in_the_slot_that_they_feed_are_laid_out_once(monkeypatch):
    solved = []
    genuine = compose.solved
    monkeypatch.setattr(compose, "solved", lambda net, *rest: solved.append(net) or genuine(net, *rest))
    maker = Maker()
    x, parts = maker.leaf("x"), []
    for branch in range(40):
        maker.enter(f"net.{branch}", "Branch")
        parts.append(maker.op("mul", maker.op("sin", x), maker.op("cos", x)))
        maker.leave()
    maker.op("stack", *parts)
    frames = drawn(maker.done()).frames
    assert len(frames) >= 40
    assert len(solved) < 10


def test_laying_out_alike_groups_once_changes_nothing(monkeypatch):
    once = drawn(residual(12, 2))
    genuine = compose.sketch_of
    monkeypatch.setattr(compose, "sketch_of", lambda *lane: replace(genuine(*lane), key=object()))
    assert drawn(residual(12, 2)) == once


def test_the_rounds_of_a_long_recurrence_do_not_drift_to_one_side():
    drawing = drawn(recurrence(40))
    rounds = [frame.rect for frame in drawing.frames if frame.group.title.startswith("round")]
    assert len(rounds) >= 20
    columns = {round(rect.x) for rect in rounds}
    assert len(columns) < len(rounds) / 2
