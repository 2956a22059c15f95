"""The recorder: observes what torch does and says it as facts, without changing what is computed."""

from engine.runtime.recorder.options import RecorderOptions
from engine.runtime.recorder.recorder import Recorder

__all__ = ["Recorder", "RecorderOptions"]
