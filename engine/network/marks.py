"""What a network's source says in comments: the block of a line, and the shapes of the inputs."""

import io
import re
import tokenize
from dataclasses import dataclass, field

from engine.network.source import BLOCK_MARK

_INPUT = re.compile(r"# (\w+): \(N,((?: \d+,?)*)\) ?(\w*)$", re.ASCII)
_LARGEST_SIZE = 10**9


@dataclass(frozen=True, slots=True)
class InputMark:
    """Shape of one sample, and the type of its numbers, empty for float32."""

    shape: tuple[int, ...]
    type: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Blocks by line, inputs by line."""

    blocks: dict[int, str] = field(default_factory=dict)
    inputs: dict[int, tuple[str, InputMark]] = field(default_factory=dict)

    def input_in(self, name: str, first: int, last: int) -> InputMark:
        """Return what the lines from ``first`` to ``last`` say about an input."""
        found = (mark for line, (whose, mark) in self.inputs.items() if whose == name and first <= line <= last)
        return next(found, InputMark((), ""))


def read_marks(text: str) -> Marks:
    """Return the marks of a program; one that cannot be read has none."""
    marks = Marks()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                _read(marks, token.start[0], token.string.rstrip())
    except (tokenize.TokenError, SyntaxError):
        return marks
    return marks


def _read(marks: Marks, line: int, comment: str) -> None:
    if comment.startswith(BLOCK_MARK):
        marks.blocks[line] = comment.removeprefix(BLOCK_MARK).strip()
    elif found := _INPUT.match(comment):
        sizes = tuple(int(size) for size in re.findall(r"\d+", found[2])[:16])
        if all(size < _LARGEST_SIZE for size in sizes):
            marks.inputs[line] = (found[1], InputMark(sizes, found[3]))
