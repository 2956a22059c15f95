"""The editor as a person uses it."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QTextCursor
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from engine.trace.facts import Span
from engine.trace.ids import StepIndex
from engine.trace.outcome import Outcome, OutcomeKind
from gui.editor.panel import LiveMode
from gui.model.selection import Selected
from gui.theme.fonts import words_font
from gui.theme.tokens import DARK, LIGHT, ThemeName
from gui.widgets.highlighter import Highlighter
from tests.gui.editor.conftest import Stage


def center_of(stage: Stage, line: int, column: int) -> QPoint:
    for block, band in stage.edit.bands():
        if block.blockNumber() + 1 == line:
            left, right = stage.edit.x_of(block, column), stage.edit.x_of(block, column + 1)
            return QPoint(round((left + right) / 2), round(band.center().y()))
    raise AssertionError("the line is not visible")


def has_color(image: QImage, color: str) -> bool:
    wanted = QColor(color).rgb()
    return any(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def color_at(stage: Stage, line: int, column: int) -> str:
    block = stage.edit.document().findBlockByNumber(line - 1)
    for piece in block.layout().formats():
        if piece.start <= column < piece.start + piece.length:
            return piece.format.foreground().color().name().upper()
    return LIGHT.text


def type_text(stage: Stage, qtbot: QtBot, text: str) -> None:
    for character in text:
        if character == "\n":
            qtbot.keyClick(stage.edit, Qt.Key.Key_Return)
        else:
            qtbot.keyClicks(stage.edit, character)
    stage.edit.completion.close()


def test_typing_changes_the_document(stage: Stage, qtbot: QtBot) -> None:
    stage.open("")
    type_text(stage, qtbot, "for i in x:\nprint(i)\n\ny = 1")
    assert stage.text == "for i in x:\n    print(i)\n    \n    y = 1"
    assert stage.document.is_dirty


def test_opening_a_program_is_no_edit(stage: Stage) -> None:
    stage.open("a = 1\r\nb = 2\r\n")
    assert not stage.document.is_dirty
    assert stage.edit.toPlainText() == "a = 1\nb = 2\n"


def test_tab_backspace_and_backtab(stage: Stage, qtbot: QtBot) -> None:
    stage.open("")
    qtbot.keyClick(stage.edit, Qt.Key.Key_Tab)
    assert stage.text == "    "
    qtbot.keyClicks(stage.edit, "1")
    qtbot.keyClick(stage.edit, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert stage.text == "1"
    stage.open("        ")
    stage.edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(stage.edit, Qt.Key.Key_Backspace)
    assert stage.text == "    "


def test_commenting_lines_is_one_step_of_undo(stage: Stage, qtbot: QtBot) -> None:
    stage.open("a = 1\nb = 2\nc = 3\n")
    cursor = stage.edit.textCursor()
    cursor.setPosition(8, QTextCursor.MoveMode.KeepAnchor)
    stage.edit.setTextCursor(cursor)
    qtbot.keyClick(stage.edit, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    assert stage.text == "# a = 1\n# b = 2\nc = 3\n"
    stage.edit.undo()
    assert stage.text == "a = 1\nb = 2\nc = 3\n"


def test_commenting_the_last_line_keeps_the_cursor_in_it(stage: Stage, qtbot: QtBot) -> None:
    stage.open("ab = 12")
    stage.edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(stage.edit, Qt.Key.Key_Left)
    qtbot.keyClick(stage.edit, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(stage.edit, "x")
    assert stage.text == "# ab = 1x2"


def test_completion_by_enter(stage: Stage, qtbot: QtBot) -> None:
    stage.open("")
    qtbot.keyClicks(stage.edit, "y = torch.sigm")
    assert stage.edit.completion.words == ["sigmoid"]
    qtbot.keyClick(stage.edit.completion.popup, Qt.Key.Key_Return)
    assert stage.text == "y = torch.sigmoid"
    assert not stage.edit.completion.is_open


def test_completion_goes_with_escape(stage: Stage, qtbot: QtBot) -> None:
    stage.open("")
    qtbot.keyClicks(stage.edit, "x.back")
    qtbot.keyClick(stage.edit.completion.popup, Qt.Key.Key_Escape)
    assert not stage.edit.completion.is_open
    assert stage.text == "x.back"


def test_marks_follow_the_playhead(stage: Stage) -> None:
    stage.playhead.seek(5)
    decor = stage.edit.decor
    assert decor.marks.underlined == Span(0, 4, 4, 4, 25)
    assert decor.values[4] == "y = [3, 0, 7]"
    assert decor.hint.endswith("differentiates")
    image = stage.panel.grab().toImage()
    assert has_color(image, LIGHT.backward)
    assert has_color(image, LIGHT.current_line)


def test_edited_text_has_no_marks_until_it_is_put_back(stage: Stage, qtbot: QtBot) -> None:
    stage.playhead.seek(5)
    qtbot.keyClicks(stage.edit, "#")
    assert stage.edit.decor.marks.executed_line is None
    assert not stage.edit.decor.values
    stage.edit.undo()
    assert stage.edit.decor.marks.executed_line == 5


def test_click_on_a_line_number_goes_to_its_first_step(stage: Stage, qtbot: QtBot) -> None:
    gutter = stage.edit.gutter
    y = center_of(stage, 5, 0).y()
    qtbot.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(10, y))
    assert stage.playhead.current == 3
    assert stage.selection.current.step == 3
    qtbot.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(10, center_of(stage, 1, 0).y()))
    assert stage.playhead.current == 3


def test_hover_over_a_sub_expression_points_at_its_step(stage: Stage) -> None:
    seen: list[object] = []
    stage.selection.hovered_step.connect(seen.append)
    for column in (15, 22, 5, 40):
        place = stage.edit.place_at(QPointF(center_of(stage, 4, min(column, 25))))
        stage.edit.place_hovered.emit(None if column == 40 else place)
    assert seen == [0, 1, 2, None]


def test_place_under_the_mouse_counts_characters(stage: Stage) -> None:
    stage.open("s = '😀😀' + x\n")
    assert stage.edit.place_at(QPointF(center_of(stage, 1, 10))) == (1, 8)


def test_a_step_hovered_elsewhere_lights_its_sub_expression(stage: Stage) -> None:
    stage.selection.hover_step(StepIndex(1))
    assert stage.edit.decor.hovered == Span(0, 4, 15, 4, 24)
    stage.selection.hover_step(None)
    assert stage.edit.decor.hovered is None


def test_selecting_a_value_lights_where_it_was_made(stage: Stage) -> None:
    stage.selection.select(Selected(value=stage.document.recording.values[0].id))
    assert stage.edit.decor.selected == Span(0, 3, 4, 3, 55)


def test_syntax_errors_show_after_a_pause(stage: Stage, qtbot: QtBot) -> None:
    stage.open("")
    type_text(stage, qtbot, "x = (1")
    assert stage.edit.decor.fault is None
    qtbot.waitUntil(lambda: stage.edit.decor.fault is not None, timeout=2000)
    assert stage.panel.error == "Line 1: '(' was never closed."
    assert has_color(stage.panel.grab().toImage(), LIGHT.error)
    type_text(stage, qtbot, ")")
    assert stage.edit.decor.fault is None


def test_a_failed_run_is_marked_at_its_place(stage: Stage) -> None:
    span = Span(0, 5, 0, 5, 7)
    stage.document.end_run(Outcome(OutcomeKind.FAILED, "Line 5: RuntimeError: no.", line=5, span=span))
    assert stage.edit.decor.fault is not None
    assert stage.edit.decor.fault.span == span
    assert stage.panel.error == "", "the list of problems says it, with what can be done"


@pytest.mark.parametrize(("mode", "runs"), [(LiveMode.ON, 1), (LiveMode.OFF, 0)])
def test_live_mode(stage: Stage, qtbot: QtBot, mode: LiveMode, runs: int) -> None:
    asked: list[bool] = []
    stage.panel.run_requested.connect(lambda: asked.append(True))
    stage.panel.set_live(mode)
    type_text(stage, qtbot, "y = 1\n")
    qtbot.wait(400)
    assert len(asked) == runs


def test_live_mode_leaves_broken_programs_alone(stage: Stage, qtbot: QtBot) -> None:
    asked: list[bool] = []
    stage.panel.run_requested.connect(lambda: asked.append(True))
    stage.panel.set_live(LiveMode.ON)
    type_text(stage, qtbot, "y = (\n")
    qtbot.wait(400)
    assert not asked


def test_highlighting(stage: Stage) -> None:
    stage.open('def f(x):  # why\n    """doc\n    more"""\n    return len(x) + 1.5e3 + x.sum\nr"\\d" f\'a\' .5 x1\n')
    assert color_at(stage, 1, 0) == LIGHT.syntax_keyword
    assert color_at(stage, 1, 12) == LIGHT.syntax_comment
    assert color_at(stage, 2, 5) == LIGHT.syntax_string
    assert color_at(stage, 3, 5) == LIGHT.syntax_string
    assert color_at(stage, 4, 4) == LIGHT.syntax_keyword
    assert color_at(stage, 4, 12) == LIGHT.syntax_builtin
    assert color_at(stage, 4, 23) == LIGHT.syntax_number
    assert color_at(stage, 4, 31) == LIGHT.text  # an attribute, not the builtin
    assert color_at(stage, 5, 2) == LIGHT.syntax_string
    assert color_at(stage, 5, 11) == LIGHT.syntax_number
    assert color_at(stage, 5, 15) == LIGHT.text  # a name that ends in a digit


def test_highlighting_after_astral_characters(stage: Stage) -> None:
    stage.open("'😀' if 1 else 2\n")
    assert color_at(stage, 1, 5) == LIGHT.syntax_keyword


def test_an_opened_string_colours_what_follows(stage: Stage, qtbot: QtBot) -> None:
    stage.open("a = 1\nb = 2\n")
    assert isinstance(stage.edit.document().findChild(Highlighter), Highlighter)
    type_text(stage, qtbot, '"""')
    assert color_at(stage, 2, 4) == LIGHT.syntax_string
    stage.edit.undo()
    assert color_at(stage, 2, 4) == LIGHT.syntax_number


