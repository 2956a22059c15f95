"""Moves the camera: at once, or gliding."""

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation, Signal

from gui.widgets.camera import Camera

DURATION_MS = 200


class CameraControl(QObject):
    """Holds the camera of one canvas.

    Attributes:
        reduces_motion: Jump instead of gliding.
        is_free: Whether the person has moved the camera since the last fit; a new drawing is then not fitted again.

    Signals:
        moved: The camera changed.
        taken: The person is about to move it.
    """

    moved = Signal()
    taken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reduces_motion = False
        self.is_free = False
        self._camera = self._from = self._to = Camera()
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(DURATION_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._on_animated)

    @property
    def camera(self) -> Camera:
        """Where the camera is now."""
        return self._camera

    @property
    def target(self) -> Camera:
        """Where the camera will come to rest."""
        return self._to

    def jump(self, camera: Camera) -> None:
        """Be there at once."""
        self._animation.stop()
        self._camera = self._to = camera
        self.moved.emit()

    def glide(self, camera: Camera) -> None:
        """Go there in a fifth of a second."""
        if self.reduces_motion:
            self.jump(camera)
            return
        if camera == self._to:
            return
        self._animation.stop()
        self._from, self._to = self._camera, camera
        self._animation.start()

    def steer(self, camera: Camera) -> None:
        """Be there at once because the person moved it by hand."""
        self.take(is_free=True)
        self.jump(camera)

    def take(self, *, is_free: bool) -> None:
        """The person moves the camera now; ``is_free`` is False for a fit, which new drawings keep up."""
        self.is_free = is_free
        self.taken.emit()

    def _on_animated(self, share: object) -> None:
        assert isinstance(share, float)
        self._camera = self._to if share >= 1.0 else self._from.between(self._to, share)
        self.moved.emit()
