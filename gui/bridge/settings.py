"""Preferences, recent files and window places on disk, as an INI file."""

import os
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from gui.model.preferences import Appearance, Choices, Lesson
from gui.model.workspace import Workspace
from gui.theme.skins import Skin

HOME_VARIABLE = "CHAINRULE_HOME"


def settings_path() -> Path:
    """Return where the settings lie: ``$CHAINRULE_HOME``, or the system's place for settings."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home) / "settings.ini"
    location = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    return Path(location) / "chainrule" / "settings.ini"


class SettingsFile:
    """Typed access to the settings; what is absent or damaged reads as the default."""

    def __init__(self, path: Path | None = None) -> None:
        self._settings = QSettings(str(path or settings_path()), QSettings.Format.IniFormat)

    def read_choices(self) -> Choices:
        """Return the preferences."""
        default = Choices()
        return Choices(
            appearance=_appearance(self._text("appearance")),
            scale_percent=max(80, min(200, self._number("scale_percent", default.scale_percent))),
            device=self._text("device") or default.device,
            shows_minimap=self._text("shows_minimap") != "false",
            shows_card=self._text("shows_card") != "false",
            runs_while_typing=self._text("runs_while_typing") == "true",
            records_kernels=self._text("records_kernels") == "true",
            lesson=_lesson(self._text("lesson")),
            skin=_skin(self._text("skin")),
            workspace=_workspace(self._text("workspace")),
        )

    def write_choices(self, choices: Choices) -> None:
        """Keep the preferences."""
        self._settings.setValue("appearance", choices.appearance.value)
        self._settings.setValue("scale_percent", str(choices.scale_percent))
        self._settings.setValue("device", choices.device)
        self._settings.setValue("lesson", choices.lesson.value)
        self._settings.setValue("skin", choices.skin)
        self._settings.setValue("workspace", choices.workspace.value)
        for name in ("shows_minimap", "shows_card", "runs_while_typing", "records_kernels"):
            self._settings.setValue(name, "true" if getattr(choices, name) else "false")

    def read_recents(self) -> tuple[Path, ...]:
        """Return the files opened last, the latest first."""
        return tuple(Path(line) for line in self._text("recent_files").split("\n") if line)

    def write_recents(self, paths: Iterable[Path]) -> None:
        """Keep the files opened last."""
        self._settings.setValue("recent_files", "\n".join(str(path) for path in paths))

    def read_place(self, name: str) -> QByteArray:
        """Return what Qt saved of a window or splitter; empty when nothing was."""
        return QByteArray.fromBase64(self._text(f"places/{name}").encode("ascii", "ignore"))

    def write_place(self, name: str, state: QByteArray) -> None:
        """Keep what Qt says of a window or splitter."""
        self._settings.setValue(f"places/{name}", bytes(state.toBase64().data()).decode("ascii"))

    @property
    def data_folder(self) -> Path:
        """Where the program keeps what it writes by itself: beside settings that lie in a place of their own."""
        own = Path(self._settings.fileName()).parent
        usual = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
        if own != Path(usual) / "chainrule":
            return own
        return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)) / "chainrule"

    def read_runs_folder(self) -> Path:
        """Return where training runs are kept."""
        text = self._text("runs_folder")
        return Path(text) if text else self.data_folder / "runs"

    def write_runs_folder(self, folder: Path) -> None:
        """Keep where training runs are kept."""
        self._settings.setValue("runs_folder", str(folder))

    def flush(self) -> None:
        """Write to disk now."""
        self._settings.sync()

    def _text(self, key: str) -> str:
        value = self._settings.value(key, "")
        return value if isinstance(value, str) else ""

    def _number(self, key: str, default: int) -> int:
        text = self._text(key)
        return int(text) if text.isdigit() else default


def _appearance(text: str) -> Appearance:
    return Appearance(text) if text in list(Appearance) else Appearance.SYSTEM


def _lesson(text: str) -> Lesson:
    return Lesson(text) if text in list(Lesson) else Lesson.STEP


def _workspace(text: str) -> Workspace:
    return Workspace(text) if text in list(Workspace) else Workspace.EXPLORE


def _skin(text: str) -> str:
    return Skin(text) if text in list(Skin) else Skin.CHAINRULE
