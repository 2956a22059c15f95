"""Golden pictures: painted with the shipped fonts, compared by their worst place."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontInfo, QImage
from PySide6.QtWidgets import QApplication

from gui.theme.fonts import MONO, WORDS, load_fonts
from tests.support.pictures import check_picture

_PICTURES = Path(__file__).parent / "pictures"
_FAILURES = Path(__file__).parents[2] / "build" / "golden-failures"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("golden")


@pytest.fixture(scope="session")
def fonts(qapp: QApplication) -> None:
    load_fonts()
    for family in (WORDS, MONO):
        assert QFontInfo(QFont(family)).family() == family


@pytest.fixture
def golden(request: pytest.FixtureRequest, fonts: None) -> Callable[[QImage, str], None]:
    """Compare a picture with the approved one of that name."""
    updates = bool(request.config.getoption("--update-golden"))

    def check(image: QImage, name: str) -> None:
        check_picture(image, _PICTURES / f"{name}.png", _FAILURES, updates=updates)

    return check
