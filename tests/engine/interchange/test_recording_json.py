"""The JSON of ``inspect``: its shape, what is null, and its truth against a bare run of torch."""

import json

import msgspec
import numpy as np
import pytest

from engine.interchange.recording_json import recording_json, recording_pieces
from engine.interchange.summary_text import one_line, summary_text
from engine.protocol.request import RunRequest
from engine.session import run_to_recording
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Absence, Data, Role, Value
from engine.trace.ids import StorageId, TensorId, ValueId
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from tests.support.made import Maker, mlp, recurrence
from tests.support.recordings import starter_recording


def told(recording: Recording) -> dict[str, object]:
    """What a reader of the JSON gets; strict, so that NaN and Infinity would fail."""

    def refuse(name: str) -> object:
        raise AssertionError(name)

    return json.loads(msgspec.json.encode(recording_json(recording)), parse_constant=refuse)


def recording_of(*arrays: np.ndarray, absent: tuple[int, ...] = ()) -> Recording:
    store = MemoryBytes()
    recording = Recording(RunInfo(program=""), store)
    values, data = [], []
    for index, array in enumerate(arrays):
        values.append(
            Value(
                id=ValueId(index),
                tensor=TensorId(index),
                version=0,
                shape=array.shape,
                dtype=array.dtype.name,
                device="cpu",
                requires_grad=False,
                is_leaf=True,
                role=Role.INPUT,
                storage=StorageId(index),
                base=None,
                producer=None,
                span=None,
                grad_node=None,
                grad_slot=0,
            )
        )
        offset = store.write(memoryview(array.tobytes()))
        assert offset is not None
        data.append(Data(ValueId(index), offset, array.nbytes, Absence.OVER_BUDGET if index in absent else None))
    recording.append(Batch(values=tuple(values), data=tuple(data)))
    recording.end(Outcome(OutcomeKind.FINISHED, "Finished."))
    return recording


def test_the_starter() -> None:
    starter = told(starter_recording())
    assert (starter["format"], starter["version"]) == ("chainrule-inspect", 1)
    assert starter["outcome"]["kind"] == "finished"
    relu = starter["steps"][2]
    assert (relu["step"], relu["phase"], relu["name"], relu["grad_node"]) == (2, "forward", "relu", 1)
    assert [relu[key] for key in ("line", "column", "end_line", "end_column")] == [4, 4, 4, 25]
    assert (relu["inputs"], relu["outputs"], relu["module"], relu["duration_ns"]) == ([2], [3], None, 4100)
    x, y, total = (starter["values"][key] for key in ("0", "3", "4"))
    assert (x["names"], x["data"], x["grad"], x["grad_kind"]) == (["x"], [1.0, -2.0, 3.0], 9, "accumulated")
    assert (y["names"], y["data"], y["grad"], y["grad_kind"]) == (["y"], [3.0, 0.0, 7.0], 6, "flowed")
    assert (total["shape"], total["data"]) == ([], 10.0)
    assert [node["name"] for node in starter["grad_nodes"]] == [
        "SumBackward0",
        "ReluBackward0",
        "AddBackward0",
        "MulBackward0",
        "AccumulateGrad",
    ]
    assert starter["grad_edges"][0] == {"from": 0, "slot": 0, "to": 1, "input_index": 0}


def test_numbers_that_json_has_no_word_for() -> None:
    values = told(
        recording_of(
            np.array([[np.nan, np.inf], [-np.inf, -0.0]], np.float32),
            np.array([1 + 2j, complex(np.inf, 0)], np.complex64),
            np.array([True, False]),
            np.array(2**63 - 1),
            np.zeros((0, 3), np.float32),
        )
    )["values"]
    assert values["0"]["data"] == [["nan", "inf"], ["-inf", -0.0]]
    assert values["1"]["data"] == [[1.0, 2.0], ["inf", 0.0]]
    assert values["2"]["data"] == [True, False]
    assert values["3"]["data"] == 2**63 - 1
    assert values["4"]["data"] == []


