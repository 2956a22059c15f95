"""A large JSON document as text, piece by piece, so that it is never in memory as a whole."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from engine.interchange.json_type import Json

_HEARD_EVERY = 200


@dataclass(frozen=True, slots=True)
class Rows:
    """A list whose items are made when they are asked for."""

    items: Iterable[Json]


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping whose items are made when they are asked for."""

    items: Iterable[tuple[str, Json]]


Part: TypeAlias = "Json | Rows | Entries"
"""What stands under one key of the document."""


def whole(part: Part) -> Json:
    """Return a part with all its items."""
    match part:
        case Rows():
            return list(part.items)
        case Entries():
            return dict(part.items)
        case _:
            return part


def json_pieces(
    parts: Iterable[tuple[str, Part]], count: int, progress: Callable[[float], None] | None = None
) -> Iterator[str]:
    """Yield the text of a document, indented by one blank a level.

    Args:
        parts: What stands under each key.
        count: About how many items there are in all.
        progress: Hears what share is done, 0 to 1; what it raises ends the work.
    """
    done = 0
    between = "{"
    for name, part in parts:
        yield f"{between}\n {_text(name, 1)}: "
        between = ","
        if not isinstance(part, Rows | Entries):
            yield _text(part, 1)
            continue
        opening, closing = "[]" if isinstance(part, Rows) else "{}"
        for item in _items(part):
            if progress is not None and done % _HEARD_EVERY == 0:
                progress(min(1.0, done / max(1, count)))
            done += 1
            yield f"{opening}\n  {item}"
            opening = ","
        yield f"\n {closing}" if opening == "," else opening + closing
    yield "\n}\n"


def _items(part: Rows | Entries) -> Iterator[str]:
    match part:
        case Rows():
            return (_text(item, 2) for item in part.items)
        case Entries():
            return (f"{_text(key, 2)}: {_text(item, 2)}" for key, item in part.items)


def _text(item: Json, level: int) -> str:
    """An item inside of so many others; a line break in a string is written otherwise, so that each begins a line."""
    text = msgspec.json.format(msgspec.json.encode(item), indent=1).decode()
    return text.replace("\n", "\n" + " " * level)
