"""Recordings of any shape, made step by step without torch: ops, modules, backward passes, optimizer steps."""

from dataclasses import dataclass, field

import numpy as np

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.control import Region
from engine.trace.facts import (
    Argument,
    BackwardCall,
    Data,
    FailedCall,
    GradChange,
    GradEdge,
    GradNode,
    ModuleCall,
    Name,
    Phase,
    Role,
    SavedTensor,
    Span,
    Step,
    Value,
)
from engine.trace.ids import BackwardCallId, GradNodeId, ModuleCallId, RegionId, StepIndex, TensorId, ValueId
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording


@dataclass
class Maker:
    """Grows a recording; every op has one output and, unless told otherwise, a grad node with an edge an input."""

    program: str = ""
    store: MemoryBytes = field(default_factory=MemoryBytes)

    def __post_init__(self):
        self.recording = Recording(RunInfo(program=self.program, filename="made.py"), self.store)
        self._modules: list[ModuleCallId] = []
        self._regions: list[RegionId] = []
        self._calls: dict[str, int] = {}
        self._edge_lists: dict[int, list[GradEdge]] = {}

    def leaf(self, name="", shape=(3,), role=Role.INPUT, requires_grad=True, numbers=None):
        value = self._value(shape, role, None, None, requires_grad, is_leaf=True, numbers=numbers)
        if name:
            self.recording.append(Batch(names=(Name(value, name),)))
        return value

    def op(self, name, *inputs, line=1, shape=(3,), saves=(), arguments=()):
        index = StepIndex(len(self.recording.steps))
        node = self._grad_node(f"{name.title()}Backward0", index, inputs, saves)
        output = self._value(shape, Role.INTERMEDIATE, index, node, True)
        given = tuple(Argument("", value, "") for value in inputs) + tuple(Argument("", None, a) for a in arguments)
        self._step(Phase.FORWARD, name, inputs, (output,), arguments=given, span=Span(0, line, 0, line, 5), node=node)
        return output

    def name(self, value, text):
        self.recording.append(Batch(names=(Name(value, text),)))

    def enter(self, path, class_name="Module", line=1):
        call = self._calls[path] = self._calls.get(path, -1) + 1
        parent = self._modules[-1] if self._modules else None
        identity = ModuleCallId(len(self.recording.module_calls))
        fact = ModuleCall(identity, path, class_name, parent, call, Span(0, line, 0, line, 5))
        self.recording.append(Batch(module_calls=(fact,)))
        self._modules.append(identity)

    def leave(self):
        self._modules.pop()

    def begin(self, kind, name, call=0, line=1):
        """Begin a function, round or group of the person's own code."""
        parent = self._regions[-1] if self._regions else None
        identity = RegionId(len(self.recording.regions))
        fact = Region(identity, kind, name, parent, Span(0, line, 0, line, 5), call)
        self.recording.append(Batch(regions=(fact,)))
        self._regions.append(identity)

    def end(self):
        self._regions.pop()

    def backward(self, value):
        recording = self.recording
        root = recording.values[value].grad_node
        call = BackwardCallId(len(recording.backward_calls))
        first = StepIndex(len(recording.steps))
        fact = BackwardCall(call, "backward", (root,), (value,), None, first, False, False)
        recording.append(Batch(backward_calls=(fact,)))
        arrived = {root: self._gradient(None)}
        reachable = self._reachable(root)
        for node in sorted(reachable, reverse=True):
            if node in arrived:
                self._run_node(node, arrived, call)

    def optimizer(self, name="SGD.step"):
        recording = self.recording
        pairs, outputs = [], []
        index = StepIndex(len(recording.steps))
        for value in [v for v in recording.values if v.role is Role.PARAMETER and v.producer is None]:
            gradient = recording.grad_at(value.tensor, index)
            if gradient is not None:
                pairs += [value.id, gradient]
                outputs.append(self._value(value.shape, Role.PARAMETER, index, None, True, tensor=value.tensor))
        self._step(Phase.OPTIMIZER, name, tuple(pairs), tuple(outputs), arguments=(Argument("lr", None, "0.1"),))

    def fail(self, name, *inputs):
        step = StepIndex(len(self.recording.steps))
        fact = FailedCall(step, name, name, None, inputs, (), None, "RuntimeError", "shapes do not fit")
        self.recording.append(Batch(failures=(fact,)))

    def done(self):
        self.recording.end(Outcome(kind=OutcomeKind.FINISHED, message="Finished."))
        return self.recording

    def _run_node(self, node, arrived, call):
        recording = self.recording
        index = StepIndex(len(recording.steps))
        fact = recording.grad_nodes[node]
        if fact.variable is not None:
            total = self._gradient(index)
            change = GradChange(recording.values[fact.variable].tensor, index, total)
            self._step(Phase.BACKWARD, fact.name, (arrived[node],), (total,), node=node, call=call)
            recording.append(Batch(grad_changes=(change,)))
            return
        sent = []
        for edge in recording.edges_from(node):
            sent.append(self._gradient(index))
            arrived.setdefault(edge.target, sent[-1])
        self._step(Phase.BACKWARD, fact.name, (arrived[node],), tuple(sent), node=node, call=call)

    def _reachable(self, root):
        seen, pending = {root}, [root]
        while pending:
            for edge in self.recording.edges_from(pending.pop()):
                if edge.target not in seen:
                    seen.add(edge.target)
                    pending.append(edge.target)
        return seen

    def _grad_node(self, name, index, inputs, saves):
        targets = [self._node_of(value) for value in inputs]
        node = GradNodeId(len(self.recording.grad_nodes))
        saved = tuple(SavedTensor("self", value, "") for value in saves)
        wanted = [target for target in targets if target is not None]
        edges = tuple(GradEdge(node, slot, target, 0) for slot, target in enumerate(wanted))
        self.recording.append(Batch(grad_nodes=(GradNode(node, name, index, None, None, saved),), grad_edges=edges))
        return node

    def _node_of(self, value):
        fact = self.recording.values[value]
        if not fact.is_leaf:
            return fact.grad_node
        if not fact.requires_grad:
            return None
        found = self.recording.accumulator_of(fact.tensor)
        if found is None:
            found = GradNodeId(len(self.recording.grad_nodes))
            self.recording.append(Batch(grad_nodes=(GradNode(found, "AccumulateGrad", None, None, value, ()),)))
        return found

    def _gradient(self, producer):
        return self._value((3,), Role.GRADIENT, producer, None, False)

    def _value(self, shape, role, producer, node, requires_grad, is_leaf=False, tensor=None, numbers=None):
        identity = ValueId(len(self.recording.values))
        array = np.arange(int(np.prod(shape)), dtype="<f4") - 1 if numbers is None else np.array(numbers, dtype="<f4")
        offset = self.store.write(memoryview(array.tobytes()))
        fact = Value(
            identity,
            TensorId(identity) if tensor is None else tensor,
            0,
            tuple(shape),
            "float32",
            "cpu",
            requires_grad,
            is_leaf,
            role,
            None,
            None,
            producer,
            None,
            node,
            0,
        )
        self.recording.append(Batch(values=(fact,), data=(Data(identity, offset, array.nbytes, None),)))
        return identity

    def _step(self, phase, name, inputs, outputs, arguments=(), span=None, node=None, call=None):
        index = StepIndex(len(self.recording.steps))
        module = self._modules[-1] if self._modules and phase is Phase.FORWARD else None
        fact = Step(
            index,
            phase,
            name,
            name,
            span,
            tuple(inputs),
            tuple(outputs),
            arguments,
            module,
            node,
            call,
            index * 1000,
            500,
            "<module>",
            0,
            self._regions[-1] if self._regions else None,
        )
        self.recording.append(Batch(steps=(fact,)))
        return index


