"""Blocks that are kept from one day to the next, to be put into any network."""

from dataclasses import dataclass
from typing import Protocol

from engine.network.blocks import Port, block_alone
from engine.network.catalogue import output_ports
from engine.network.errors import NetworkError
from engine.network.names import check_name
from engine.network.network import Network, NodeKind
from engine.network.parse import parse_network
from engine.network.source import write_source
from gui.model.network import NetworkModel
from gui.model.observable import Event

MOST_GONE = 20


class BlockStore(Protocol):
    """Where blocks lie: ``gui.bridge.block_folder.BlockFolder``, or a dictionary in tests."""

    def read(self) -> dict[str, str | OSError]:
        """Return the source of each block by name, or why it could not be read."""
        ...

    def write(self, name: str, text: str) -> None:
        """Write one; raises ``OSError``."""
        ...

    def remove(self, name: str) -> None:
        """Remove one; raises ``OSError``."""
        ...


@dataclass(frozen=True, slots=True)
class KeptBlock:
    """A kept block; ``trouble`` says in one sentence why there is no network, else it is empty."""

    name: str
    piece: Network | None = None
    trouble: str = ""

    @property
    def summary(self) -> str:
        """What it is made of, in a few words: ``Conv2d, BatchNorm2d, ReLU``."""
        if self.piece is None:
            return self.trouble
        ends = (NodeKind.INPUT, NodeKind.OUTPUT)
        return ", ".join(node.type or node.kind.value for node in self.piece.nodes if node.kind not in ends)


class BlockShelf:
    """The kept blocks.

    Attributes:
        changed: Others are there.
        refused: A sentence: why something was not done.
    """

    def __init__(self, store: BlockStore) -> None:
        self.changed: Event[None] = Event()
        self.refused: Event[str] = Event()
        self._store = store
        self._blocks: dict[str, KeptBlock] | None = None
        self._gone: list[tuple[str, str]] = []

    @property
    def blocks(self) -> tuple[KeptBlock, ...]:
        """All blocks by name; they are read when they are first asked for."""
        if self._blocks is None:
            self._blocks = {name: _read(name, text) for name, text in sorted(self._store.read().items())}
        return tuple(self._blocks.values())

    @property
    def can_put_back(self) -> bool:
        """Whether a block was deleted that can be brought back."""
        return bool(self._gone)

    def get(self, name: str) -> KeptBlock | None:
        """Return a block."""
        return next((block for block in self.blocks if block.name == name), None)

    def reread(self) -> None:
        """Look at what lies there now."""
        self._blocks = None
        self.changed.emit(None)

    def keep(self, model: NetworkModel, block: str) -> bool:
        """Keep a block of a network under its name, in the place of another one of that name."""
        network, known = model.network, model.known
        try:
            check_name(block)
        except NetworkError as error:
            self.refused.emit(str(error))
            return False
        shapes: dict[Port, tuple[int, ...]] = {}
        for node in network.nodes:
            for port in range(len(output_ports(node))):
                shape = known.shape(node.name, port)
                if shape:
                    shapes[node.name, port] = tuple(shape[1:])
        try:
            text = write_source(block_alone(network, block, shapes))
        except NetworkError as error:
            self.refused.emit(f"{block} cannot be kept: {error}")
            return False
        return self._write(block, text)

    def rename(self, name: str, new_name: str) -> bool:
        """Give a kept block another name."""
        if name == new_name:
            return True
        text = self._store.read().get(name)
        try:
            check_name(new_name)
        except NetworkError as error:
            self.refused.emit(str(error))
            return False
        if self.get(new_name) is not None:
            self.refused.emit(f"A block called {new_name} is kept already.")
            return False
        if not isinstance(text, str):
            self.refused.emit(f"{name} could not be read.")
            return False
        return self._write(new_name, text) and self._remove(name)

    def delete(self, name: str) -> bool:
        """Delete a kept block; it can be brought back."""
        text = self._store.read().get(name)
        if not self._remove(name):
            return False
        if isinstance(text, str):
            self._gone = [*self._gone, (name, text)][-MOST_GONE:]
            self.changed.emit(None)
        return True

    def put_back(self) -> None:
        """Bring back what was deleted last."""
        if self._gone:
            self._write(*self._gone.pop())

    def _write(self, name: str, text: str) -> bool:
        before = self._store.read().get(name)
        try:
            self._store.write(name, text)
        except OSError as error:
            self.refused.emit(f"{name} could not be kept: {error.strerror or error}.")
            return False
        if isinstance(before, str) and before != text:
            self._gone = [*self._gone, (name, before)][-MOST_GONE:]
        self.reread()
        return True

    def _remove(self, name: str) -> bool:
        try:
            self._store.remove(name)
        except OSError as error:
            self.refused.emit(f"{name} could not be deleted: {error.strerror or error}.")
            return False
        self.reread()
        return True


def _read(name: str, text: str | OSError) -> KeptBlock:
    if isinstance(text, OSError):
        return KeptBlock(name, trouble=f"{name} could not be read: {text.strerror or text}.")
    try:
        check_name(name)
        return KeptBlock(name, parse_network(text))
    except NetworkError as error:
        return KeptBlock(name, trouble=f"{name} cannot be drawn: {error}")
