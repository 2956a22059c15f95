"""Single numbers of what a run trains: which there are, the one that is looked at, and the changes that were made."""

from dataclasses import dataclass

from engine.training.commands import SetElement
from engine.training.facts import Edited, Element, Tensors

MOST_UNDONE = 200


@dataclass(frozen=True, slots=True)
class ElementPlace:
    """One number of a tensor."""

    tensor: str
    index: tuple[int, ...]

    @property
    def text(self) -> str:
        """As Python writes it: ``fc1.weight[3, 0]``."""
        return f"{self.tensor}[{', '.join(map(str, self.index))}]" if self.index else self.tensor


class ElementBook:
    """What a run told of its numbers.

    Attributes:
        shapes: Of the tensors whose numbers can be looked at and changed, by name.
        told: The number that is looked at, as it was told last.
    """

    def __init__(self) -> None:
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.told: Element | None = None
        self._done: list[Edited] = []
        self._undone: list[Edited] = []

    def tell(self, fact: Tensors | Element | Edited) -> None:
        """Take what the run told."""
        match fact:
            case Tensors():
                self.shapes = dict(zip(fact.names, fact.shapes, strict=True))
            case Element():
                self.told = fact
            case Edited():
                self.take(fact)

    def take(self, edited: Edited) -> None:
        """A change was made; one that a person wanted anew ends what could be done again."""
        if edited.is_history:
            return
        self._done = [*self._done, edited][-MOST_UNDONE:]
        self._undone.clear()

    @property
    def can_undo(self) -> bool:
        """Whether a change can be taken back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether a change that was taken back can be made again."""
        return bool(self._undone)

    def undo(self) -> SetElement:
        """Return what gives the number back that was there before the last change."""
        edited = self._done.pop()
        self._undone.append(edited)
        return _setting(edited, edited.before)

    def redo(self) -> SetElement:
        """Return what makes the change again that was taken back last."""
        edited = self._undone.pop()
        self._done.append(edited)
        return _setting(edited, edited.after)

    def number(self, place: ElementPlace) -> float | None:
        """Return the number at a place as it was told last; None if another one is looked at."""
        told = self.told
        return told.number if told is not None and (told.tensor, told.index) == (place.tensor, place.index) else None


def read_index(text: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the place in a tensor that a person typed: ``3, 0``; places from the end are negative.

    Raises:
        ValueError: If there is no such place; the text is one sentence.
    """
    words = text.replace(",", " ").replace("[", " ").replace("]", " ").split()
    sizes = " × ".join(map(str, shape)) or "one number"
    if len(words) != len(shape) or not all(_is_whole(word) for word in words):
        numbers = {0: "no place", 1: "one whole number"}.get(len(shape), f"{len(shape)} whole numbers")
        raise ValueError(f"A place in {sizes} is {numbers}.")
    index = tuple(int(word) + (size if int(word) < 0 else 0) for word, size in zip(words, shape, strict=True))
    if not all(0 <= at < size for at, size in zip(index, shape, strict=True)):
        raise ValueError(f"There is no place {', '.join(words)} in {sizes}: places count from 0.")
    return index


def _is_whole(word: str) -> bool:
    return word.removeprefix("-").isdecimal() and word.isascii() and len(word) < 10


def _setting(edited: Edited, number: float) -> SetElement:
    return SetElement(tensor=edited.tensor, index=edited.index, number=number, is_history=True)
