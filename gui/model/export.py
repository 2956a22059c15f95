"""What a person can choose when a picture is exported."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from gui.theme.tokens import ThemeName


class PictureFormat(StrEnum):
    """What is written; the value is the suffix without its dot."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
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
            PictureFormat.DOT: "DOT – graph for Graphviz",
            PictureFormat.MERMAID: "Mermaid – graph for Markdown",
            PictureFormat.GRAPHML: "GraphML – graph for other programs",
            PictureFormat.JSON: "JSON – the whole recording",
        }
        return titles[self]

    @property
    def is_picture(self) -> bool:
        """Whether theme and step matter."""
        return self in {PictureFormat.PNG, PictureFormat.SVG, PictureFormat.PDF}


class Extent(Enum):
    """How much of the graph is shown."""

    WHOLE = "Whole graph"
    VIEW = "What is visible now"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportChoice:
    """One export: pixels per pixel at 100 % (``scale``) and a clear background matter for PNG only."""

    format: PictureFormat = PictureFormat.PNG
    scale: int = 2
    theme: ThemeName = ThemeName.LIGHT
    is_transparent: bool = False
    extent: Extent = Extent.WHOLE
