from engine.trace.facts import Phase
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.model.document import Document, Provenance, RunState
from gui.model.playhead import BEFORE_FIRST
from gui.model.sentences import (
    DOT,
    counts_text,
    memory_sentence,
    run_sentence,
    step_details,
    step_headline,
    torch_sentence,
)
from gui.model.tally import Tally
from tests.support.recordings import starter_recording


def test_step_texts():
    recording = starter_recording()
    assert step_headline(recording, StepIndex(5)) == "Step 6 of 9"
    assert step_details(recording, StepIndex(5)) == DOT.join(("backward", "ReluBackward0", "line 4"))
    assert step_headline(recording, BEFORE_FIRST) == "Step 0 of 9"
    assert step_details(recording, BEFORE_FIRST) == "before the first step"
    assert step_headline(None, BEFORE_FIRST) == ""


def test_run_texts():
    recording = starter_recording()
    assert run_sentence(None, RunState.LOADING) == "Loading torch…"
    assert run_sentence(recording, RunState.LOADING) == "Finished in 3.1 ms"
    assert run_sentence(recording, RunState.LOADING, is_waiting=True) == "Loading torch…"
    assert run_sentence(recording, RunState.IDLE) == "Finished in 3.1 ms"
    assert run_sentence(recording, RunState.STOPPING) == "Stopping…"
    assert run_sentence(recording, RunState.IDLE, Provenance.FILE) == f"Recorded earlier{DOT}finished in 3.1 ms"
    assert run_sentence(recording, RunState.LOADING, Provenance.SHIPPED).startswith("Recorded in advance: press Run")
    cut = Recording(recording.info, recording.store)
    assert run_sentence(cut, RunState.IDLE) == "Running…"
    assert run_sentence(cut, RunState.IDLE, Provenance.GROWING) == "Being recorded by another process…"
    assert run_sentence(cut, RunState.IDLE, Provenance.FILE) == f"Recorded earlier{DOT}cut off before its end"


def test_counts():
    document = Document()
    tally = Tally(document)
    document.show_recording(starter_recording())
    assert counts_text(tally.steps, tally.tensors) == "4 ops, 5 backward steps, 10 tensors"
    assert tally.kept_bytes == 8 * 3 * 4 + 2 * 4
    assert counts_text({Phase.FORWARD: 1, Phase.BACKWARD: 0, Phase.OPTIMIZER: 2}, 1) == "1 op, 2 updates, 1 tensor"


def test_memory_and_torch():
    assert memory_sentence(400_000, 512_000_000) == "0.4 of 512 MB recorded"
    assert memory_sentence(104, 512_000_000) == "104 B of 512 MB recorded"
    assert torch_sentence(starter_recording()) == "torch 2.13.0 CPU"
    assert torch_sentence(None) == ""
