"""Gives tensors their values: one for each version that the program saw."""

from torch import Tensor, nn

from engine.runtime.compat import base_of, made_by
from engine.runtime.recorder.contents.snapshots import Snapshots
from engine.runtime.recorder.contents.special_content import absence_of, is_special, kept, parts_of
from engine.runtime.recorder.resolve.links import NodeLinks
from engine.runtime.recorder.resolve.pending import Pending, PendingValue
from engine.runtime.recorder.resolve.tensors import NodeKey, TensorBook, TensorRecord
from engine.trace.facts import GradChange, Name, Role
from engine.trace.ids import StepIndex, ValueId


class ValueMaker:
    """Makes values for the resolver; keeps ids and versions across drains.

    Attributes:
        next_step: Index of the step that is being resolved, or comes next.
    """

    def __init__(self, book: TensorBook, snapshots: Snapshots, links: NodeLinks) -> None:
        self.book = book
        self.pending = Pending(0)
        self.count = 0
        self.next_step = StepIndex(0)
        self._snapshots = snapshots
        self._links = links

    def current(
        self, tensor: Tensor, time_ns: int, role: Role | None = None, producer: StepIndex | None = None
    ) -> ValueId:
        """Return the value that ``tensor`` had at ``time_ns``, the moment it is first used included."""
        record = self.book.record(tensor)
        if record.value is not None and not record.is_stale:
            return record.value
        if record.is_stale:
            producer = record.writer
        return self.make(tensor, record, time_ns, producer, role)

    def rewritten(self, tensor: Tensor, time_ns: int, writer: StepIndex | None) -> ValueId | None:
        """Give a tensor that was written its next value, and let its aliases get theirs when they are next used.

        Returns:
            None when nothing has used the tensor yet and no step wrote it: its first value is still to come.
        """
        record = self.book.record(tensor)
        self.book.moved(tensor, record)
        for alias in self.book.aliases(tensor, record):
            if alias.value is not None:
                alias.is_stale, alias.writer = True, writer
                alias.seen_ns = alias.seen_node = None
                self._renew_gradient(alias, time_ns)
        for _, part in record.parts:
            self._outdate(part, writer)
        record.seen_ns = record.seen_node = None
        if record.value is None and writer is None:
            return None
        value = self.make(tensor, record, time_ns, writer, None)
        self._tell_owners(record, value)
        return value

    def _renew_gradient(self, record: TensorRecord, time_ns: int) -> None:
        """Tell of the next value of a leaf's ``.grad`` that was written through an alias (``x.grad.data.zero_()``)."""
        tensor = record.ref()
        if tensor is not None and record.leaves():
            self._tell_owners(record, self.current(tensor, time_ns))

    def adopted(self, tensor: Tensor, time_ns: int, producer: StepIndex) -> ValueId:
        """Give a tensor another value: a step inside of ``producer`` made it, ``producer`` gave it its node.

        Until then it had none.
        """
        record = self.book.record(tensor)
        found = self.pending.value(record.value)
        if found is not None:
            found.node = NodeKey(None, 0, requires_grad=False)
        return self.make(tensor, record, time_ns, producer, Role.INTERMEDIATE)

    def make(
        self,
        tensor: Tensor,
        record: TensorRecord,
        time_ns: int,
        producer: StepIndex | None,
        role: Role | None,
    ) -> ValueId:
        """Make the next value of a tensor."""
        if record.seen_ns is not None:
            time_ns = record.seen_ns
        key = record.block.key if record.block is not None else None
        node = record.seen_node or self._node(tensor, key, time_ns)
        value = ValueId(self.count)
        self.count += 1
        record.version += 1
        record.value = value
        record.is_stale, record.writer, record.seen_ns, record.seen_node = False, None, None, None
        role = _role(tensor, record, producer, role, node)
        record.role = role
        self.pending.values.append(
            PendingValue(
                id=value,
                tensor=record.id,
                content=tensor,
                key=key,
                time_ns=time_ns,
                version=record.version,
                role=role,
                storage=record.block.id if record.block is not None else None,
                base=self._base(tensor, key, time_ns),
                producer=producer,
                span=record.span if producer is None else None,
                node=node,
                accumulator=record.accumulator,
            )
        )
        self.pending.names.extend(Name(value, name) for name in record.names)
        if is_special(tensor):
            self._take_apart(tensor, record, time_ns)
        return value

    def _outdate(self, record: TensorRecord, writer: StepIndex | None) -> None:
        """Take in that the memory of a tensor was written through a whole that it is a part of."""
        tensor = record.ref()
        aliases = [] if tensor is None else self.book.aliases(tensor, record)
        for alias in (record, *aliases):
            if alias.value is not None:
                alias.is_stale, alias.writer = True, writer
                alias.seen_ns = alias.seen_node = None

    def _take_apart(self, tensor: Tensor, record: TensorRecord, time_ns: int) -> None:
        """Give the parts of a special tensor values of their own, or the tensor the reason why it has no numbers."""
        whole = self.pending.values[-1]
        parts = parts_of(tensor)
        whole.no_numbers = absence_of(tensor, parts)
        record.parts = ()
        for text, part in parts:
            self.add_part(tensor, text, part, time_ns)

    def add_part(self, tensor: Tensor, text: str, part: Tensor, time_ns: int) -> None:
        """Give something that belongs to a tensor a value of its own, with ``text`` behind the names of the tensor."""
        whole, owner = self.current(tensor, time_ns), self.book.record(tensor)
        inner = self.book.record(part)
        if any(known is inner for _, known in owner.parts):
            return
        owner.parts = (*owner.parts, (text, inner))
        found = self.pending.value(self.current(part, time_ns, Role.INTERMEDIATE))
        if found is not None and found.base is None and found.id > whole:
            found.base = whole
        for name in owner.names:
            self.name(inner, name + text)

    def lost(self, like: Tensor, time_ns: int, producer: StepIndex) -> ValueId:
        """Make the value of a gradient that was not held; it has the form of ``like`` and no numbers."""
        value = ValueId(self.count)
        self.count += 1
        node = NodeKey(None, 0, requires_grad=False)
        self.pending.values.append(
            PendingValue(
                id=value,
                tensor=self.book.unseen(),
                content=like,
                key=None,
                time_ns=time_ns,
                version=0,
                role=Role.GRADIENT,
                storage=None,
                base=None,
                producer=producer,
                span=None,
                node=node,
                accumulator=None,
                is_lost=True,
            )
        )
        return value

    def name(self, record: TensorRecord, text: str) -> None:
        """Give a tensor one more name."""
        if text in record.names:
            return
        record.names.append(text)
        if record.value is not None:
            self.pending.names.append(Name(record.value, text))
        for behind, part in record.parts:
            self.name(part, text + behind)

    def unname(self, record: TensorRecord, text: str) -> None:
        """Take a name back that this drain has given to a tensor."""
        name = None if record.value is None else Name(record.value, text)
        if text in record.names and name in self.pending.names:
            record.names.remove(text)
            self.pending.names.remove(name)
            for behind, part in record.parts:
                self.unname(part, text + behind)

    def before_move(self, tensor: Tensor, time_ns: int, form: Tensor | None = None) -> None:
        """Let the values of a tensor keep its present memory through an alias, which may be given as ``form``."""
        record = self.book.find(tensor)
        if record is None:
            return
        if record.value is not None or record.span is not None:
            self.current(tensor, time_ns)
        present = (tensor, *(part for part in (part.ref() for _, part in record.parts) if part is not None))
        for moved in present:
            alias = form if moved is tensor else None
            for value in reversed(self.pending.values):
                if value.content is moved:
                    alias = kept(moved) if alias is None else alias
                    value.content = alias

    def swapped(self, one: Tensor, other: Tensor) -> None:
        """Exchange what belongs to the insides of two tensors: their ``.grad``.

        torch lets no AccumulateGrad node run that was made before; each tensor gets a new one.
        """
        first, second = self.book.record(one), self.book.record(other)
        first.accumulator = second.accumulator = None
        if first.grad is second.grad:
            return
        one_grad, other_grad = first.grad, second.grad
        first.has_grad(other_grad)
        second.has_grad(one_grad)
        for leaf in (first, second):
            value = None if leaf.grad is None else leaf.grad.value
            self.pending.grad_changes.append(GradChange(leaf.id, self.next_step, value))

    def before_write(self, tensor: Tensor, time_ns: int, node: NodeKey) -> None:
        """Note what a tensor was right before something writes it."""
        record = self.book.record(tensor)
        if record.value is None or record.is_stale:
            record.seen_ns, record.seen_node = time_ns, node
            return
        found = self.pending.value(record.value)
        if found is not None and found.time_ns < time_ns:
            found.node = node
            if found.role is Role.INTERMEDIATE and found.producer is None and node.sequence is None:
                found.role = Role.INPUT  # the write made it part of a graph, which it was taken to be from the start

    def _node(self, tensor: Tensor, key: int | None, time_ns: int) -> NodeKey:
        requires_grad = tensor.requires_grad
        if not requires_grad:
            return NodeKey(None, 0, requires_grad)
        if self._snapshots.is_written(key, time_ns):
            # Asking a view for its node after its base changed would make torch build a new one.
            return NodeKey(None, 0, requires_grad, is_known=False)
        node = made_by(tensor)
        if node is None:
            return NodeKey(None, 0, requires_grad)
        return NodeKey(self._links.number(node), tensor.output_nr, requires_grad)

    def _base(self, tensor: Tensor, key: int | None, time_ns: int) -> ValueId | None:
        base = None if self._snapshots.is_written(key, time_ns) else base_of(tensor)
        if base is None:
            return None
        record = self.book.find(base)
        return record.value if record is not None else None

    def _tell_owners(self, record: TensorRecord, value: ValueId) -> None:
        """A write to a leaf's ``.grad`` (clipping, zeroing) is a change of the leaf's gradient."""
        for leaf in record.leaves():
            self.pending.grad_changes.append(GradChange(leaf.id, self.next_step, value))


def _role(tensor: Tensor, record: TensorRecord, producer: StepIndex | None, role: Role | None, node: NodeKey) -> Role:
    """What a value is to the program; ``node`` is what it came from when it had these numbers, not what came later."""
    if record.role is not None:
        return record.role
    if role is not None:
        return role
    if isinstance(tensor, nn.Parameter):
        return Role.PARAMETER
    if producer is not None:
        return Role.INTERMEDIATE
    if node.requires_grad and (node.sequence is not None or not (node.is_known or tensor.is_leaf)):
        return Role.INTERMEDIATE
    return Role.INPUT
