"""The log of one run as event files of TensorBoard: curves, histograms, the program, and what happened."""

from pathlib import Path

import numpy as np

from engine.training.event_file import EventFile
from engine.training.facts import Hyper, Mark, Picture, Points, ToldFact, array_of, iterations_of, numbers_of

HISTOGRAMS = ("histogram/", "activations/")
"""How the pictures begin that are histograms: lowest, highest, counts."""


class EventLog:
    """Writes what a training run tells into a folder that TensorBoard reads, while it goes on.

    Curves of single parameters become tags like ``gradient norm/0.weight``, which TensorBoard groups by their first
    part; so do histograms of parameters and activations, ``histogram/0.weight``. Other pictures and progress are not
    written.

    Raises:
        OSError: From any method, if the folder cannot be written.
    """

    def __init__(self, folder: Path, program: str) -> None:
        self._file = EventFile(folder)
        self._file.add_text("program", "\n".join(f"    {line}" for line in program.splitlines()))
        self._told_hyper = False

    @property
    def path(self) -> Path:
        """The event file."""
        return self._file.path

    def take(self, facts: tuple[ToldFact, ...]) -> None:
        """Write what is new."""
        for fact in facts:
            match fact:
                case Points():
                    self._file.add_scalars(fact.name, iterations_of(fact), numbers_of(fact))
                case Mark():
                    self._file.add_text(
                        f"marks/{fact.kind}", f"iteration {fact.iteration}: {fact.text}", fact.iteration
                    )
                case Picture(name=name) if name.startswith(HISTOGRAMS):
                    low, high, *counts = array_of(fact).tolist()
                    self._file.add_histogram(name, np.linspace(low, high, len(counts) + 1), counts, fact.iteration)
                case Hyper() if not self._told_hyper:
                    self._told_hyper = True
                    self._file.add_text("hyper-parameters", _hyper_table(fact))
                case _:
                    pass
        self._file.flush()

    def close(self) -> None:
        """End the log."""
        self._file.close()


def _hyper_table(hyper: Hyper) -> str:
    rows = [f"| {name} | {', '.join(f'{number:g}' for number in numbers)} |" for name, numbers in _pairs(hyper)]
    return "\n".join([f"**{hyper.optimizer}**", "", "| name | value |", "|---|---|", *rows])


def _pairs(hyper: Hyper) -> list[tuple[str, tuple[float, ...]]]:
    return list(zip(hyper.names, hyper.numbers, strict=True))
