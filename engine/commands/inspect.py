"""``chainrule inspect``: say what is in a recording, or write its tensors."""

from pathlib import Path

import msgspec

from engine.commands.errors import CommandError
from engine.commands.options import InspectOptions, Take
from engine.commands.sources import check_output, open_recording
from engine.interchange.cost_text import costs_text
from engine.interchange.recording_json import recording_json
from engine.interchange.shards import write_sharded
from engine.interchange.summary_text import summary_text
from engine.interchange.tensor_choice import Choice, Everything, Named, One, Parameters, chosen_values, step_of
from engine.interchange.tensors import TensorFileError, Written
from engine.trace.file import unfinished_text
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording


def inspect(options: InspectOptions) -> str:
    """Return the JSON, or the summary for a person, of a recording.

    Raises:
        CommandError: If the file cannot be read.
    """
    recording = open_recording(options.recording)
    if options.costs is not None:
        return costs_text(recording, options.costs)
    if not options.as_json:
        note = unfinished_text(options.recording)
        return summary_text(recording) + (f"\n{note}\n" if note else "")
    return msgspec.json.encode(recording_json(recording)).decode() + "\n"


def extract(options: InspectOptions, output: Path) -> Written:
    """Write tensors of a recording as a ``.safetensors`` file and return which, and which could not be.

    Raises:
        CommandError: If the recording cannot be read, has no such step or value, or the file cannot be written.
    """
    check_output(output, options.recording)
    recording = open_recording(options.recording)
    choice = _choice(recording, options)
    try:
        return write_sharded(output, recording, chosen_values(recording, choice), step_of(recording, choice))
    except TensorFileError as error:
        raise CommandError(str(error)) from error


def _choice(recording: Recording, options: InspectOptions) -> Choice:
    last = len(recording) - 1
    if options.step is not None and options.step > last:
        last_text = f"the last one is {last}" if last >= 0 else "nothing was recorded"
        raise CommandError(f"There is no step {options.step}; {last_text}.")
    step = None if options.step is None else StepIndex(options.step)
    match options.take:
        case Take.NAMED:
            return Named(step)
        case Take.PARAMETERS:
            return Parameters(step)
        case Take.ALL:
            return Everything()
        case value:
            if value >= len(recording.values):
                raise CommandError(f"There is no value {value}; there are {len(recording.values)}.")
            return One(ValueId(value))
