"""Whatever the recorder's own tests record is proven; what can only be left unchecked says why."""

import pytest

from engine.protocol.proof import Check, Depth, Verdict
from tests.engine.runtime.proof.proving import proven, recorded
from tests.engine.runtime.recorder.programs import PROGRAMS

THOROUGH = ("twice", "mlp adam", "lstm cell", "grad", "second order", "in place and views", "checkpoint", "dtypes")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROGRAMS)
def test_recorded_programs_are_proven(name: str) -> None:
    report = proven(recorded(PROGRAMS[name]), Depth.FULL if name in THOROUGH else Depth.QUICK)
    assert report.failures == []
    assert report.of(Verdict.PROVEN, Check.REPLAY)
    assert all(report.reasons)
