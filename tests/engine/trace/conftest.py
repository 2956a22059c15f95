"""Fixtures for the tests of facts and files."""

import pytest

from engine.trace.file import write_recording
from tests.support.recordings import starter_recording


@pytest.fixture(scope="module")
def starter_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("file") / "starter.chainrule"
    write_recording(path, starter_recording())
    return path.read_bytes()