def test_brackets_are_matched(stage: Stage) -> None:
    stage.open("f(a[1])")
    stage.edit.moveCursor(QTextCursor.MoveOperation.End)
    assert sorted(one.cursor.selectedText() for one in stage.edit.extraSelections()) == ["(", ")"]


def test_go_to_line(stage: Stage) -> None:
    stage.open("\n" * 200 + "x = '😀y'\n")
    stage.panel.go_to_line(201, 6)
    assert stage.edit.textCursor().blockNumber() == 200
    assert stage.edit.textCursor().positionInBlock() == 7
    assert any(block.blockNumber() == 200 for block, _ in stage.edit.bands())


def test_the_current_line_comes_into_view(stage: Stage) -> None:
    recording = stage.document.recording
    stage.panel.resize(420, 120)
    stage.edit.verticalScrollBar().setValue(stage.edit.verticalScrollBar().maximum())
    stage.playhead.seek(len(recording) - 1)
    stage.playhead.seek(0)
    assert any(block.blockNumber() + 1 == 4 for block, _ in stage.edit.bands())


def test_code_keeps_its_font_under_a_style_sheet(stage: Stage) -> None:
    stage.edit.setFont(words_font())
    assert stage.edit.document().defaultFont().family() == "JetBrains Mono"


def test_dark_theme(stage: Stage) -> None:
    stage.theme.switch(ThemeName.DARK)
    image = stage.edit.grab().toImage()
    assert image.pixelColor(image.width() - 30, image.height() - 30) == QColor(DARK.panel)


def test_links_of_the_header(stage: Stage, qtbot: QtBot) -> None:
    buttons = {button.text(): button for button in stage.panel.findChildren(QToolButton)}
    with qtbot.waitSignal(stage.panel.gallery_requested):
        qtbot.mouseClick(buttons["Gallery"], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(stage.panel.open_requested):
        qtbot.mouseClick(buttons["Files"], Qt.MouseButton.LeftButton)


def test_code_runs_left_to_right_whatever_its_names_are_written_in(stage):
    stage.open("מודל = f()\nh = מודל(مرحبا)\n")
    name, call = (stage.edit.document().findBlockByNumber(number) for number in (0, 1))
    assert stage.edit.x_of(name, 0) < stage.edit.x_of(name, 7) < stage.edit.end_of(name)
    places = [stage.edit.x_of(call, unit) for unit in range(call.length())]
    assert stage.edit.end_of(call) >= max(places) - 1.0
