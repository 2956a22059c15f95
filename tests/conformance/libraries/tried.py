"""Tries one sample: bare, and recorded, and compares to the last bit; run in the environment of the libraries."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
import torch
from torch import Tensor

import engine
from engine.runtime.recorder import RecorderOptions
from engine.trace.facts import Phase
from engine.trace.file import write_recording
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.conformance.libraries.sample import Results, Sample
from tests.conformance.oracle import raw, same

LARGEST_BYTES = 1_000_000_000
"""The largest gradient of these models has 411 MB; the usual limit is below that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one sample; ``problem`` is empty when everything agrees."""

    library: str
    name: str
    forward_steps: int = 0
    backward_steps: int = 0
    gradients: int = 0
    ratio: float = 0.0
    problem: str = ""
    recording: str = ""


def tried(sample: Sample, into: str) -> Tried:
    """Run a sample bare and recorded; write the recording to ``into``."""
    try:
        return _tried(sample, into)
    except Exception as error:  # noqa: BLE001 - a library may raise anything; the table says it
        return Tried(library=sample.library, name=sample.name, problem=f"{type(error).__name__}: {error}"[:200])


def _tried(sample: Sample, into: str) -> Tried:
    _run(sample)  # what is loaded or made once belongs to neither
    bare, bare_s = _run(sample)
    torch.manual_seed(0)
    step = sample.build()
    began = time.process_time()
    with engine.record(options=RecorderOptions(largest_value_bytes=LARGEST_BYTES)) as run:
        recorded = step()
    took_s = time.process_time() - began
    recording = run.recording
    check_recording(recording)
    write_recording(Path(into), recording)
    phases = [step.phase for step in recording.steps]
    known = _known_bytes(recording)
    gradients = {name: grad for name, grad in recorded.items() if name.endswith(".grad")}
    return Tried(
        library=sample.library,
        name=sample.name,
        forward_steps=phases.count(Phase.FORWARD),
        backward_steps=phases.count(Phase.BACKWARD),
        gradients=len(gradients),
        ratio=took_s / bare_s,
        problem=_difference(bare, recorded) or _missing(gradients, known),
        recording=into,
    )


def _run(sample: Sample) -> tuple[Results, float]:
    torch.manual_seed(0)
    step = sample.build()
    began = time.process_time()
    results = step()
    return results, time.process_time() - began


def _difference(bare: Results, recorded: Results) -> str:
    if bare.keys() != recorded.keys():
        return "other results"
    wrong = [name for name, tensor in bare.items() if not same(tensor, recorded[name])]
    return f"differs from the bare run: {', '.join(wrong[:3])}" if wrong else ""


def _missing(gradients: dict[str, Tensor], known: set[bytes]) -> str:
    wrong = [name for name, grad in gradients.items() if raw(grad) not in known]
    return f"not in the recording: {', '.join(wrong[:3])}" if wrong else ""


def _known_bytes(recording: Recording) -> set[bytes]:
    """The numbers of every recorded ``.grad``."""
    ids = {change.value for change in recording.all_grad_changes() if change.value is not None}
    facts = [fact for value in ids if (fact := recording.data(value)) is not None and fact.absence is None]
    return {bytes(recording.store.read(fact.offset, fact.nbytes)) for fact in facts}


def samples_of(library: str) -> list[Sample]:
    """Every sample of a library; its modules are loaded only now."""
    match library:
        case "transformers":
            from tests.conformance.libraries.of_transformers import samples
        case "timm":
            from tests.conformance.libraries.of_timm import samples
        case "torch_geometric":
            from tests.conformance.libraries.of_graphs import samples
        case _:
            from tests.conformance.libraries.of_trainers import samples
    return samples()


def stand_in_for_torchvision() -> torch.library.Library:
    """Declare the two operators that torchvision asks for at import: its wheel has them for CUDA only.

    They are there as long as what is returned.
    """
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


def main() -> None:
    """Try every sample of the library named first; recordings go to the folder named second; one JSON a line."""
    torch.set_num_threads(1)
    operators = stand_in_for_torchvision()
    for number, sample in enumerate(samples_of(sys.argv[1])):
        found = tried(sample, f"{sys.argv[2]}/{sys.argv[1]}-{number}.chainrule")
        print(msgspec.json.encode(found).decode(), flush=True)
    del operators


if __name__ == "__main__":
    main()
