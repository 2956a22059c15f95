"""What the search field finds: steps of the recording and commands."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.trace.recording import Recording
from gui.commands.action import Action, Desk
from gui.commands.book import ActionBook
from gui.commands.help_actions import COMMANDS_PREFIX
from gui.commands.keys import key_text
from gui.model.search import Hit, find_steps
from gui.model.selection import Origin, Selected

_STEP_LIMIT = 200
_MARK_LIMIT = 5000
"""In longer recordings the hits are listed, and not marked in the graph as well."""
_COMMANDS_AFTER_STEPS = 6
_AT_HAND = ("run.start", "file.gallery", "file.open", "playback.backward", "file.export", "help.shortcuts")
"""Commands offered before anything is typed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the result list.

    ``reason`` says why it cannot be chosen now; ``hint`` stands at the right, e.g. a key; ``stays`` is for places,
    which one goes through without leaving the list.
    """

    title: str
    detail: str
    hint: str
    reason: str
    choose: Callable[[], None]
    stays: bool = False


_HELP = tuple(
    Found(example, meaning, "", "Nothing was found; this is what can be asked for.", lambda: None)
    for example, meaning in (
        ("relu", "a word in an operator, a name, a module or a type"),
        ("64", "any tensor with this dimension"),
        ("shape:*,64", "a whole shape, * for any size"),
        ("op:matmul  module:blocks.3  dtype:i64", "only there"),
        ("line:12", "what a line of the program did"),
        ("nan  inf  grad = 0  grad = none", "numbers and gradients that went wrong"),
        ("norm > 10  time > 1ms", "also mean, std, min, max, zeros, grad"),
    )
)
"""What can be asked for, shown where nothing was found."""


class Finder:
    """Looks things up for the search field."""

    def __init__(self, desk: Desk, book: ActionBook) -> None:
        self._desk = desk
        self._book = book
        self._latest: tuple[str, Recording, int, tuple[Hit, ...]] | None = None

    def find(self, query: str) -> tuple[Found, ...]:
        """Return what fits a query, the likeliest first; ``>`` at its beginning asks for commands only."""
        text = query.strip()
        self._mark("" if text.startswith(COMMANDS_PREFIX) else text)
        if text.startswith(COMMANDS_PREFIX):
            return self._commands(text.removeprefix(COMMANDS_PREFIX).strip())
        if not text:
            return tuple(self._command(action) for action in self._book.actions if action.id in _AT_HAND)
        steps = self._steps(text)
        commands = self._commands(text)
        return steps + (commands[:_COMMANDS_AFTER_STEPS] if steps else commands) or _HELP

    def count_text(self, query: str) -> str:
        """Return e.g. ``7 found`` for a query on the graph; empty for commands and before anything is typed."""
        text = query.strip()
        recording = self._desk.document.recording
        if not text or text.startswith(COMMANDS_PREFIX) or recording is None:
            return ""
        count = len(self._hits(recording, text))
        return f"{count}+ found" if count == _STEP_LIMIT else f"{count} found"

    def finish(self) -> None:
        """The search is over: unmark what it found."""
        self._mark("")

    def _mark(self, text: str) -> None:
        recording = self._desk.document.recording
        if recording is not None and len(recording) <= _MARK_LIMIT:
            self._desk.graph.search(text)

    def _hits(self, recording: Recording, text: str) -> tuple[Hit, ...]:
        """Look for steps, once for each query and state of the recording."""
        latest = self._latest
        if latest is None or latest[:3] != (text, recording, len(recording)):
            found = find_steps(recording, text, _STEP_LIMIT)
            latest = self._latest = (text, recording, len(recording), found)
        return latest[3]

    def _steps(self, text: str) -> tuple[Found, ...]:
        recording = self._desk.document.recording
        if recording is None:
            return ()
        hits = self._hits(recording, text)
        return tuple(
            Found(hit.title, hit.detail, f"step {hit.step + 1:,}", "", self._seek(hit.step), stays=True) for hit in hits
        )

    def _seek(self, step: int) -> Callable[[], None]:
        def choose() -> None:
            recording = self._desk.document.recording
            if recording is None or step >= len(recording):
                return
            fact = recording.steps[step]
            value = next((output for output in fact.outputs if output is not None), None)
            self._desk.playhead.seek(step)
            self._desk.selection.select(Selected(step=fact.index, value=value, origin=Origin.PROGRAM))

        return choose

    def _commands(self, text: str) -> tuple[Found, ...]:
        words = text.lower().split()
        ranked = []
        for place, action in enumerate(self._book.actions):
            rank = _rank(action, self._book.label(action), words)
            if rank is not None:
                ranked.append((rank, place, action))
        return tuple(self._command(action) for _rank_, _place, action in sorted(ranked, key=lambda item: item[:2]))

    def _command(self, action: Action) -> Found:
        key = key_text(action.shortcuts[0]) if action.shortcuts else ""
        reason = self._book.reason(action)
        title = self._book.label(action)
        return Found(title, action.menu.value, key, reason, lambda: self._book.trigger(action))


def _rank(action: Action, label: str, words: list[str]) -> int | None:
    """How well an action fits, 0 best; None when a word is missing."""
    title = label.lower()
    everything = f"{title} {action.menu.value.lower()} {action.tip.lower()} {action.id}"
    if not all(word in everything for word in words):
        return None
    if not words or title.startswith(words[0]):
        return 0
    return 1 if all(word in title for word in words) else 2
