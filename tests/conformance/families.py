"""The families of types that an entry of torch's databases may claim, and what came out for one entry in one family."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

FAMILIES = (torch.float32, torch.float64, torch.complex64, torch.int64, torch.bool, torch.bfloat16)

CANNOT = (RuntimeError, NotImplementedError, ImportError, ValueError, AssertionError, TypeError, IndexError)
"""What a sample raises bare when torch has no kernel for it, or this machine lacks something."""


def family_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def spread(samples: Sequence[Any], limit: int | None) -> Sequence[Any]:
    """At most so many samples, from all over the list."""
    if limit is None or len(samples) <= limit:
        return samples
    return [samples[number * len(samples) // limit] for number in range(limit)]


@dataclass
class Entry:
    """One entry of a database in one family of types.

    ``samples`` counts what was recorded and compared, by the way it was called; ``bare`` counts what torch itself
    refuses, by its message; ``problems`` counts what differs.
    """

    database: str
    name: str
    family: str
    samples: Counter[str] = field(default_factory=Counter)
    bare: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    @property
    def is_run(self) -> bool:
        return self.samples.total() > 0

    def count(self, way: str, texts: Iterable[str]) -> None:
        """Take in what a comparison found; an empty text says that it came to its end."""
        for text in texts:
            if text:
                self.problems[f"{text} ({way})"] += 1
            else:
                self.samples[way] += 1

    def refuse(self, way: str, error: Exception) -> None:
        self.bare[f"{way}: {type(error).__name__}: {' '.join(str(error).split())[:80]}"] += 1
