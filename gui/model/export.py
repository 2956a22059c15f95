"""What a person can choose when a picture is exported."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from pathlib import Path

from gui.theme.tokens import ThemeName


class ExportProblemError(Exception):
    """An export could not be made; the text is one sentence for a person."""


class PictureFormat(StrEnum):
    """What is written; the value is the suffix without its dot."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    TIKZ = "tex"
    GIF = "gif"
    APNG = "apng"
    WEBP = "webp"
    MP4 = "mp4"
    DOT = "dot"
    MERMAID = "mmd"
    GRAPHML = "graphml"
    JSON = "json"

    @property
    def label(self) -> str:
        """As shown in the list of formats."""
        titles = {
            PictureFormat.PNG: "PNG – picture in pixels",
            PictureFormat.SVG: "SVG – picture in vectors",
            PictureFormat.PDF: "PDF – page in vectors",
            PictureFormat.TIKZ: "TikZ – picture for LaTeX",
            PictureFormat.GIF: "GIF – animation for any place",
            PictureFormat.APNG: "APNG – animation in full colour",
            PictureFormat.WEBP: "WebP – small animation in full colour",
            PictureFormat.MP4: "MP4 – film",
            PictureFormat.DOT: "DOT – graph for Graphviz",
            PictureFormat.MERMAID: "Mermaid – graph for Markdown",
            PictureFormat.GRAPHML: "GraphML – graph for other programs",
            PictureFormat.JSON: "JSON – the whole recording",
        }
        return titles[self]

    @property
    def is_animation(self) -> bool:
        """Whether it always shows a range of steps, one after the other."""
        return self in {PictureFormat.GIF, PictureFormat.APNG, PictureFormat.WEBP, PictureFormat.MP4}

    @property
    def takes_steps(self) -> bool:
        """Whether it can show a range of steps: one after the other, one a page, or one a file."""
        return self.is_animation or self in {PictureFormat.PNG, PictureFormat.PDF}

    @property
    def is_in_pixels(self) -> bool:
        """Whether it has a scale."""
        return self.is_animation or self is PictureFormat.PNG

    @property
    def is_picture(self) -> bool:
        """Whether theme and step matter."""
        return self.is_in_pixels or self in {PictureFormat.SVG, PictureFormat.PDF, PictureFormat.TIKZ}

    @property
    def can_be_clear(self) -> bool:
        """Whether it can have a transparent background."""
        return self.is_picture and self not in {PictureFormat.GIF, PictureFormat.MP4}


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
