"""Recordings whose facts have the right types and say anything: what a forger would write."""

import enum
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
from msgspec.structs import replace

from engine.trace.batch import Batch
from engine.trace.invariants import InvariantError, check_batch, holder
from engine.trace.recording import Recording
from engine.trace.split import batches

TEXTS = ("", " ", "\x00", "é\n\u202e" * 4, "x" * 5000, "nan", "softmax", "mul", "AddBackward0", "AccumulateGrad",
         "SGD.step", "Adam.step", "backward", "model.0.0", "..", "a/b#1", "<script>", "&\"'", "{0.__class__}", "1e999",
         "(" * 300, "float8_e4m3fn", "bfloat16", "complex64", "int64", "bool",
         "quint8", "\ud7ff\uffff", "__import__('os')")  # fmt: skip
FLOATS = (0.0, -0.0, 1.0, -1.0, float("nan"), float("inf"), float("-inf"), 1e308, 5e-324)
SMALL = (0, 1, 2, 3, 5, 8)
LARGE = (-1, 64, 2**31, 2**53, 2**62)


def lied(rng: Random, recording: Recording) -> Recording | None:
    """Return a recording with some facts changed, or None when its contradictions would be refused."""
    told = Recording(recording.info, recording.store)
    try:
        for batch in batches(recording, 20):
            changed = batch
            for _ in range(rng.randrange(4)):
                changed = _changed_batch(rng, changed)
            # A change may have put a number where a text belongs: a file with that is refused.
            changed = msgspec.msgpack.decode(msgspec.msgpack.encode(changed), type=Batch)
            check_batch(told, changed, holder(recording.store))
            told.append(changed)
    except (InvariantError, msgspec.ValidationError, OverflowError, UnicodeEncodeError):
        return None
    told.end(replace(recording.outcome, message=rng.choice(TEXTS), line=rng.choice((None, 0, -3, 10**9))))
    return told


def _changed_batch(rng: Random, batch: Batch) -> Batch:
    fields = [name for name in Batch.__struct_fields__ if getattr(batch, name)]
    if not fields:
        return batch
    name = rng.choice(fields)
    facts = list(getattr(batch, name))
    place = rng.randrange(len(facts))
    match rng.randrange(8):
        case 0:
            facts.append(facts[place])
        case 1:
            del facts[place]
        case _:
            for _ in range(rng.randrange(1, 4)):
                facts[place] = _changed(rng, facts[place])
    return replace(batch, **{name: tuple(facts)})


def _changed(rng: Random, fact: Any) -> Any:
    """Change one field of a fact, or of what lies in it, to another object of a like type."""
    if isinstance(fact, msgspec.Struct):
        numbered = {"id", "index"} if rng.random() < 0.95 else set()
        name = rng.choice([name for name in fact.__struct_fields__ if name not in numbered] or ["id"])
        return replace(fact, **{name: _changed(rng, getattr(fact, name))})
    if isinstance(fact, enum.Enum):
        return rng.choice(list(type(fact)))
    if isinstance(fact, bool):
        return not fact
    for kind, change in _BY_TYPE:
        if isinstance(fact, kind):
            return change(rng, fact)
    return rng.choice((None, *SMALL))


def _integer(rng: Random, number: int) -> int | None:
    return rng.choice((number + 1, max(0, number - 1), rng.choice(SMALL), rng.choice(LARGE), None, number * 2))


def _tuple(rng: Random, elements: tuple[Any, ...]) -> tuple[Any, ...]:
    found = list(elements)
    match rng.randrange(5):
        case 0 if found:
            del found[rng.randrange(len(found))]
        case 1 if found:
            found.insert(0, rng.choice(found))
        case 2:
            found.reverse()
        case 3 if found:
            place = rng.randrange(len(found))
            found[place] = _changed(rng, found[place])
        case _:
            found = found * 3 if found and rng.random() < 0.5 else []
    return tuple(found)


_BY_TYPE: tuple[tuple[type, Callable[[Random, Any], Any]], ...] = (
    (int, _integer),
    (float, lambda rng, _number: rng.choice(FLOATS)),
    (str, lambda rng, _text: rng.choice(TEXTS)),
    (tuple, _tuple),
)
