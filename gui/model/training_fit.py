"""Networks, losses and metrics that fit data: what has to be other when a person chooses other data."""

from dataclasses import dataclass, replace

from engine.network.errors import NetworkError
from engine.network.network import Network, Node, NodeKind, Setting
from engine.network.order import ordered
from engine.network.templates import templates
from engine.training.catalogue import Targets, losses
from engine.training.file_look import FileLook
from engine.training.metric_source import fits_task
from engine.training.plan import FileData, GeneratedData, PaintedData, Shape, TrainingPlan
from engine.training.shape_source import SHAPES

_PLANAR = (2,)
_SEQUENCE = (12,)
_TEMPLATES = {
    Shape.DIGITS: "Small ResNet",
    Shape.NAMES: "LSTM classifier",
    Shape.COPY: "Tiny transformer",
    Shape.SORT: "Tiny transformer",
    Shape.PARITY: "LSTM classifier",
}
"""What reads data that is no row of numbers; the others take a multilayer perceptron."""
_PERCEPTRON = "Multilayer perceptron"
_ATTENTIVE = frozenset({"MultiheadAttention", "TransformerEncoderLayer"})
"""Layers of the networks that answer at each place of a sequence."""


@dataclass(frozen=True, slots=True)
class Need:
    """What data asks of a network: the shape of a sample, whether it is made of numbers of signs, how many answers."""

    inputs: tuple[int, ...]
    is_signs: bool
    answers: int
    has_classes: bool
    is_at_each_place: bool = False


def need_of(shape: Shape) -> Need:
    """Return what generated data asks of a network."""
    classes = SHAPES[shape].classes
    match shape:
        case Shape.CURVE:
            inputs: tuple[int, ...] = (1,)
        case Shape.DIGITS:
            inputs = (1, 8, 8)
        case Shape.NAMES | Shape.COPY | Shape.SORT | Shape.PARITY:
            inputs = _SEQUENCE
        case _:
            inputs = _PLANAR
    is_at_each_place = shape in (Shape.COPY, Shape.SORT)
    return Need(inputs, inputs == _SEQUENCE, 1 if classes is None else classes, classes is not None, is_at_each_place)


def need_of_file(look: FileLook) -> Need:
    """Return what data from a file asks of a network."""
    return Need(look.inputs, look.is_signs, look.answers, look.has_classes)


def fitting_loss(loss: str, *, has_classes: bool) -> str:
    """Return a loss for the data: the one that is chosen if it fits."""
    kind = losses().get(loss)
    if kind is not None and (kind.targets is not Targets.NUMBERS) == has_classes:
        return loss
    return "CrossEntropyLoss" if has_classes else "MSELoss"


def tells_classes(plan: TrainingPlan) -> bool:
    """Return whether a plan tells classes, as far as can be said before its data is read; else it tells numbers."""
    match plan.data:
        case GeneratedData(shape=shape):
            return need_of(shape).has_classes
        case PaintedData():
            return True
        case FileData():
            kind = losses().get(plan.loss.name)
            return kind is None or kind.targets is not Targets.NUMBERS


def with_fitting_metrics(plan: TrainingPlan) -> TrainingPlan:
    """Return a plan without the metrics that cannot judge what it tells."""
    has_classes = tells_classes(plan)
    kept = tuple(choice for choice in plan.metrics if fits_task(choice, has_classes=has_classes))
    return plan if kept == plan.metrics else replace(plan, metrics=kept)


def fitting_network(network: Network, shape: Shape) -> Network:
    """Return a network for the data: the same one if it fits, changed at its ends if that is enough, else another."""
    return network_for(network, need_of(shape), _TEMPLATES.get(shape, _PERCEPTRON))


def network_for_file(network: Network, look: FileLook) -> Network:
    """Return a network for data from a file, in the same way."""
    is_picture = len(look.inputs) == 3
    wanted = "LSTM classifier" if look.is_signs else "Small ResNet" if is_picture else _PERCEPTRON
    return network_for(network, need_of_file(look), wanted)


def network_for(network: Network, need: Need, wanted: str) -> Network:
    """Return a network for what data needs; ``wanted`` is the template to begin from if this one cannot be changed."""
    if fits(network, need):
        return network
    changed = _with_ends(network, need)
    if changed is not None:
        return changed
    other = next(template.network for template in templates() if template.title == wanted)
    if fits(other, need):
        return other
    return _with_ends(other, need) or other


def fits(network: Network, need: Need) -> bool:
    """Return whether a network takes the samples and gives enough answers, as far as can be seen from its layers."""
    ends = _ends(network)
    if ends is None:
        return False
    first, last = ends
    given = _number(last, "out_features")
    enough = given == need.answers or (need.has_classes and given > need.answers > 2)
    return first.shape == need.inputs and _reads(network, first, need) and enough


def _reads(network: Network, first: Node, need: Need) -> bool:
    """Return whether a network reads signs or numbers as the data has them, and answers once or at each place."""
    if (first.type == "int64") != need.is_signs:
        return False
    return not need.is_signs or any(node.type in _ATTENTIVE for node in network.nodes) == need.is_at_each_place


def _ends(network: Network) -> tuple[Node, Node] | None:
    """Return the only input, and the last layer that says how many answers there are."""
    inputs = [node for node in network.nodes if node.kind is NodeKind.INPUT]
    try:
        linear = [node for node in ordered(network) if node.type == "Linear"]
    except NetworkError:
        return None
    return (inputs[0], linear[-1]) if len(inputs) == 1 and linear else None


def _with_ends(network: Network, need: Need) -> Network | None:
    """Return a network of linear layers with other ends; None where its first layer is of another kind."""
    ends = _ends(network)
    if ends is None or not _reads(network, ends[0], need):
        return None
    first, last = ends
    followers = [link.target for link in network.links if link.source == first.name]
    readers = [node for node in network.nodes if node.name in followers]
    same_inputs = first.shape == need.inputs
    kinds = {node.type for node in readers}
    is_row = len(need.inputs) == 1 and kinds == {"Linear"}
    is_picture = len(need.inputs) == 3 and kinds == {"Conv2d"} and _has_any_size(network)
    if not same_inputs and not (is_row or is_picture or (need.is_signs and len(need.inputs) == 1)):
        return None
    nodes = []
    for node in network.nodes:
        changed = replace(node, shape=need.inputs) if node == first else node
        if not same_inputs and node in readers:
            changed = _with(changed, "in_channels" if is_picture else "in_features", need.inputs[0])
        if node.name == last.name:
            changed = _with(changed, "out_features", need.answers)
        nodes.append(changed)
    return replace(network, nodes=tuple(nodes))


def _has_any_size(network: Network) -> bool:
    """Return whether a network of convolutions takes pictures of any size: it pools them to one."""
    return any(node.type.startswith("Adaptive") or node.type == "adaptive_avg_pool2d" for node in network.nodes)


def _with(node: Node, name: str, number: int) -> Node:
    settings = tuple(Setting(name, str(number)) if setting.name == name else setting for setting in node.settings)
    return replace(node, settings=settings)


def _number(node: Node, name: str) -> int:
    text = next((setting.text for setting in node.settings if setting.name == name), "")
    return int(text) if text.isdigit() else 0
