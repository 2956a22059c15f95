"""What a wheel, a trackpad and a pinch do to the camera."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent

from gui.widgets.camera import WHEEL_FACTOR, Camera

_NOTCH = 120.0
_HORIZONTAL_STEP_PX = 60.0


def after_wheel(camera: Camera, event: QWheelEvent) -> Camera:
    """Return the camera after a wheel event: zoom at the cursor, or pan for Shift and for trackpads."""
    at = (event.position().x(), event.position().y())
    pixels, angle = event.pixelDelta(), event.angleDelta()
    zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        return camera.panned((angle.y() or angle.x()) / _NOTCH * _HORIZONTAL_STEP_PX, 0.0)
    if not zooms and not pixels.isNull() and event.phase() is not Qt.ScrollPhase.NoScrollPhase:
        return camera.panned(pixels.x(), pixels.y())
    notches = angle.y() / _NOTCH
    return camera if notches == 0 else camera.zoomed(WHEEL_FACTOR**notches, at)


def pinch_of(event: QEvent) -> tuple[float, tuple[float, float]] | None:
    """Return by how much and about which point a pinch on a trackpad zooms; None for any other event."""
    if not isinstance(event, QNativeGestureEvent) or event.gestureType() is not Qt.NativeGestureType.ZoomNativeGesture:
        return None
    at = event.position()
    return 1.0 + event.value(), (at.x(), at.y())
