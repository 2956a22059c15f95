"""What the letters of a formula stand for, in words."""

from collections.abc import Sequence

from engine.explain.explanation import Definition

_MOST = 6


def meanings(definitions: Sequence[Definition]) -> list[str]:
    """Return texts such as ``a = 2 * x + 1``: letters of the same meaning together, of very many the first ones."""
    letters: dict[str, list[str]] = {}
    for one in definitions:
        letters.setdefault(one.meaning, []).append(one.symbol)
    told = [f"{_listed(found)} = {meaning}" for meaning, found in list(letters.items())[:_MOST]]
    more = len(letters) - len(told)
    return [*told, f"and {more:,} more"] if more else told


def _listed(letters: list[str]) -> str:
    more = len(letters) - _MOST
    return ", ".join(letters) if more <= 0 else f"{', '.join(letters[:_MOST])} and {more:,} more"
