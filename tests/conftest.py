"""Settings for all tests: Qt draws offscreen, and no test touches the person's own settings."""

import os
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

# `make test` tries the same examples each time, so that it speaks of the change; `make properties` tries new ones
settings.register_profile("same", derandomize=True)
settings.register_profile("new", derandomize=False)
settings.load_profile(os.environ.get("CHAINRULE_EXAMPLES", "same"))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden pictures be approved anew, after a person has looked at them."""
    parser.addoption("--update-golden", action="store_true", help="take the pictures painted now as the approved ones")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that needs a QApplication."""
    for item in items:
        if {"qtbot", "qapp"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("gui")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None]:
    """Let Qt delete the windows that pytest-qt has just closed, from the outermost inwards.

    Else Python does so some time later, in an order of its own, and may delete a layout before the one around it does.
    """
    _delete_closed()
    yield
    _delete_closed()


def _delete_closed() -> None:
    core = sys.modules.get("PySide6.QtCore")  # most tests need no Qt
    if core is not None and core.QCoreApplication.instance() is not None:
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def _own_threads() -> Generator[None]:
    """What a test or its program makes of torch's threads ends with it: the last bits of sums depend on them."""
    torch = sys.modules.get("torch")
    threads = None if torch is None else torch.get_num_threads()
    yield
    if torch is not None and torch.get_num_threads() != threads:
        torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("settings")
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "CHAINRULE_HOME"):
        monkeypatch.setenv(name, str(home))