def mlp(layers=3, optimizer=True, rounds=1):
    """A perceptron in an ``nn.Module`` with loss, backward and optimizer."""
    maker = Maker()
    x, y = maker.leaf("x", (32, 4), requires_grad=False), maker.leaf("y", (32, 1), requires_grad=False)
    weights = [
        (
            maker.leaf(f"model.fc{n}.weight", (16, 16), Role.PARAMETER),
            maker.leaf(f"model.fc{n}.bias", (16,), Role.PARAMETER),
        )
        for n in range(layers)
    ]
    for _ in range(rounds):
        h = x
        maker.enter("model", "MLP")
        for n, (w, b) in enumerate(weights):
            maker.enter(f"model.fc{n}", "Linear", line=4 + n)
            h = maker.op("linear", h, w, b, shape=(32, 16), line=4 + n, saves=(h, w))
            maker.leave()
            if n + 1 < layers:
                h = maker.op("relu", h, shape=(32, 16), line=4 + n)
        maker.leave()
        loss = maker.op("mse_loss", h, y, shape=(), line=20, saves=(h, y))
        maker.name(loss, "loss")
        maker.backward(loss)
        if optimizer:
            maker.optimizer()
    return maker.done()


def residual(blocks=4, width=2):
    """A residual network of modules, ``width`` ops in each branch."""
    maker = Maker()
    h = maker.leaf("x", (1, 3, 8, 8))
    maker.enter("net", "ResNet")
    for n in range(blocks):
        maker.enter(f"net.blocks.{n}", "Block", line=10)
        skip = h
        for k in range(width):
            weight = maker.leaf(f"net.blocks.{n}.conv{k}.weight", (4, 4, 3, 3), Role.PARAMETER)
            h = maker.op("relu", maker.op("conv2d", h, weight, line=11 + k), line=11 + k)
        h = maker.op("add", h, skip, line=15)
        maker.leave()
    maker.leave()
    maker.backward(maker.op("sum", h, shape=(), line=20))
    return maker.done()


def chain(length, backward=False):
    """``length`` ops one after the other, without modules, each on its own line."""
    maker = Maker()
    h = maker.leaf("x")
    for n in range(length):
        h = maker.op("relu" if n % 3 else "sin", h, line=n + 2)
    if backward:
        maker.backward(h)
    return maker.done()


def recurrence(steps=40):
    """A loop in the manner of an LSTM: the same few lines over and over, shared weights."""
    maker = Maker()
    w, u = maker.leaf("w"), maker.leaf("u")
    h, c = maker.leaf("h0"), maker.leaf("c0")
    for n in range(steps):
        x = maker.leaf("", requires_grad=False)
        a = maker.op("add", maker.op("matmul", x, w, line=5), maker.op("matmul", h, u, line=5), line=5)
        i, f, g = (maker.op(name, a, line=6 + k) for k, name in enumerate(("sigmoid", "sigmoid", "tanh")))
        c = maker.op("add", maker.op("mul", f, c, line=9), maker.op("mul", i, g, line=9), line=9)
        h = maker.op("mul", maker.op("tanh", c, line=10), maker.op("sigmoid", a, line=10), line=10)
        maker.name(h, f"h{n}")
    maker.backward(maker.op("sum", h, shape=(), line=12))
    return maker.done()
