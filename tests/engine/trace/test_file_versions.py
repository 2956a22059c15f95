"""Recording files of older versions: kept ones open for ever, and a migration is applied frame by frame."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.trace.file import read_recording
from engine.trace.file.frames import VERSION, FrameKind
from engine.trace.file.migrations import MIGRATIONS, Payload, edited, migrated
from engine.trace.invariants import check_recording
from engine.trace.outcome import OutcomeKind
from tests.engine.trace.made import arrays_of, facts_of
from tests.support.recordings import starter_recording

CORPUS = Path(__file__).parent / "corpus"

KNOWN = {
    "cut": (10, 18, OutcomeKind.RUNNING, "The recording ends early: its file was cut off after 10 steps."),
    "dtypes": (14, 26, OutcomeKind.FINISHED, "Finished in 5.6 ms."),
    "failed": (
        1,
        2,
        OutcomeKind.FAILED,
        "Line 5: RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3).",
    ),
    "running": (9, 10, OutcomeKind.RUNNING, "The recording was saved while the program was still running."),
    "starter": (9, 10, OutcomeKind.FINISHED, "Finished in 3.1 ms."),
    "training": (30, 44, OutcomeKind.FINISHED, "Finished in 938.1 ms."),
}
"""What each file of version 1 held when it was written: steps, values, how the run ended."""


@pytest.mark.parametrize("version", range(1, VERSION))
def test_every_older_version_has_files_that_were_kept(version: int) -> None:
    assert list((CORPUS / f"version-{version}").glob("*.chainrule"))


@pytest.mark.parametrize("name", KNOWN)
def test_files_of_version_1_open_with_all_that_they_hold(name: str) -> None:
    recording = read_recording(CORPUS / "version-1" / f"{name}.chainrule")
    outcome = recording.outcome
    assert (len(recording), len(recording.values), outcome.kind, outcome.message) == KNOWN[name]
    check_recording(recording)
    for array in arrays_of(recording):
        assert array is not None


def test_the_numbers_of_version_1_are_what_the_program_computed() -> None:
    kept, made = read_recording(CORPUS / "version-1" / "starter.chainrule"), starter_recording()
    assert arrays_of(kept) == arrays_of(made)
    assert facts_of(kept) == facts_of(made)
    recording = read_recording(CORPUS / "version-1" / "dtypes.chainrule")
    by_name = {name: array for value in recording.values for name in recording.names(value.id)
               if (array := recording.array(value.id)) is not None}  # fmt: skip
    assert by_name["half"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert by_name["truth"].tolist() == [False, False, True]
    assert by_name["empty"].shape == (0, 3)
    assert by_name["second"].item() == 12.0


def test_each_older_version_can_be_brought_up_to_date() -> None:
    assert set(MIGRATIONS) == set(range(1, VERSION))


def test_a_frame_goes_through_the_migration_of_each_version_in_turn() -> None:
    def renamed(kind: FrameKind, payload: Payload) -> Payload:
        """The outcome's text was called ``sentence`` up to here."""
        if kind is not FrameKind.OUTCOME:
            return payload
        return edited(payload, lambda outcome: {"kind": outcome["kind"], "message": outcome["sentence"]})

    def widened(kind: FrameKind, payload: Payload) -> Payload:
        """The totals did not count steps."""

        def edit(totals: dict[str, Any]) -> dict[str, Any]:
            return totals | {"steps": totals["values"] - 1}

        return edited(payload, edit) if kind is FrameKind.END else payload

    table = {7: renamed, 8: widened}
    old = msgspec.msgpack.encode({"kind": "finished", "sentence": "Done."})
    new = {"kind": "finished", "message": "Done."}
    assert msgspec.msgpack.decode(migrated(FrameKind.OUTCOME, old, 7, table, 9)) == new
    assert migrated(FrameKind.OUTCOME, old, 8, table, 9) == old
    assert migrated(FrameKind.DATA, b"raw", 7, table, 9) == b"raw"
    totals = msgspec.msgpack.encode({"values": 4})
    assert msgspec.msgpack.decode(migrated(FrameKind.END, totals, 7, table, 9)) == {"values": 4, "steps": 3}
    with pytest.raises(msgspec.DecodeError):
        migrated(FrameKind.OUTCOME, msgspec.msgpack.encode([1]), 7, table, 9)
