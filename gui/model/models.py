"""All models of one window together."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gui.model.coach import Coach
from gui.model.devices import Devices
from gui.model.document import Document
from gui.model.following import let_steps_follow
from gui.model.notices import Notices
from gui.model.player import Player
from gui.model.playhead import Playhead
from gui.model.preferences import Choices, Preferences
from gui.model.recent import RecentFiles
from gui.model.selection import Selection
from gui.theme.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What is true in one window."""

    document: Document
    playhead: Playhead
    player: Player
    selection: Selection
    theme: Theme = field(default_factory=Theme)
    notices: Notices = field(default_factory=Notices)
    devices: Devices = field(default_factory=Devices)
    coach: Coach
    preferences: Preferences
    recents: RecentFiles


def build_models(choices: Choices, recents: Iterable[Path]) -> Models:
    """Build the models of a new window from what was kept."""
    document, playhead, selection, preferences = Document(), Playhead(), Selection(), Preferences(choices)
    let_steps_follow(playhead, selection)
    return Models(
        document=document,
        playhead=playhead,
        player=Player(playhead),
        selection=selection,
        coach=Coach(document, playhead, selection, preferences),
        preferences=preferences,
        recents=RecentFiles(recents),
    )
