"""Answers to the questions about files."""

from pathlib import Path

from gui.dialogs.file_prompts import Unsaved


class FakePrompts:
    """Gives the answers that a test sets; remembers the questions."""

    def __init__(self) -> None:
        self.open_from: Path | None = None
        self.save_to: Path | None = None
        self.unsaved = Unsaved.DISCARD
        self.questions: list[str] = []

    def ask_open(self, folder: Path, filters: tuple[str, ...] = ()) -> Path | None:
        self.questions.append("open")
        return self.open_from

    def ask_folder(self, folder: Path, title: str = "") -> Path | None:
        self.questions.append("folder")
        return self.open_from

    def ask_save(self, proposal: Path, filters: tuple[str, ...]) -> Path | None:
        self.questions.append(f"save {proposal.name}")
        return self.save_to

    def ask_unsaved(self, title: str) -> Unsaved:
        self.questions.append(f"unsaved {title}")
        return self.unsaved
