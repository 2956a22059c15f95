"""The keys of the canvas, as data."""

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_NO = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_Key = Qt.Key


class Deed(Enum):
    """What a key on the canvas does."""

    NEXT_STEP = "next step"
    PREVIOUS_STEP = "previous step"
    FIRST_STEP = "first step"
    LAST_STEP = "last step"
    FIT_SELECTION = "centre the selection, again: fit it"
    FIT_ALL = "fit all"
    ZOOM_RESET = "100 %"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"
    EXPAND = "expand the selection"
    COLLAPSE = "collapse the selection"
    EXPAND_ALL = "expand all"
    COLLAPSE_ALL = "collapse all"
    TO_PRODUCER = "walk to a producer"
    TO_CONSUMER = "walk to a consumer"
    NEXT_SIBLING = "next node with the same producer"
    PREVIOUS_SIBLING = "previous node with the same producer"
    TRACE = "trace the selection"
    FEWER_HOPS = "trace over fewer edges"
    MORE_HOPS = "trace over more edges"
    FOCUS = "look at the group alone"
    UP = "look at the group around it"
    BACK = "back to the place before"
    FORWARD = "forward again"
    HIDE = "hide the selection"
    UNHIDE = "show all again"
    FORGET_MOVES = "put moved nodes back"
    MINIMAP = "minimap"
    FLIP = "flip the direction"
    COPY_IMAGE = "copy the view as an image"
    CLEAR = "clear selection and trace"


_deeds: dict[tuple[Qt.KeyboardModifier, Qt.Key], Deed] = {
    (_NO, _Key.Key_Right): Deed.NEXT_STEP,
    (_NO, _Key.Key_Left): Deed.PREVIOUS_STEP,
    (_NO, _Key.Key_Period): Deed.NEXT_STEP,
    (_NO, _Key.Key_Comma): Deed.PREVIOUS_STEP,
    (_NO, _Key.Key_Home): Deed.FIRST_STEP,
    (_NO, _Key.Key_End): Deed.LAST_STEP,
    (_NO, _Key.Key_F): Deed.FIT_SELECTION,
    (_SHIFT, _Key.Key_F): Deed.FIT_ALL,
    (_CONTROL, _Key.Key_0): Deed.ZOOM_RESET,
    (_NO, _Key.Key_Plus): Deed.ZOOM_IN,
    (_SHIFT, _Key.Key_Plus): Deed.ZOOM_IN,
    (_NO, _Key.Key_Equal): Deed.ZOOM_IN,
    (_NO, _Key.Key_Minus): Deed.ZOOM_OUT,
    (_NO, _Key.Key_E): Deed.EXPAND,
    (_NO, _Key.Key_C): Deed.COLLAPSE,
    (_SHIFT, _Key.Key_E): Deed.EXPAND_ALL,
    (_SHIFT, _Key.Key_C): Deed.COLLAPSE_ALL,
    (_NO, _Key.Key_BracketLeft): Deed.TO_PRODUCER,
    (_NO, _Key.Key_BracketRight): Deed.TO_CONSUMER,
    (_NO, _Key.Key_Down): Deed.NEXT_SIBLING,
    (_NO, _Key.Key_Up): Deed.PREVIOUS_SIBLING,
    (_NO, _Key.Key_T): Deed.TRACE,
    (_SHIFT, _Key.Key_BraceLeft): Deed.FEWER_HOPS,
    (_SHIFT, _Key.Key_BraceRight): Deed.MORE_HOPS,
    (_NO, _Key.Key_G): Deed.FOCUS,
    (_NO, _Key.Key_Backspace): Deed.UP,
    (_ALT, _Key.Key_Left): Deed.BACK,
    (_ALT, _Key.Key_Right): Deed.FORWARD,
    (_NO, _Key.Key_H): Deed.HIDE,
    (_SHIFT, _Key.Key_H): Deed.UNHIDE,
    (_SHIFT, _Key.Key_L): Deed.FORGET_MOVES,
    (_ALT, _Key.Key_M): Deed.MINIMAP,
    (_CONTROL | _SHIFT, _Key.Key_L): Deed.FLIP,
    (_CONTROL | _SHIFT, _Key.Key_C): Deed.COPY_IMAGE,
    (_NO, _Key.Key_Escape): Deed.CLEAR,
}


def deed_of(event: QKeyEvent) -> Deed | None:
    """Return what a key press means on the canvas, or None."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return _deeds.get((modifiers, Qt.Key(event.key())))
