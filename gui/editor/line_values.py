"""What each line of the program has given a name to, at every step."""

from bisect import bisect_left, bisect_right
from collections import defaultdict

from engine.trace.batch import Batch
from engine.trace.facts import Name
from engine.trace.ids import ValueId
from engine.trace.numbers import number_text
from engine.trace.recording import Recording
from engine.trace.tensors import UnreadableDtypeError, element_count, type_text

SHOWN_ELEMENTS = 4


class LineValues:
    """Named values by line, extended as a recording grows."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._by_line: defaultdict[int, dict[str, list[tuple[int, ValueId]]]] = defaultdict(dict)
        for value in recording.values:
            for text in recording.names(value.id):
                self._add(Name(value.id, text))

    def extend(self, batch: Batch) -> None:
        """Take over the names of a batch that the recording has already."""
        for name in batch.names:
            self._add(name)

    def _add(self, name: Name) -> None:
        if not name.text.isidentifier():
            return
        value = self._recording.values[name.value]
        span = value.span if value.producer is None else self._recording.steps[value.producer].span
        if span is None or span.file != 0:
            return
        history = self._by_line[span.line].setdefault(name.text, [])
        entry = (self._born(name.value), name.value)
        position = bisect_left(history, entry)
        if position == len(history) or history[position] != entry:
            history.insert(position, entry)

    def _born(self, value: ValueId) -> int:
        """From which step on a value is there: leaves from just before they are first used."""
        producer = self._recording.values[value].producer
        if producer is not None:
            return producer
        consumers = self._recording.consumers(value)
        return consumers[0] if consumers else 0

    def at(self, step: int) -> dict[int, str]:
        """Return, for each line that has named something by ``step``, a short text such as ``y = [3, 0, 7]``."""
        hints: dict[int, str] = {}
        for line, names in self._by_line.items():
            texts = []
            for name, history in names.items():
                position = bisect_right(history, step, key=lambda entry: entry[0])
                if position:
                    texts.append(f"{name} {value_text(self._recording, history[position - 1][1])}")
            if texts:
                hints[line] = "   ".join(texts)
        return hints


def value_text(recording: Recording, value: ValueId) -> str:
    """Return ``= 7`` or ``= [3, 0, 7]`` for up to four numbers, else shape and dtype."""
    fact = recording.values[value]
    if element_count(fact.shape) > SHOWN_ELEMENTS or len(fact.shape) > 1:
        return type_text(fact)
    try:
        array = recording.array(value)
    except (UnreadableDtypeError, ValueError):
        array = None
    if array is None:
        return type_text(fact)
    numbers = [number_text(number) for number in array.reshape(-1).tolist()]
    return f"= [{', '.join(numbers)}]" if fact.shape else f"= {numbers[0]}"
