"""Two recordings as one graph: what both have, what only one has, and which decisions went the other way."""

from engine.overlay.merge import marked, overlaid, twins
from engine.overlay.overlay import Fork, Overlay

__all__ = ["Fork", "Overlay", "marked", "overlaid", "twins"]
