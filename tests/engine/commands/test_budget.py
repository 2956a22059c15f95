"""Sizes on the command line, and the room for numbers on the disk."""

import pytest

from engine.commands.errors import CommandError
from engine.commands.options import size_option
from engine.commands.running import room_for_numbers


def test_sizes():
    assert [size_option(text) for text in ("500MB", "20GB", "1.5 GB", "7B", "3kB", "2TB")] == [
        500_000_000,
        20_000_000_000,
        1_500_000_000,
        7,
        3_000,
        2_000_000_000_000,
    ]
    for text in ("", "20", "GB", "-1GB", "1e9B", "20gb"):
        with pytest.raises(ValueError, match="must be a size such as 500MB or 20GB"):
            size_option(text)


def test_more_than_the_disk_holds_is_refused():
    assert room_for_numbers(1000) == 1000
    assert room_for_numbers() > 0
    with pytest.raises(CommandError, match=r"There is room for .* of numbers in .*, not for 999999 TB"):
        room_for_numbers(999_999 * 10**12)
