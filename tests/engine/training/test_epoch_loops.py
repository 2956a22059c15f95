"""Loops that count epochs: found at the top level, and begun later with the rest of the text as it was."""

import pytest

from engine.training.epoch_loops import begin_at, epoch_loops, loop_around

PROGRAM = """import torch
for i in range(3): pass
epochs = 5
for epoch in tqdm(range(epochs), desc="é"):
    for x in loader:
        step(x)
if __name__ == "__main__":
    for other in range(2, epochs + 1):
        pass
"""


def test_loops_are_found_with_their_variables_and_lines():
    assert [(loop.variable, loop.line, loop.last_line, loop.stop) for loop in epoch_loops(PROGRAM)] == [
        ("i", 2, 2, "3"), ("epoch", 4, 6, "epochs"), ("other", 8, 9, "epochs + 1"),
    ]  # fmt: skip
    assert loop_around(PROGRAM, 6).variable == "epoch"
    assert loop_around(PROGRAM, 3) is None


def test_a_loop_begins_later_and_nothing_else_changes():
    text = begin_at(PROGRAM, 4, 3)
    assert text.splitlines()[3] == 'for epoch in tqdm(range(3, epochs), desc="é"):'
    assert [line for line in text.splitlines() if line not in PROGRAM.splitlines()] == text.splitlines()[3:4]
    assert begin_at(PROGRAM, 8, 4).splitlines()[7] == "    for other in range(4, epochs + 1):"
    assert begin_at(PROGRAM, 5, 1) is None


@pytest.mark.parametrize(
    "text",
    [
        "def train():\n    for epoch in range(3):\n        pass\n",
        "for epoch in range(0, 10, 2):\n    pass\n",
        "for a, b in zip(range(3), range(4)):\n    pass\n",
        "while True:\n    pass\n",
        "for epoch in range(*ends):\n    pass\n",
        "for epoch in range(\n    3\n):\n    pass\n",
        "for epoch in",
    ],
)
def test_what_cannot_be_begun_later_is_not_found(text):
    assert epoch_loops(text) == ()
