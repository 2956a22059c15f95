from hypothesis import given
from hypothesis import strategies as st

from engine.trace.batch import Batch
from engine.trace.facts import Metric, Name, Output, Stream
from engine.trace.ids import StepIndex, ValueId
from gui.bridge.batches import join

_names = st.builds(Name, st.integers(0, 9).map(ValueId), st.text(max_size=3))
_metrics = st.builds(Metric, st.integers(0, 9).map(StepIndex), st.text(max_size=3), st.floats(allow_nan=False))
_outputs = st.builds(Output, st.integers(0, 9).map(StepIndex), st.sampled_from(Stream), st.text(max_size=3))
_batches = st.builds(
    Batch,
    names=st.lists(_names, max_size=3).map(tuple),
    metrics=st.lists(_metrics, max_size=3).map(tuple),
    outputs=st.lists(_outputs, max_size=3).map(tuple),
)


@given(st.lists(_batches, min_size=1, max_size=5))
def test_a_joined_batch_says_the_same_in_the_same_order(batches):
    joined = join(batches)
    for field in Batch.__struct_fields__:
        assert getattr(joined, field) == sum((getattr(batch, field) for batch in batches), ())
