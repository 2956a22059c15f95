import msgspec
import numpy as np
import pytest

from engine.training.facts import Picture
from engine.training.kept_pictures import BUDGET_BYTES, FILE_NAME, KeptPictures, read_pictures, write_pictures
from engine.training.kept_run import KeptRunError
from engine.training.options import Plane

PLANE = Plane(left=-1.0, right=1.0, bottom=-2.0, top=2.0)


def picture(name, *shape):
    numbers = np.random.default_rng(len(name)).random(shape, dtype=np.float32)
    return Picture(7, name, shape, numbers.tobytes())


def test_what_is_written_is_read_again(tmp_path):
    pictures = (picture("boundary", 4, 4, 2), picture("unit/fc", 3, 4, 4))
    write_pictures(tmp_path, PLANE, pictures)
    assert read_pictures(tmp_path) == KeptPictures(plane=PLANE, pictures=pictures)
    assert read_pictures(tmp_path / "none") == KeptPictures()


def test_what_is_missed_most_finds_room_first(tmp_path):
    large = BUDGET_BYTES // 4 - 100
    write_pictures(
        tmp_path, None, (picture("activations/fc", large), picture("mistakes", large), picture("boundary", 5))
    )
    assert [one.name for one in read_pictures(tmp_path).pictures] == ["boundary", "mistakes"]
    assert (tmp_path / FILE_NAME).stat().st_size < BUDGET_BYTES + 1000


@pytest.mark.parametrize("name", ["answers by place/rnn", "scores/confusion", "hidden norms/rnn"])
def test_histograms_leave_room_for_what_a_card_shows_of_the_last_batch(tmp_path, name):
    large = BUDGET_BYTES // 8 + 100
    write_pictures(tmp_path, None, (picture("histogram/fc.weight", large), picture(name, large)))
    assert [one.name for one in read_pictures(tmp_path).pictures] == [name]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "are damaged"),
        (b"\x93\x01", "are damaged"),
        (msgspec.msgpack.encode(KeptPictures(format="other")), "another version"),
        (msgspec.msgpack.encode(KeptPictures(pictures=(Picture(0, "boundary", (9, 9), b"1234"),))), "are damaged"),
        (msgspec.msgpack.encode(KeptPictures(pictures=(Picture(0, "boundary", (-1, -1), b"1234"),))), "are damaged"),
        (b"1" * (2 * BUDGET_BYTES + 1), "too large"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, content, words):
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(KeptRunError, match=words):
        read_pictures(tmp_path)
