"""What a person can choose when a picture is exported."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from engine.interchange.picture_format import PictureFormat
from gui.theme.tokens import ThemeName


class ExportProblemError(Exception):
    """An export could not be made; the text is one sentence for a person."""


class Extent(Enum):
    """How much of the graph is shown."""

    WHOLE = "Whole graph"
    VIEW = "What is visible now"
    SELECTION = "What is selected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportChoice:
    """One export.

    Attributes:
        scale: Pixels per pixel at 100 %, for pictures in pixels.
        steps: The first and the last step of a range (-1: before everything); None: the step that is shown.
        frame_ms: How long each step of an animation stays.
        embeds_fonts: Whether an SVG carries the fonts that it is written in.
    """

    format: PictureFormat = PictureFormat.PNG
    scale: float = 2
    theme: ThemeName = ThemeName.LIGHT
    is_transparent: bool = False
    extent: Extent = Extent.WHOLE
    steps: tuple[int, int] | None = None
    frame_ms: int = 600
    embeds_fonts: bool = False


def numbered_names(path: Path, count: int) -> list[Path]:
    """Return the names of the files of a sequence: ``run-001.png``, ``run-002.png``, ..."""
    width = max(3, len(str(count)))
    return [path.with_name(f"{path.stem}-{number:0{width}}{path.suffix}") for number in range(1, count + 1)]
