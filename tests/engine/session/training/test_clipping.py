"""What clipping did to a gradient is kept with the iterations that are kept whole, and changes nothing."""

import numpy as np
import pytest

from engine.training.commands import Play, SetHyper
from engine.training.options import TrainingOptions
from engine.training.xray import xray
from tests.engine.session.training.programs import losses_alone, program

pytestmark = pytest.mark.worker


def norms(sample):
    parameters = sample.update.parameters
    raw = np.concatenate([one.array(one.unclipped).ravel() for one in parameters])
    clipped = np.concatenate([one.array(one.gradient).ravel() for one in parameters])
    return float(np.linalg.norm(raw)), float(np.linalg.norm(clipped))


def test_the_program_clips(runs):
    text = program(clip_norm=0.05)
    runs.run(text, training=TrainingOptions(sample_every=3, sample_share=None))
    assert list(runs.curve("loss").values()) == losses_alone(text)
    assert len(runs.samples) == 3
    for sample in runs.samples:
        raw, clipped = norms(sample)
        assert raw > 0.05
        assert clipped == pytest.approx(0.05, rel=1e-3)
        assert xray(sample.update, 0).quantities[2].name == "clipped"
        assert xray(sample.update, 0).agreement.holds


def test_it_is_clipped_from_outside(runs):
    text = program().replace("    optimizer.step()", "    list(model.parameters())\n    optimizer.step()")
    runs.begin(text, training=TrainingOptions(play=Play(iterations=2)))
    runs.until_paused()
    runs.session.steer(SetHyper(name="clip norm", numbers=(0.02,)))
    runs.steer(Play(iterations=1, kept=True))
    runs.until(lambda: runs.samples)
    assert norms(runs.samples[0])[1] == pytest.approx(0.02, rel=1e-3)
    runs.session.stop()
    runs.wait()
