"""The two ways in which the window is arranged."""

from enum import StrEnum


class Workspace(StrEnum):
    """What the window is for at present."""

    EXPLORE = "explore"
    """A program, its graph, and every step of it."""
    TRAIN = "train"
    """Data, a network, and how it learns."""
