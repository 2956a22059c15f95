import pytest

from gui.model.player import SPEEDS, STEPS_PER_SECOND, PlayDirection, Player
from gui.model.playhead import BEFORE_FIRST, Playhead


@pytest.fixture
def playhead():
    playhead = Playhead()
    playhead.resize(10)
    return playhead


@pytest.fixture
def player(playhead):
    return Player(playhead)


def test_plays_forward_at_the_given_speed(player, playhead):
    player.play(PlayDirection.FORWARD)
    for _ in range(10):
        player.advance(0.1)
    assert playhead.current == BEFORE_FIRST + STEPS_PER_SECOND


def test_twice_the_speed_is_twice_the_steps(player, playhead):
    player.set_speed(2.0)
    player.play(PlayDirection.FORWARD)
    for _ in range(10):
        player.advance(0.1)
    assert playhead.current == BEFORE_FIRST + 2 * STEPS_PER_SECOND


def test_plays_backward_and_stops_before_the_first_step(player, playhead):
    playhead.seek(2)
    player.play(PlayDirection.BACKWARD)
    for _ in range(30):
        player.advance(0.1)
    assert playhead.current == BEFORE_FIRST
    assert not player.is_playing


def test_from_the_end_it_starts_over(player, playhead):
    playhead.seek(9)
    player.play(PlayDirection.FORWARD)
    assert playhead.current == BEFORE_FIRST
    assert player.is_playing


def test_a_hand_on_the_playhead_pauses(player, playhead):
    player.play(PlayDirection.FORWARD)
    playhead.seek(5)
    assert not player.is_playing


def test_nothing_to_play_without_steps():
    player = Player(Playhead())
    player.toggle()
    assert not player.is_playing


def test_a_long_stall_does_not_leap(player, playhead):
    player.play(PlayDirection.FORWARD)
    player.advance(60.0)
    assert playhead.current <= BEFORE_FIRST + 1


def test_toggle_turns_round_and_pauses(player, playhead):
    playhead.seek(4)
    player.toggle(PlayDirection.FORWARD)
    player.toggle(PlayDirection.BACKWARD)
    assert player.is_playing
    assert player.direction is PlayDirection.BACKWARD
    player.toggle(PlayDirection.BACKWARD)
    assert not player.is_playing


def test_speeds_stay_in_their_list(player):
    for _ in range(20):
        player.shift_speed(1)
    assert player.speed == SPEEDS[-1]
    for _ in range(20):
        player.shift_speed(-1)
    assert player.speed == SPEEDS[0]
