"""Many tensors as several ``.safetensors`` files with an index, as model libraries lay them out.

A file ``run.safetensors`` that would get too large becomes ``run-00001-of-00003.safetensors`` and so on, and
``run.safetensors.index.json`` says which tensor lies in which.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from engine.interchange.tensors import TensorFileError, Written, write_tensors
from engine.trace.file import RecordingFileError, replacing
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

SHARD_BYTES = 4_000_000_000
"""A file is full at this size; a single larger tensor has a file of its own."""


def write_sharded(
    path: Path, recording: Recording, values: Mapping[str, ValueId], step: StepIndex, most_bytes: int = SHARD_BYTES
) -> Written:
    """Write tensors as one file, or as several with an index where they are too many for one.

    Raises:
        TensorFileError: If a file cannot be written, or if none of the tensors can be in one.
    """
    shards = list(_shards(recording, values, most_bytes))
    if len(shards) < 2:
        return write_tensors(path, recording, values, step)
    keys: list[str] = []
    left_out: list[tuple[str, str]] = []
    places: dict[str, str] = {}
    for number, shard in enumerate(shards, 1):
        part = path.with_name(f"{path.stem}-{number:05}-of-{len(shards):05}{path.suffix}")
        written = write_tensors(part, recording, shard, step)
        keys += written.keys
        left_out += written.left_out
        places |= dict.fromkeys(written.keys, part.name)
    _write_index(path.with_name(f"{path.name}.index.json"), recording, values, places)
    return Written(tuple(keys), tuple(left_out))


def _shards(recording: Recording, values: Mapping[str, ValueId], most_bytes: int) -> Iterator[dict[str, ValueId]]:
    """Cut the tensors, in their order, where a file is full; those without numbers take no room."""
    shard: dict[str, ValueId] = {}
    filled = 0
    for key, value in values.items():
        nbytes = _kept_bytes(recording, value)
        if filled and nbytes and filled + nbytes > most_bytes:
            yield shard
            shard, filled = {}, 0
        shard[key] = value
        filled += nbytes
    if shard:
        yield shard


def _kept_bytes(recording: Recording, value: ValueId) -> int:
    data = recording.data(value)
    return 0 if data is None or data.absence is not None else data.nbytes


def _write_index(path: Path, recording: Recording, values: Mapping[str, ValueId], places: Mapping[str, str]) -> None:
    total = sum(_kept_bytes(recording, values[key]) for key in places)
    raw = msgspec.json.format(msgspec.json.encode({"metadata": {"total_size": total}, "weight_map": places}))
    try:
        with replacing(path) as part:
            part.write_bytes(raw)
    except (RecordingFileError, OSError) as error:
        raise TensorFileError(f"{path} could not be written: {error}.") from error
