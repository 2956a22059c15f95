"""How a slider's place and a number belong together, and how the number is written."""

import math
from dataclasses import dataclass
from enum import Enum


class Notation(Enum):
    """How a number is written beside its slider."""

    POWER = "3.0e-3"
    DECIMAL = "0.10"
    PERCENT = "80%"
    WHOLE = "32"
    SHARE = ".9"


_LONG = 1e6
"""From here on a whole number would be written as a power, or with digits that nobody counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From ``low`` at the left to ``high`` at the right.

    Attributes:
        is_log: Equal ways on the slider are equal factors.
        zero_word: What stands at the very left in place of ``low`` and means 0 (``off``); empty when nothing does.
        least: A typed number must not be less.
        most: Nor more.
    """

    low: float
    high: float
    notation: Notation
    is_log: bool = False
    zero_word: str = ""
    least: float = -math.inf
    most: float = math.inf

    def share_of(self, number: float) -> float:
        """Return where a number lies, 0 to 1; what lies outside is at the nearer end."""
        if self.zero_word and number <= 0:
            return 0.0
        if self.is_log:
            if number <= 0 or not math.isfinite(number):
                return 0.0 if number <= 0 else 1.0
            share = math.log(number / self.low) / math.log(self.high / self.low)
        else:
            share = (number - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, share)) if math.isfinite(share) else 1.0

    def number_at(self, share: float) -> float:
        """Return the number at a place, as round as it is written."""
        if self.zero_word and share <= 0:
            return 0.0
        if self.is_log:
            number = self.low * (self.high / self.low) ** share
        else:
            number = self.low + (self.high - self.low) * share
        return self._rounded(number)

    def text_of(self, number: float) -> str:
        """Return a number as it stands beside the slider."""
        if self.zero_word and number == 0:
            return self.zero_word
        match self.notation:
            case Notation.POWER:
                return _power(number)
            case Notation.DECIMAL:
                return f"{number:.2f}"
            case Notation.PERCENT:
                return f"{100 * number:g}%"
            case Notation.WHOLE:
                return f"{number:g}" if number < _LONG else f"{number:,.0f}"
            case Notation.SHARE:
                return f"{number:g}".removeprefix("0") or "0"

    def parse(self, text: str) -> float:
        """Return a typed number.

        Raises:
            ValueError: With a sentence that says what is wrong.
        """
        plain = text.strip().replace("\u2212", "-")
        if self.zero_word and plain.lower() in {self.zero_word, ""}:
            return 0.0
        try:
            number = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
        except ValueError:
            raise ValueError(f"“{plain}” is not a number.") from None
        if not math.isfinite(number):
            raise ValueError("The number must be finite.")
        if self.notation is Notation.WHOLE and number != int(number):
            raise ValueError("The number must be whole.")
        if not self.least <= number <= self.most:
            raise ValueError(self._bounds_text())
        return number

    def _bounds_text(self) -> str:
        least, most = self.text_of(self.least), self.text_of(self.most)
        if math.isinf(self.most):
            return f"The number must be at least {least}."
        return f"The number must lie between {least} and {most}."

    def _rounded(self, number: float) -> float:
        match self.notation:
            case Notation.POWER:
                return float(f"{number:.1e}")
            case Notation.WHOLE:
                return float(2 ** round(math.log2(number))) if self.is_log else float(round(number))
            case Notation.PERCENT | Notation.DECIMAL:
                return round(number, 2)
            case Notation.SHARE:
                return round(number, 3)


def _power(number: float) -> str:
    mantissa, _, exponent = f"{number:.1e}".partition("e")
    if float(f"{number:.1e}") != number:
        mantissa, _, exponent = f"{number:e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"