def test_numbers_that_are_left_out_say_why() -> None:
    values = told(recording_of(np.zeros(64), np.zeros(65), np.zeros(3), absent=(2,)))["values"]
    assert len(values["0"]["data"]) == 64
    assert [values[key]["data"] for key in ("1", "2")] == [None, None]
    assert [values[key]["absence"] for key in ("0", "1", "2")] == [None, "more than 64 elements", "over budget"]


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome(OutcomeKind.EXITED, "Exited.", exit_code=0), "finished"),
        (Outcome(OutcomeKind.EXITED, "Exited.", exit_code=4), "exited"),
        (Outcome(OutcomeKind.FAILED, "Line 3: oh.", line=3), "failed"),
        (Outcome(OutcomeKind.TIMED_OUT, "Stopped."), "timed out"),
    ],
)
def test_how_it_ended(outcome: Outcome, kind: str) -> None:
    recording = recording_of()
    recording.end(outcome)
    assert told(recording)["outcome"]["kind"] == kind
    assert told(recording)["outcome"]["line"] == outcome.line


def test_nodes_that_no_backward_call_reaches_are_left_out() -> None:
    whole = starter_recording()
    recording = Recording(whole.info, whole.store)
    recording.append(
        Batch(
            steps=tuple(whole.steps),
            values=tuple(whole.values),
            grad_nodes=tuple(whole.grad_nodes),
            grad_edges=tuple(whole.grad_edges),
        )
    )
    assert told(recording)["grad_nodes"] == []
    assert told(recording)["grad_edges"] == []


def test_the_summary_lists_no_more_than_fits() -> None:
    text = summary_text(recording_of(np.zeros(3)))
    assert text.startswith("Program   program.py\nOutcome   Finished.\n")
    assert "1, 24 B of numbers kept" in text
    assert one_line(starter_recording()) == "4 forward, 5 backward and 0 optimizer steps, 10 values (104 B kept)"


TRAINING = """
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(4, 2)
for _ in range(2):
    optimizer.zero_grad()
    loss = (model(x) * model(x)).mean()
    loss.backward()
    optimizer.step()
"""


@pytest.mark.worker
def test_gradients_and_structure_equal_a_bare_run() -> None:
    recording = run_to_recording(RunRequest(program=TRAINING))
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome.detail
    json_told = told(recording)
    values = json_told["values"]
    bare_gradients, bare_names, bare_edges = _bare()

    weights = [value for value in values.values() if "model.0.weight" in value["names"]]
    assert [values[str(weight["grad"])]["data"] for weight in weights[:2]] == bare_gradients
    assert sorted(node["name"] for node in json_told["grad_nodes"]) == sorted(bare_names)
    names = {node["id"]: node["name"] for node in json_told["grad_nodes"]}
    edges = [(names[e["from"]], e["slot"], names[e["to"]], e["input_index"]) for e in json_told["grad_edges"]]
    assert sorted(edges) == sorted(bare_edges)
    assert [step["module"] for step in json_told["steps"]][:3] == ["model.0", "model.1", "model.2"]


def _bare() -> tuple[list[object], list[str], list[tuple[str, int, str, int]]]:
    """The same program without a recorder: gradients of the first weight, and both graphs."""
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(4, 2)
    gradients, edges, seen, kept = [], [], {}, []
    for _ in range(2):
        optimizer.zero_grad()
        loss = (model(x) * model(x)).mean()
        kept.append(loss)
        waiting = [loss.grad_fn]
        seen.setdefault(loss.grad_fn, None)
        while waiting:
            node = waiting.pop()
            for slot, (target, index) in enumerate(node.next_functions):
                if target is None:
                    continue
                edges.append((node.name(), slot, target.name(), index))
                if target not in seen:
                    seen[target] = None
                    waiting.append(target)
        loss.backward()
        gradients.append(model[0].weight.grad.tolist())
        optimizer.step()
    return gradients, [_plain(node.name()) for node in seen], [(_plain(a), s, _plain(b), i) for a, s, b, i in edges]


def _plain(name: str) -> str:
    return name.removeprefix("torch::autograd::")


@pytest.mark.parametrize("made", [starter_recording, lambda: recurrence(5), mlp, lambda: Maker().done()])
def test_the_pieces_say_the_same_as_the_whole(made):
    recording = made()
    text = "".join(recording_pieces(recording))
    assert json.loads(text) == told(recording)
    assert list(json.loads(text)) == list(told(recording))
    assert '\n "steps": [' in text
    assert text.endswith("\n}\n")


def test_pieces_of_a_large_recording_are_small_and_can_be_called_off():
    recording = recurrence(100)
    assert max(map(len, recording_pieces(recording))) < 20_000
    shares = []
    list(recording_pieces(recording, shares.append))
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] <= 1.0

    def enough(_share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        list(recording_pieces(recording, enough))
