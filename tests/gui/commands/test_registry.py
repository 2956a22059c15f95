import re
from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from gui.commands.action import Context, Menu
from gui.commands.keys import key_text
from gui.commands.registry import ALL_ACTIONS, SUBMENUS, by_menu

SINGLE = re.compile(r"(Shift\+)?(\w|[^\w+]|\+|Right|Left|Home|End|Space)")
SPECIFIED = {
    "run.start": {"Ctrl+Return", "F5"},
    "run.park": {"Ctrl+Shift+Return"},
    "run.stop": {"Ctrl+.", "Shift+F5"},
    "playback.next": {"Right", "."},
    "playback.previous": {"Left", ","},
    "playback.over": {"Shift+Right"},
    "playback.back_over": {"Shift+Left"},
    "playback.into": {"F11"},
    "playback.out": {"Shift+F11"},
    "playback.first": {"Home"},
    "playback.last": {"End"},
    "playback.backward": {"Ctrl+B"},
    "playback.play": {"Space"},
    "view.fit_selection": {"F"},
    "view.fit": {"Shift+F"},
    "view.zoom_actual": {"Ctrl+0"},
    "view.minimap": {"Alt+M"},
    "view.full_screen": {"Ctrl+Shift+F"},
    "view.lens_structure": {"1"},
    "view.lens_values": {"2"},
    "view.lens_gradients": {"3"},
    "view.lens_health": {"6"},
    "view.lens_difference": {"7"},
    "view.log_scale": {"L"},
    "view.overlay": {"O"},
    "graph.expand": {"E"},
    "graph.collapse": {"C"},
    "graph.trace": {"T"},
    "graph.trace_fewer": {"{"},
    "graph.trace_more": {"}"},
    "graph.focus": {"G"},
    "graph.focus_up": {"Backspace"},
    "graph.hide": {"H"},
    "graph.unhide": {"Shift+H"},
    "graph.forget_moves": {"Shift+L"},
    "graph.find": {"Ctrl+F", "Ctrl+P"},
    "graph.producer": {"["},
    "graph.consumer": {"]"},
    "graph.flip": {"Ctrl+Shift+L"},
    "file.open": {"Ctrl+O"},
    "file.save": {"Ctrl+S"},
    "file.save_as": {"Ctrl+Shift+S"},
    "file.new": {"Ctrl+N"},
    "file.recent_1": {"Ctrl+1"},
    "file.recent_9": {"Ctrl+9"},
    "file.export": {"Ctrl+Shift+E"},
    "edit.copy_image": {"Ctrl+Shift+C"},
    "edit.undo": {"Ctrl+Z"},
    "edit.redo": {"Ctrl+Y", "Ctrl+Shift+Z"},
    "train.play": {"Ctrl+T"},
    "train.toggle": {"Space"},
    "network.build": {"Ctrl+Shift+B"},
    "network.add": {"Tab"},
    "network.rename": {"F2"},
    "network.remove": {"Del"},
    "network.duplicate": {"Ctrl+D"},
    "help.palette": {"Ctrl+Shift+P"},
    "help.search": {"Ctrl+K"},
    "help.shortcuts_here": {"?"},
}


def test_ids_are_unique():
    assert len({action.id for action in ALL_ACTIONS}) == len(ALL_ACTIONS)


def test_titles_are_unique_within_a_menu():
    for _menu, members in by_menu(ALL_ACTIONS):
        assert len({action.title for action in members}) == len(members)


@pytest.mark.parametrize("place", [Context.VIEWS, Context.TRAIN, Context.BUILDER])
def test_no_key_does_two_things_in_one_place(qapp, place):
    here = [action for action in ALL_ACTIONS if action.context in {place, Context.WINDOW}]
    keys = Counter(
        QKeySequence(text).toString() for action in here for text in action.shortcuts if text != "Ctrl+Enter"
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_key_is_one_that_qt_knows(qapp):
    for action in ALL_ACTIONS:
        for text in action.shortcuts:
            assert not QKeySequence(text).isEmpty(), text


def test_single_keys_work_only_away_from_text():
    for action in ALL_ACTIONS:
        for text in action.shortcuts:
            if SINGLE.fullmatch(text) and not re.fullmatch(r"F\d+", text):
                assert action.context is not Context.WINDOW, f"{action.id}: {text}"


def test_nothing_takes_the_key_for_context_menus():
    assert all("Shift+F10" not in action.shortcuts for action in ALL_ACTIONS)


@pytest.mark.parametrize("action_id", sorted(SPECIFIED))
def test_specified_keys(action_id):
    action = next(action for action in ALL_ACTIONS if action.id == action_id)
    assert set(action.shortcuts) >= SPECIFIED[action_id]


def test_tips_are_sentences():
    for action in ALL_ACTIONS:
        assert action.tip.endswith("."), action.id
        assert action.tip[0].isupper(), action.id


def test_every_menu_is_used():
    assert {menu for menu, _members in by_menu(ALL_ACTIONS)} == set(Menu)
    assert set(SUBMENUS) < set(Menu)


def test_keys_as_a_person_reads_them(qapp):
    assert key_text("Ctrl+Return") == "Ctrl+Enter"
    assert key_text("Shift+Right") == "Shift+→"
    assert key_text(".") == "."
