"""Finding a layer, a function, a block or a template by a few letters, the likeliest first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.network.blocks import block_alone
from engine.network.catalogue import Category, functions, layers
from engine.network.describe import other_words, summaries
from engine.network.network import Network, NodeKind
from engine.network.templates import templates
from gui.model.network_blocks import KeptBlock
from gui.model.network_changes import NewNode

LIMIT = 40
_BLOCK_WORDS = ("block", "group")
_FIRST = (
    "Linear", "ReLU", "Tanh", "Conv2d", "MaxPool2d", "BatchNorm2d", "Dropout", "Flatten", "add", "cat", "LayerNorm",
    "MultiheadAttention", "LSTM", "Embedding", "Softmax",
)  # fmt: skip
"""What is offered before anything is typed; the same go first among equals."""


@dataclass(frozen=True, slots=True)
class LayerHit:
    """Something that can be put onto the canvas: a node, a block, or a piece that is copied."""

    title: str
    help: str
    group: str
    new: NewNode | None = None
    piece: Network | None = None
    block: Network | None = None


def find_layers(query: str, network: Network, kept: Sequence[KeptBlock] = ()) -> tuple[LayerHit, ...]:
    """Return what fits a query: all words must be found; its name counts most, then its other names, then its help.

    ``kept`` are the blocks from other days; one of the network itself goes before one of its name.
    """
    words = query.lower().split()
    ranked = []
    for order, (hit, names) in enumerate(_everything(network, kept)):
        rank = _rank(hit, names, words)
        if rank is not None:
            ranked.append((rank, _place(hit), order, hit))
    return tuple(hit for *_keys, hit in sorted(ranked, key=lambda item: item[:3])[:LIMIT])


def _everything(network: Network, kept: Sequence[KeptBlock]) -> list[tuple[LayerHit, tuple[str, ...]]]:
    helps, others = summaries(), other_words()
    found = [
        (LayerHit(name, helps[name], layer.category.value, NewNode(NodeKind.LAYER, name)), others[name])
        for name, layer in layers().items()
    ]
    found += [
        (LayerHit(one.shown, helps[name], one.category.value, NewNode(NodeKind.FUNCTION, name)), (name, *others[name]))
        for name, one in functions().items()
    ]
    has_output = any(node.kind is NodeKind.OUTPUT for node in network.nodes)
    for kind in (NodeKind.INPUT, NodeKind.OUTPUT, NodeKind.CONSTANT, NodeKind.PARAMETER, NodeKind.EXPRESSION):
        if kind is not NodeKind.OUTPUT or not has_output:
            hit = LayerHit(kind.value.capitalize(), helps[kind.value], Category.INPUTS.value, NewNode(kind))
            found.append((hit, others[kind.value]))
    own = {node.block: block_alone(network, node.block) for node in network.nodes if node.block}
    found += [
        (LayerHit(name, "Another copy of this block", "block", block=piece), _BLOCK_WORDS)
        for name, piece in own.items()
    ]
    found += [
        (LayerHit(block.name, block.summary, "kept block", block=block.piece), ("kept", *_BLOCK_WORDS))
        for block in kept if block.piece is not None and block.name not in own
    ]  # fmt: skip
    for template in templates():
        hit = LayerHit(template.title, template.summary, "template", piece=template.network)
        found.append((hit, ("template", template.network.name.lower())))
    return found


def _place(hit: LayerHit) -> int:
    kind = hit.new.type if hit.new is not None else ""
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)


def _rank(hit: LayerHit, names: tuple[str, ...], words: list[str]) -> int | None:
    """How well something fits, 0 best; None when a word is missing."""
    title = hit.title.lower()
    if not words:
        return 0 if _place(hit) < len(_FIRST) else None
    if len(words) == 1 and title == words[0]:
        return 0 if hit.new is not None and hit.new.kind is NodeKind.LAYER else 1
    rank = 0
    for word in words:
        rank = max(rank, _word_rank(hit.title, names, f"{hit.help} {hit.group}".lower(), word))
    return rank if rank < _MISSING else None


_MISSING = 99
_PARTS = re.compile(r"[A-Z][a-z0-9]*|[a-z0-9]+")
"""The words of a title: ``MaxPool2d`` is made of ``Max`` and ``Pool2d``."""


def _word_rank(title: str, names: tuple[str, ...], text: str, word: str) -> int:
    lower = title.lower()
    if lower.startswith(word):
        return 2
    if any(name == word for name in names) or any(part.lower().startswith(word) for part in _PARTS.findall(title)):
        return 3
    if any(name.startswith(word) for name in names):
        return 4
    if word in lower:
        return 5
    if any(part.startswith(word) for part in text.replace(",", " ").split()):
        return 7
    return 8 if len(word) > 1 and _is_sparse(word, lower) else _MISSING


def _is_sparse(word: str, title: str) -> bool:
    """Whether the letters of a word occur in a title in their order: ``bn2`` in ``batchnorm2d``."""
    rest = iter(title)
    return title[0] == word[0] and all(letter in rest for letter in word)
