"""What is shipped beside the examples belongs to the programs as they are now; `make assets` makes it anew."""

import pytest
from PySide6.QtGui import QImage

from engine.program.catalogue import examples, starter
from engine.trace.file import read_recording
from gui.example_assets import HEIGHT_PX, PROGRAM_KEY, THEMES, WIDTH_PX, digest, draw_thumbnail, record

ALL_MAY_TAKE_BYTES = 600_000


@pytest.mark.worker
def test_the_recording_of_the_starter_is_what_a_run_gives():
    shipped, fresh = read_recording(starter().recording_path), record(starter())
    assert shipped.info.program == fresh.info.program
    assert shipped.outcome.kind is fresh.outcome.kind
    assert [_facts(step) for step in shipped.steps] == [_facts(step) for step in fresh.steps]
    assert [_facts(value) for value in shipped.values] == [_facts(value) for value in fresh.values]
    for value in fresh.values:
        assert shipped.names(value.id) == fresh.names(value.id)
        assert _numbers(shipped, value.id) == _numbers(fresh, value.id)
    assert shipped.outputs == fresh.outputs
    assert [node.name for node in shipped.grad_nodes] == [node.name for node in fresh.grad_nodes]


def _numbers(recording, value):
    array = recording.array(value)
    return None if array is None else array.tolist()


def _facts(fact):
    skipped = {"duration_ns", "started_ns", "thread", "storage"}
    return {name: getattr(fact, name) for name in fact.__struct_fields__ if name not in skipped}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("example", examples(), ids=lambda example: example.key)
def test_each_example_has_a_picture_of_its_graph(qapp, example, theme):
    image = QImage(str(example.thumbnail_path(theme.value)))
    assert (image.width(), image.height()) == (WIDTH_PX, HEIGHT_PX)
    assert image.text(PROGRAM_KEY) == digest(example.text), "the program was changed: run `make assets`"


def test_all_pictures_together_are_small():
    sizes = [example.thumbnail_path(theme.value).stat().st_size for example in examples() for theme in THEMES]
    assert sum(sizes) < ALL_MAY_TAKE_BYTES


def test_a_picture_has_few_colours_and_the_right_ones(qapp):
    recording = read_recording(starter().recording_path)
    light, dark = (draw_thumbnail(recording, theme) for theme in THEMES)
    assert light.pixelColor(2, 2).name().upper() == "#FBFCFD"
    assert dark.pixelColor(2, 2).name().upper() == "#161B23"
    assert light.colorCount() <= 96
