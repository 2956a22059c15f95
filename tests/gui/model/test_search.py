import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.trace.batch import Batch
from engine.trace.facts import Statistics
from engine.trace.ids import ValueId
from gui.model.search import find_steps, find_values
from tests.support.recorded import record_text
from tests.support.recordings import starter_recording


@pytest.fixture(scope="module")
def recording():
    recording = starter_recording()
    recording.append(
        Batch(
            statistics=(
                Statistics(ValueId(2), -3.0, 7.0, 2.3, 5.0, 8.19, 0, 0, 0),
                Statistics(ValueId(3), 0.0, 7.0, 3.3, 3.5, 7.62, 1, 2, 1),
            )
        )
    )
    return recording


def _names(recording, query):
    return [hit.title for hit in find_steps(recording, query)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("relu", ["relu", "ReluBackward0"]),
        ('"relu"', ["relu"]),
        ("relu line:4", ["relu", "ReluBackward0"]),
        ("line:5", ["sum", "SumBackward0"]),
        ("shape:3 torch.tensor", ["mul", "add"]),
        ("shape:*,64", []),
        ("shape:3 op:mul torch.tensor", ["mul"]),
        ("3 torch.tensor", ["mul", "add"]),
        ("32", []),
        ("f32 torch.tensor", ["mul", "add", "sum"]),
        ("dtype:f32 dim:3 torch.tensor", ["mul", "add"]),
        ("dtype:i64", []),
        ("op:relu", ["relu", "ReluBackward0"]),
        ("grad = none", []),
        ("nan", ["relu"]),
        ("inf", ["relu"]),
        ("norm>8", ["add"]),
        ("norm > 8", ["add"]),
        ("NORM >= 8 add", ["add"]),
        ("time > 4 us", []),
        ("time > 0.004ms relu", ["relu"]),
        ("dim:3 torch.tensor", ["mul", "add"]),
        ("dim:4", []),
        ("grad = 0", []),
        ("norm<8 zeros=1", ["relu"]),
        ("time>4us", ["mul", "add", "relu", "sum"]),
        ("y", ["relu"]),
        ("", []),
        ("no such thing", []),
    ],
)
def test_terms(recording, query, names):
    found = _names(recording, query)
    if query == "y":
        assert "relu" in found
    else:
        assert found == names


def test_hits_say_where_they_are(recording):
    hit = find_steps(recording, '"relu"')[0]
    assert hit.step == 2
    assert hit.detail == "forward · y · [3] · line 4"


@given(st.text(max_size=30))
def test_no_query_fails(query):
    find_steps(starter_recording(), query)


def test_a_gradient_is_found_by_its_norm_and_by_being_zero_at_both_ends():
    recorded = record_text(
        "import torch\nx = torch.ones(3, requires_grad=True)\nw = torch.ones(3, requires_grad=True)\n"
        "y = x * 0 * w\n(y.sum() + w.norm() * 9).backward()\n"
    ).recording
    zero = _names(recorded, "grad = 0")
    assert "mul" not in _names(recorded, "grad = 0 line:5")
    assert [name for name in zero if name.startswith("MulBackward")] != []
    leaves = {recorded.shown_name(value.id): value.id for value in recorded.values if value.producer is None}
    assert find_values(recorded, "grad = 0", leaves.values()) == (leaves["x"],)
    assert find_values(recorded, "grad > 8.9 dim:3", leaves.values()) == (leaves["w"],)
    assert find_values(recorded, "time > 0us", leaves.values()) == ()


def test_what_asked_for_a_gradient_and_got_none_is_found():
    recorded = record_text(
        "import torch\nx = torch.ones(3, requires_grad=True)\nw = torch.ones(3, requires_grad=True)\n"
        "unused = w * 2\n(x * 3).sum().backward()\n"
    ).recording
    leaves = {recorded.shown_name(value.id): value.id for value in recorded.values if value.producer is None}
    assert find_values(recorded, "grad = none", leaves.values()) == (leaves["w"],)
    assert [hit.detail.split(" · ")[1] for hit in find_steps(recorded, "grad = none op:mul")] == ["unused"]
