"""Charts as files: PNG and SVG as they are drawn, CSV as the numbers behind them."""

import csv
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView, QWidget

from gui.model.training_run import TrainingRun

_DENSITY = 2


class SavingError(Exception):
    """A chart could not be saved; the message is one sentence."""


def save_picture(chart: QWidget, path: Path) -> None:
    """Write a chart as PNG or SVG, by the end of the name.

    Raises:
        SavingError: If the file cannot be written.
    """
    is_saved = _save_svg(chart, path) if path.suffix.lower() == ".svg" else _save_png(chart, path)
    if not is_saved:
        raise SavingError(f"The chart could not be written to {path}.")


def save_numbers(runs: Iterable[TrainingRun], path: Path) -> None:
    """Write every curve of some runs as rows of run, name, iteration, number.

    Raises:
        SavingError: If the file cannot be written.
    """
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("run", "curve", "iteration", "number"))
            for run in runs:
                for name in run.curves:
                    curve = run.curves.get(name)
                    assert curve is not None
                    rows = zip(curve.iterations.tolist(), curve.numbers.tolist(), strict=True)
                    writer.writerows((run.name, name, iteration, repr(number)) for iteration, number in rows)
    except OSError as error:
        raise SavingError(f"The numbers could not be written to {path}: {error.strerror or error}.") from error


def _save_png(chart: QWidget, path: Path) -> bool:
    image = QImage(chart.size() * _DENSITY, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(_DENSITY)
    image.fill(Qt.GlobalColor.transparent)
    return _rendered(chart, QPainter(image)) and image.save(str(path))


def _save_svg(chart: QWidget, path: Path) -> bool:
    try:
        path.touch()
    except OSError:
        return False
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(QSize(chart.width(), chart.height()))
    generator.setViewBox(QRect(0, 0, chart.width(), chart.height()))
    generator.setTitle("Chainrule")
    return _rendered(chart, QPainter(generator))


def _rendered(chart: QWidget, painter: QPainter) -> bool:
    """Paint a chart and end painting, whatever happens: a painter left open brings Qt down."""
    try:
        if isinstance(chart, QGraphicsView):
            chart.render(painter, QRectF(0, 0, chart.width(), chart.height()), chart.rect())
        else:
            chart.render(painter, QPoint())
    finally:
        is_done = painter.end()
    return is_done
