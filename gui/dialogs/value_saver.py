"""Saving recorded values as files for other programs."""

import re
from pathlib import Path
from typing import Protocol

from engine.interchange.tensor_choice import Choice, Named, One, chosen_values, step_of
from engine.interchange.tensors import (
    NUMPY_SUFFIX,
    SAFETENSORS_SUFFIX,
    TensorFileError,
    Written,
    write_array,
    write_tensors,
)
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording
from gui.dialogs.file_prompts import NUMPY_FILTER, TENSORS_FILTER
from gui.model.document import Document
from gui.model.notices import Notices
from gui.model.playhead import Playhead
from gui.model.selection import Selected, Selection


class SaveAsker(Protocol):
    """Asks where to save."""

    def ask_save(self, proposal: Path, filters: tuple[str, ...]) -> Path | None:
        """Where to save; None for nowhere."""
        ...


class ValueSaver:
    """Saves the selected value or, with nothing selected, all named values at the playhead; see ``ValuePort``."""

    def __init__(
        self, document: Document, playhead: Playhead, selection: Selection, notices: Notices, prompts: SaveAsker
    ) -> None:
        self._document = document
        self._playhead = playhead
        self._selection = selection
        self._notices = notices
        self._prompts = prompts

    def save(self) -> None:
        """Ask where, save, and say in one sentence what came of it."""
        recording = self._document.recording
        if recording is None:
            return
        choice = _choice(recording, self._selection.current, self._playhead.current)
        if choice is None:
            self._notices.warning("What is selected has no value of its own; select nothing to save all named values.")
            return
        values = chosen_values(recording, choice)
        filters = (TENSORS_FILTER, NUMPY_FILTER) if len(values) == 1 else (TENSORS_FILTER,)
        path = self._prompts.ask_save(self._proposal(choice, values), filters)
        if path is None:
            return
        try:
            written = _write(path, recording, values, step_of(recording, choice))
        except TensorFileError as problem:
            self._notices.error(str(problem))
            return
        if written.left_out:
            self._notices.warning(f"Saved “{path.name}”. {written.left_out_text}")
        else:
            self._notices.info(f"Saved “{path.name}”.")

    def _proposal(self, choice: Choice, values: dict[str, ValueId]) -> Path:
        folder = Path.home() if self._document.path is None else self._document.path.parent
        name = next(iter(values)) if isinstance(choice, One) else f"{Path(self._document.title).stem} values"
        return folder / f"{_file_name(name)}{SAFETENSORS_SUFFIX}"


def _choice(recording: Recording, selected: Selected, playhead: StepIndex) -> Choice | None:
    """Return what to save; None when what is selected has no value."""
    if selected.value is not None and selected.value < len(recording.values):
        return One(selected.value)
    if selected.step is not None and 0 <= selected.step < len(recording):
        outputs = recording.steps[selected.step].outputs
        return next((One(output) for output in outputs if output is not None), None)
    return Named(playhead) if selected.node is None else None


def _write(path: Path, recording: Recording, values: dict[str, ValueId], step: StepIndex) -> Written:
    match path.suffix.lower():
        case ".safetensors":
            return write_tensors(path, recording, values, step)
        case ".npy" if len(values) == 1:
            key, value = next(iter(values.items()))
            write_array(path, recording, value)
            return Written((key,))
        case ".npy":
            raise TensorFileError(
                f"A {NUMPY_SUFFIX} file holds one value: select one, or save as {SAFETENSORS_SUFFIX}."
            )
        case _:
            raise TensorFileError(f"The name must end in {SAFETENSORS_SUFFIX} or {NUMPY_SUFFIX}, unlike “{path.name}”.")


def _file_name(key: str) -> str:
    """Return a key as a name that every file system takes, e.g. ``h[0]`` as ``h_0``."""
    return re.sub(r"[^\w.-]+", "_", key).strip("_.")[:80] or "value"
