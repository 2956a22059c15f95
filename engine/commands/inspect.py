"""``chainrule inspect``: say what is in a recording."""

import msgspec

from engine.commands.options import InspectOptions
from engine.commands.sources import open_recording
from engine.interchange.recording_json import recording_json
from engine.interchange.summary_text import summary_text


def inspect(options: InspectOptions) -> str:
    """Return the JSON, or the summary for a person, of a recording.

    Raises:
        CommandError: If the file cannot be read.
    """
    recording = open_recording(options.recording)
    if not options.as_json:
        return summary_text(recording)
    return msgspec.json.encode(recording_json(recording)).decode() + "\n"
