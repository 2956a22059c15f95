"""The ring of kept iterations: what stays within its budget, and samples as recordings."""

from engine.trace.batch import Batch, RunInfo
from engine.training.facts import Sample, SampleReason
from engine.training.ring import Ring

INFO = RunInfo(program="x = 1\n", filename="a.py")


def sample(iteration, reason=SampleReason.PERIODIC, nbytes=100):
    return Sample(iteration=iteration, reason=reason, batch=Batch(), data=bytes(nbytes))


def kept(ring):
    return [one.iteration for one in ring.samples]


def test_the_oldest_periodic_ones_go_first():
    ring = Ring(INFO, 350)
    for iteration in (0, 10, 20):
        assert ring.add(sample(iteration)) == ()
    gone = ring.add(sample(30))
    assert [one.iteration for one in gone] == [0]
    assert (kept(ring), ring.used_bytes) == ([10, 20, 30], 300)


def test_what_was_asked_for_stays_longest():
    ring = Ring(INFO, 250)
    ring.add(sample(1, SampleReason.ALERT))
    ring.add(sample(2, SampleReason.ASKED))
    ring.add(sample(3))
    assert kept(ring) == [2, 3]
    ring.add(sample(4))
    assert kept(ring) == [2, 4]


def test_one_iteration_is_kept_once_and_a_single_giant_alone():
    ring = Ring(INFO, 250)
    ring.add(sample(5))
    ring.add(sample(5, nbytes=120))
    assert (kept(ring), ring.used_bytes) == ([5], 120)
    ring.add(sample(6, nbytes=10_000))
    assert kept(ring) == [6]


def test_a_sample_is_a_recording_of_its_own():
    ring = Ring(INFO, 1000)
    ring.add(sample(7, SampleReason.ASKED))
    recording = ring.recording(7)
    assert recording.info.is_part
    assert recording.outcome.message == "Iteration 7 (asked for)."
    assert ring.recording(8) is None
