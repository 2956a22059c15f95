"""What the model of a network asks of torch, and what it says to a person."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from engine.network.network import Link, NodeName
from engine.protocol.network import Fix, NetworkRequest, fix_text

_WORD_KEPT = 28
_LONG_WORD = re.compile(r"\S{36,}")


@dataclass(frozen=True, slots=True)
class Question:
    """What torch is asked; a later question of the same kind takes its place."""

    number: int
    request: NetworkRequest
    link: Link | None = None
    """The connection that is tried out; None when the network as it is is asked about."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that would help, as a person would say it, and what does it."""

    text: str
    take: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done, where, and what could be done in its place."""

    text: str
    node: NodeName | None = None
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class TextTrouble:
    """Why a text is no network: one sentence, and the line that cannot be drawn."""

    text: str
    line: int | None = None


def sentence_of(fix: Fix) -> str:
    """Return a fix as it stands on a button."""
    text = fix_text(fix)
    return text[0].upper() + text[1:]


def readable(text: str) -> str:
    """Return a sentence in which no word is too long for a narrow place."""
    return _LONG_WORD.sub(lambda found: f"{found[0][:_WORD_KEPT]}…", text)
