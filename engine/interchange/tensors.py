"""Recorded tensors as a ``.safetensors`` file: bytes with type and shape, nothing that could run.

The bytes go out as they were recorded, through the library's raw interface, because numpy knows fewer types than the
format does. The format: https://github.com/huggingface/safetensors#format
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, TensorSpec, serialize_file

from engine.interchange.texts import clean
from engine.trace.file import RecordingFileError, replacing
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import Array, UnreadableDtypeError

SAFETENSORS_SUFFIX = ".safetensors"
NUMPY_SUFFIX = ".npy"

known_types = frozenset({
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "bfloat16", "float32",
    "float64", "complex64", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu",
    "float4_e2m1fn_x2",
})  # fmt: skip
"""torch's names of the types that a ``.safetensors`` file can hold; the library takes the same names."""

_MOST_NAMED = 5


class TensorFileError(Exception):
    """Tensors could not be written; the text is one whole sentence for a person."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it.

    Attributes:
        keys: The tensors in the file.
        left_out: Key and reason of those that could not be in it.
    """

    keys: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def count_text(self) -> str:
        """How many there are, e.g. ``3 values``."""
        return f"{len(self.keys)} value" if len(self.keys) == 1 else f"{len(self.keys)} values"

    @property
    def left_out_text(self) -> str:
        """What is missing and why, as one sentence; empty when nothing is."""
        return f"Left out: {_listed(self.left_out)}." if self.left_out else ""


def write_tensors(path: Path, recording: Recording, values: Mapping[str, ValueId], step: StepIndex) -> Written:
    """Write tensors as a ``.safetensors`` file, whole or not at all.

    The metadata of the file are ``format`` (``pt``: tensors as torch has them), ``writer``, ``program``, ``torch`` and
    ``step``, the step right after which the values were so.

    Args:
        path: The file.
        recording: Where the tensors are.
        values: The tensors by key (see ``chosen_values``).
        step: For the metadata.

    Raises:
        TensorFileError: If it cannot be written, or if none of the tensors can be in it.
    """
    arrays: dict[str, Array] = {}
    left_out: list[tuple[str, str]] = []
    for key, value in values.items():
        reason = _obstacle(recording, value)
        if reason:
            left_out.append((key, reason))
        else:
            arrays[key] = _bytes_of(recording, value)
    if not arrays:
        raise TensorFileError(_nothing(left_out))
    specs = {
        key: TensorSpec(
            dtype=recording.values[values[key]].dtype,
            shape=list(recording.values[values[key]].shape),
            data_ptr=array.ctypes.data,
            data_len=array.nbytes,
        )
        for key, array in arrays.items()
    }
    _serialize(path, specs, _metadata(recording, step))
    return Written(tuple(arrays), tuple(left_out))


def write_array(path: Path, recording: Recording, value: ValueId) -> None:
    """Write one tensor as numpy's ``.npy``, whole or not at all; bfloat16 is widened to float32, which is exact.

    Raises:
        TensorFileError: If it cannot be written or was not recorded.
    """
    absence = recording.absence(value)
    if absence is not None:
        raise TensorFileError(f"The numbers of this value are not in the recording: {absence.value}.")
    try:
        array = recording.array(value)
    except UnreadableDtypeError as error:
        name = recording.values[value].dtype
        raise TensorFileError(f"numpy has no type {name}; a {SAFETENSORS_SUFFIX} file may hold it.") from error
    assert array is not None, "its numbers are there, see above"
    try:
        with replacing(path) as part, part.open("wb") as file:
            np.save(file, array, allow_pickle=False)
    except RecordingFileError as error:
        raise TensorFileError(str(error)) from error


def _obstacle(recording: Recording, value: ValueId) -> str:
    absence = recording.absence(value)
    if absence is not None:
        return absence.value
    name = recording.values[value].dtype
    return "" if name in known_types else f"{SAFETENSORS_SUFFIX} files have no type {name}"


def _bytes_of(recording: Recording, value: ValueId) -> Array:
    data = recording.data(value)
    assert data is not None, "its numbers are there, or it would have been left out"
    return np.frombuffer(recording.store.read(data.offset, data.nbytes), dtype=np.uint8)


def _serialize(path: Path, specs: dict[str, TensorSpec], metadata: dict[str, str]) -> None:
    try:
        with replacing(path) as part:
            part.touch()
            mode = part.stat().st_mode
            serialize_file(specs, part, metadata)
            part.chmod(mode)  # the library puts a file in its place that only its owner can read
    except RecordingFileError as error:
        raise TensorFileError(str(error)) from error
    except SafetensorError as error:
        raise TensorFileError(f"{path} could not be written: {_reason(error)}.") from error


def _reason(error: SafetensorError) -> str:
    found = re.search(r"I/O error: (.*?) \(os error", str(error))
    return found.group(1) if found else clean(str(error)).rstrip(".")


def _metadata(recording: Recording, step: StepIndex) -> dict[str, str]:
    return {
        "format": "pt",
        "writer": "chainrule",
        "program": clean(recording.info.filename),
        "torch": clean(recording.info.torch_version),
        "step": str(step),
    }


def _nothing(left_out: list[tuple[str, str]]) -> str:
    if not left_out:
        return "There is no such value to write at this step."
    return f"None of the values can be written: {_listed(left_out)}."


def _listed(left_out: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> str:
    named = ", ".join(f"{key} ({reason})" for key, reason in left_out[:_MOST_NAMED])
    more = len(left_out) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
