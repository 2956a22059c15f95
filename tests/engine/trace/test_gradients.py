from engine.trace.gradients import Arrived, NoGradient, NotYet, gradient_state, sent_to
from engine.trace.ids import StepIndex, ValueId
from tests.support.recorded import record_text
from tests.support.recordings import starter_recording


def test_the_gradient_of_a_leaf_is_not_yet_there_before_it_is_accumulated() -> None:
    recording = starter_recording()
    x = recording.values[0]
    assert gradient_state(recording, x, StepIndex(-1)) == NotYet(StepIndex(8))
    assert gradient_state(recording, x, StepIndex(7)) == NotYet(StepIndex(8))
    assert gradient_state(recording, x, StepIndex(8)) == Arrived(ValueId(9), StepIndex(8), accumulated=True)


def test_an_intermediate_value_has_the_gradient_that_flowed_to_its_grad_fn() -> None:
    recording = starter_recording()
    y = recording.values[3]
    assert gradient_state(recording, y, StepIndex(4)) == NotYet(StepIndex(5))
    assert gradient_state(recording, y, StepIndex(5)) == Arrived(ValueId(6), StepIndex(5), accumulated=False)


def test_a_gradient_itself_has_no_gradient() -> None:
    recording = starter_recording()
    assert gradient_state(recording, recording.values[9], StepIndex(8)) == NoGradient()


def test_the_recording_knows_consumers_and_grad_at_a_step() -> None:
    recording = starter_recording()
    assert list(recording.consumers(ValueId(3))) == [3]
    assert recording.grad_at(recording.values[0].tensor, StepIndex(7)) is None
    assert recording.grad_at(recording.values[0].tensor, StepIndex(8)) == 9
    array = recording.array(ValueId(9))
    assert array is not None
    assert array.tolist() == [2.0, 0.0, 2.0]


def test_who_sent_to_a_place_is_told_for_each_call_in_the_order_in_which_they_ran() -> None:
    text = "import torch\nx = torch.ones(2, requires_grad=True)\nh = x * 2\ny = (h + h).sum() + h.exp().sum()\n"
    recording = record_text(text + "y.backward(retain_graph=True)\ny.backward()\n").recording
    h = next(value for value in recording.values if "h" in recording.names(value.id))
    assert h.grad_node is not None
    for call in recording.backward_calls:
        sent = sent_to(recording, call.id, h.grad_node, h.grad_slot)
        names = [recording.steps[one.step].name for one in sent]
        assert sorted(names) == ["AddBackward0", "AddBackward0", "ExpBackward0"]
        assert [one.step for one in sent] == sorted(one.step for one in sent)
        assert all(recording.steps[one.step].backward_call == call.id for one in sent)
        assert all(recording.steps[one.step].outputs[one.slot] == one.value for one in sent)
    assert sent_to(recording, None, h.grad_node, h.grad_slot) == []
