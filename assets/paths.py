"""Where the shipped files lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent
FONTS = ROOT / "fonts"
ICONS = ROOT / "icons"
EXAMPLES = ROOT / "examples"
NETWORK = ROOT / "network"
"""The catalogue of layers."""
