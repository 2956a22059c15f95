"""The network that is being built: what it is, what is selected, what torch says of it, and every edit of it."""

from collections.abc import Callable, Collection
from functools import partial, reduce

from engine.network import edits
from engine.network.errors import CannotDrawError, NetworkError
from engine.network.features import size_setting
from engine.network.network import Link, Network, NodeName
from engine.network.parse import parse_network
from engine.protocol.network import Fix, Misfit, NetworkAnswer, NetworkRequest, SetFix
from gui.model.history import History
from gui.model.network_changes import (
    After,
    Free,
    NewNode,
    OnLink,
    Where,
    added,
    aligned,
    first_network,
    healed,
    is_fed,
    put_on_link,
    with_copy,
    with_fix,
    with_piece,
)
from gui.model.network_known import Known, followers, known_of, sized
from gui.model.network_layout import kept_tidy, placed, tidied, with_places_of, with_room_for
from gui.model.network_questions import NetworkQuestions
from gui.model.network_talk import Offer, Question, Refusal, TextTrouble, sentence_of
from gui.model.network_text import WrittenNetwork
from gui.model.observable import Event

BATCH = 32


class NetworkModel:
    """One network with its history.

    Attributes:
        changed: The network is another one; True when it is more than its places on the canvas.
        selection_changed: Other nodes, or another link, are selected.
        told: Torch said something, or is asked anew.
        refused: An edit was not made; None when the sentence about it has had its time.
        asked: Torch shall be asked; the answer goes to ``take_answer``.
        selection: The selected nodes in the order in which they were selected.
        selected_link: The selected connection.
        known: What torch said last.
        trial: The connection that torch is trying out.
    """

    def __init__(self, network: Network | None = None) -> None:
        self.changed: Event[bool] = Event()
        self.selection_changed: Event[None] = Event()
        self.told: Event[None] = Event()
        self.refused: Event[Refusal | None] = Event()
        first = first_network() if network is None else placed(network)
        self._pinned: set[NodeName] = sized(first) if network is not None else set()
        self._history = History((first, frozenset(self._pinned)))
        self._key = ""
        self._free: set[NodeName] = set()
        self._questions = NetworkQuestions()
        self.asked = self._questions.asked
        self._written = WrittenNetwork()
        self.batch = BATCH
        self.selection: tuple[NodeName, ...] = ()
        self.selected_link: Link | None = None
        self.clipboard = Network()
        self.known = Known()
        self.trial: Link | None = None
        self._tried = first
        self.is_waiting = False

    @property
    def network(self) -> Network:
        """The network."""
        return self._history.state[0]

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return self._history.can_redo

    @property
    def source(self) -> str:
        """The network as the text of an ``nn.Module``; empty while something is missing."""
        return self._written.of(self.network).source

    @property
    def source_trouble(self) -> str:
        """What is missing for the text; empty when nothing is."""
        return self._written.of(self.network).trouble

    # Questions and answers

    def ask(self) -> None:
        """Ask torch about the network as it is."""
        self.is_waiting = True
        self._ask(self.network, None)
        self.told.emit(None)

    def choose_batch(self, batch: int) -> None:
        """Show shapes with so many samples."""
        if batch >= 1 and batch != self.batch:
            self.batch = batch
            self.ask()

    def _ask(self, network: Network, link: Link | None) -> None:
        # A layer whose size somebody gave is asked about; one that was just put there takes what comes.
        pinned = self._pinned if link is None or link.target in self._free else self._pinned | {link.target}
        request = NetworkRequest(network=network, batch=self.batch, follows=followers(network, pinned))
        self._questions.put(request, link)

    def take_answer(self, question: Question, answer: NetworkAnswer) -> None:
        """Take what torch said; of an older question it is dropped."""
        if not self._questions.is_newest(question):
            return
        if question.link is not None:
            self._take_trial(question, answer)
            return
        self.is_waiting = False
        network = self.network
        for settled in answer.settled:
            network = edits.set_setting(network, settled.name, settled.setting, settled.text)
        self.known = known_of(answer, network, question.request.batch)
        self._pinned -= set(self.known.nodes)
        self._history.amend((network, frozenset(self._pinned)))
        if answer.settled:
            self.changed.emit(True)  # noqa: FBT003 - the event's own payload
        self.told.emit(None)

    # Edits

    def edit(self, change: Callable[[Network], Network], key: str = "", *, moves_only: bool = False) -> bool:
        """Change the network; edits with the same ``key`` that follow each other are undone together.

        Returns:
            Whether it was changed; if not, ``refused`` says why.
        """
        self.settle_trial()
        try:
            network = change(self.network)
        except NetworkError as error:
            self.refused.emit(Refusal(str(error)))
            return False
        if network == self.network:
            return True
        state = (network, frozenset(self._pinned))
        if key and key == self._key:
            self._history.amend(state)
        else:
            self._history.record(state)
        self._key = key
        self.refused.emit(None)
        self._after_change(is_more=not moves_only)
        return True

    def _after_change(self, *, is_more: bool) -> None:
        names = {node.name for node in self.network.nodes}
        if any(name not in names for name in self.selection) or (
            self.selected_link is not None and self.selected_link not in self.network.links
        ):
            self.selection = tuple(name for name in self.selection if name in names)
            self.selected_link = None
            self.selection_changed.emit(None)
        self.changed.emit(is_more)
        if is_more:
            self.ask()

    def undo(self) -> None:
        """Take the last edit back."""
        self._go(self._history.undo)

    def redo(self) -> None:
        """Do again what was taken back."""
        self._go(self._history.redo)

    def _go(self, step: Callable[[], tuple[Network, frozenset[NodeName]]]) -> None:
        self.settle_trial()
        before, self._key = self.network, ""
        network, pinned = step()
        if network is not before:
            self._pinned = set(pinned)
            self.refused.emit(None)
            self._after_change(is_more=True)

    def add_node(self, new: NewNode, where: Where) -> bool:
        """Add a node, connected as ``where`` says, and select it."""
        names: list[NodeName] = []

        def change(network: Network) -> Network:
            changed, name = added(network, new, where)
            names.append(name)
            return kept_tidy(network, changed) if isinstance(where, After | OnLink) else changed

        is_done = self.edit(change)
        if is_done:
            self._free.update(names)
            self.select(names)
        return is_done

    def add_piece(self, piece: Network, at: Free) -> None:
        """Add a copy of a piece and select it."""
        names: list[NodeName] = []

        def change(network: Network) -> Network:
            changed, new = with_piece(network, placed(piece), at)
            names.extend(new)
            return changed

        if self.edit(change):
            self._pinned |= set(names)
            self.select(names)

    def remove_selection(self) -> None:
        """Remove what is selected; what led to a single removed node goes on to what came after it."""
        link = self.selected_link
        if link is not None:
            self.edit(lambda network: edits.disconnect(network, link))
        elif self.selection:
            names = self.selection
            self.edit(lambda network: kept_tidy(network, healed(network, names)))

    def set_setting(self, name: NodeName, setting: str, text: str) -> bool:
        """Set an argument; a size that a person gives is kept even if it does not fit."""
        node = edits.node_of(self.network, name)
        if setting == size_setting(node):
            self._pinned.add(name)
            self._free.discard(name)
        return self.edit(lambda network: edits.set_setting(network, name, setting, text))

    def rename(self, name: NodeName, new_name: str) -> bool:
        """Give a node another name; it stays selected."""
        is_done = self.edit(lambda network: edits.rename(network, name, new_name))
        if is_done and name != new_name:
            self.select([NodeName(new_name)])
        return is_done

    def apply_fix(self, name: NodeName, fix: Fix) -> None:
        """Do what would help a node that does not fit."""
        if not isinstance(fix, SetFix):
            self._pinned.discard(name)
        self.edit(lambda network: kept_tidy(network, with_fix(network, name, fix)))

    def offers_of(self, name: NodeName) -> tuple[Offer, ...]:
        """Return what would help a node that does not fit."""
        misfit = self.known.misfits.get(name)
        fixes = () if misfit is None else misfit.fixes
        return tuple(Offer(sentence_of(fix), partial(self.apply_fix, name, fix)) for fix in fixes)

    def put_on(self, name: NodeName, link: Link) -> None:
        """Put a node that stands free on a wire."""
        self.edit(lambda network: with_room_for(put_on_link(network, name, link), name))

    # Connections

    def connect(self, link: Link, instead_of: Link | None = None) -> None:
        """Connect two ports if they fit: torch is asked first, and what does not fit is refused with offers."""
        self.settle_trial()
        if link in self.network.links:
            return
        try:
            kept = self.network if instead_of is None else edits.disconnect(self.network, instead_of)
            tried = edits.connect(kept, link)
        except NetworkError as error:
            self.refused.emit(Refusal(str(error), link.target))
            return
        if not self.known.is_answer or not is_fed(tried, link.target):
            self.edit(lambda _network: tried)
            return
        self.trial, self._tried = link, tried
        self._ask(tried, link)
        self.told.emit(None)

    def settle_trial(self) -> None:
        """Make a connection that torch is still trying out: something else is edited now."""
        link, self.trial, tried = self.trial, None, self._tried
        if link is not None:
            self._questions.drop_trial()
            self.edit(lambda _network: tried)

    def _take_trial(self, question: Question, answer: NetworkAnswer) -> None:
        link, self.trial = question.link, None
        assert link is not None
        self._questions.drop_trial()
        tried = question.request.network
        misfit = known_of(answer, tried, self.batch).misfits.get(link.target)
        if misfit is None:
            self.edit(lambda _network: tried)
            return
        self.told.emit(None)
        offers = [Offer(sentence_of(fix), self._connecting(tried, misfit, fix)) for fix in misfit.fixes]
        offers.append(Offer("Connect anyway", self._connecting(tried, misfit, None)))
        self.refused.emit(Refusal(misfit.text, link.target, tuple(offers)))

    def _connecting(self, tried: Network, misfit: Misfit, fix: Fix | None) -> Callable[[], None]:
        def connect() -> None:
            keeps = fix is None or isinstance(fix, SetFix)
            self._pinned = self._pinned | {misfit.name} if keeps else self._pinned - {misfit.name}
            fixed = tried if fix is None else with_fix(tried, misfit.name, fix)
            self.edit(lambda network: kept_tidy(network, fixed))

        return connect

    # Selection and clipboard

    def select(self, names: Collection[NodeName], link: Link | None = None) -> None:
        """Select these nodes, or this connection."""
        chosen = tuple(names)
        if (chosen, link) != (self.selection, self.selected_link):
            self.selection, self.selected_link = chosen, link
            self._key = ""
            self.selection_changed.emit(None)

    def move_selection(self, dx_px: float, dy_px: float, key: str = "") -> None:
        """Move what is selected."""
        names = self.selection
        self.edit(lambda network: edits.move(network, names, dx_px, dy_px), key, moves_only=True)

    def align(self, edge: edits.Edge) -> None:
        """Put what is selected in one line."""
        names = self.selection
        self.edit(lambda network: aligned(network, names, edge), moves_only=True)

    def tidy(self) -> None:
        """Lay everything out."""
        self.edit(tidied, moves_only=True)

    def copy(self) -> None:
        """Keep what is selected, to be pasted."""
        if self.selection:
            self.clipboard = edits.copied(self.network, self.selection)

    def paste(self) -> None:
        """Paste what was copied, and select it."""
        self._paste(self.clipboard)

    def duplicate(self) -> None:
        """Copy and paste what is selected in one, leaving what was copied before."""
        self._paste(edits.copied(self.network, self.selection))

    def _paste(self, piece: Network) -> None:
        names: list[NodeName] = []

        def change(network: Network) -> Network:
            changed, new = with_copy(network, piece)
            names.extend(new)
            return changed

        if piece.nodes and self.edit(change):
            self._pinned |= set(names)
            self.select(names)

    def group(self, block: str) -> bool:
        """Make what is selected a block."""
        names = self.selection
        return self.edit(lambda network: kept_tidy(network, edits.group(network, names, block)))

    def ungroup(self) -> None:
        """Dissolve the blocks of what is selected."""
        blocks = {node.block for node in self.network.nodes if node.name in self.selection and node.block}
        self.edit(lambda network: kept_tidy(network, reduce(edits.ungroup, sorted(blocks), network)))

    # Whole networks

    def replace(self, network: Network) -> None:
        """Go on with another network, e.g. a template; that can be undone."""
        self.select(())
        self._pinned, self._free = sized(network), set()
        self.edit(lambda _old: placed(network))

    def read_text(self, text: str) -> TextTrouble | None:
        """Go on with the network that a text describes; return why it describes none."""
        try:
            network = parse_network(text)
        except CannotDrawError as error:
            return TextTrouble(str(error), error.line)
        except NetworkError as error:
            return TextTrouble(str(error))
        self._pinned |= sized(network)
        self.edit(lambda old: with_places_of(network, old), "text")
        return None
