from pathlib import Path

from PySide6.QtCore import QByteArray

from gui.bridge.settings import SettingsFile, settings_path
from gui.model.preferences import Appearance, Choices


def test_a_first_start_has_the_defaults(tmp_path):
    settings = SettingsFile(tmp_path / "settings.ini")
    assert settings.read_choices() == Choices()
    assert settings.read_recents() == ()
    assert settings.read_place("window").isEmpty()


def test_everything_comes_back(tmp_path):
    path = tmp_path / "deep" / "settings.ini"
    choices = Choices(
        appearance=Appearance.DARK,
        scale_percent=125,
        device="cuda:1",
        shows_minimap=False,
        shows_card=False,
        runs_while_typing=True,
        records_kernels=True,
    )
    first = SettingsFile(path)
    first.write_choices(choices)
    first.write_recents([Path("/a b/c,d.py"), Path("/ü.chainrule")])
    first.write_place("window", QByteArray(b"\x00\x01\xff"))
    first.flush()
    second = SettingsFile(path)
    assert second.read_choices() == choices
    assert second.read_recents() == (Path("/a b/c,d.py"), Path("/ü.chainrule"))
    assert second.read_place("window").data() == b"\x00\x01\xff"


def test_a_damaged_file_reads_as_defaults(tmp_path):
    path = tmp_path / "settings.ini"
    path.write_text("[General]\nappearance=purple\nscale_percent=many\nplaces/window=@@@\nshows_minimap=\n")
    assert SettingsFile(path).read_choices() == Choices()


def test_the_home_variable_decides_where(monkeypatch, tmp_path):
    monkeypatch.setenv("CHAINRULE_HOME", str(tmp_path))
    assert settings_path() == tmp_path / "settings.ini"


def test_runs_are_kept_beside_settings_in_a_place_of_their_own_else_with_other_data(monkeypatch, tmp_path):
    settings = SettingsFile(tmp_path / "settings.ini")
    assert settings.read_runs_folder() == tmp_path / "runs"
    settings.write_runs_folder(tmp_path / "other")
    settings.flush()
    assert SettingsFile(tmp_path / "settings.ini").read_runs_folder() == tmp_path / "other"
    monkeypatch.delenv("CHAINRULE_HOME")
    assert SettingsFile().read_runs_folder().parts[-2:] == ("chainrule", "runs")
