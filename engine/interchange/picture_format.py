"""The formats in which a graph is exported."""

from enum import StrEnum


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
