"""Runs a program on a device that its text does not name."""

from engine.runtime.placement.hints import with_hint
from engine.runtime.placement.place import place_program

__all__ = ["place_program", "with_hint"]
