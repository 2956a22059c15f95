"""Damaged and forged files: opened or refused in one sentence, and everything that is opened can be used.

These are short runs; ``python -m tests.fuzz.run SECONDS`` makes a long one.
"""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.trace.file import RecordingFileError, read_recording
from engine.trace.recording import Recording
from tests.fuzz.damage import HUGE_HEADS, damaged, file_of, frames_of
from tests.fuzz.harness import open_both_ways, recordings, seeds
from tests.fuzz.lies import lied
from tests.fuzz.uses import use_all

SHORT = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=150
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture(scope="module")
def honest() -> list[Recording]:
    return recordings()


@SHORT
@given(rng=st.randoms(use_true_random=False))
def test_damaged_files_are_opened_or_refused_by_both_readers_alike(
    tmp_path: Path, files: list[bytes], rng: Random
) -> None:
    open_both_ways(tmp_path / "f.chainrule", damaged(rng, rng.choice(files)))


@settings(parent=SHORT, max_examples=40)
@given(rng=st.randoms(use_true_random=False))
def test_whatever_opens_can_be_used(tmp_path: Path, files: list[bytes], honest: list[Recording], rng: Random) -> None:
    told = lied(rng, rng.choice(honest))
    if told is not None:
        use_all(told, tmp_path)


@settings(parent=SHORT, max_examples=80)
@given(content=st.binary(max_size=300))
def test_random_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f.chainrule"
    path.write_bytes(content)
    with pytest.raises(RecordingFileError, match=r"^f\.chainrule is not a Chainrule recording\.$"):
        read_recording(path)


@pytest.mark.parametrize("head", HUGE_HEADS, ids=lambda head: head.hex())
def test_promised_lengths_take_no_memory(tmp_path: Path, files: list[bytes], head: bytes) -> None:
    frames = frames_of(files[0])
    for place, (kind, payload) in enumerate(frames):
        for at in range(0, min(len(payload), 60), 7):
            forged = payload[:at] + head + payload[at + len(head) :]
            content = file_of([*frames[:place], (kind, forged), *frames[place + 1 :]])
            open_both_ways(tmp_path / "f.chainrule", content)
