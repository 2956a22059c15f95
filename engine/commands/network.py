"""``chainrule network``: the layers of a module with their shapes and costs."""

from dataclasses import dataclass
from pathlib import Path

from engine.commands.errors import CommandError
from engine.commands.sources import read_program
from engine.interchange.summary_text import columns
from engine.network.errors import NetworkError
from engine.network.network import Network, Node, NodeKind
from engine.network.parse import parse_network
from engine.network.source import write_source
from engine.protocol.network import NetworkAnswer, NetworkRequest, NodeFacts, Shape, fix_text
from engine.session.network import NetworkWorker
from engine.trace.numbers import bytes_text, flops_text

_HEAD = ("name", "layer", "output", "parameters", "operations", "memory")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOptions:
    """``chainrule network``; ``inputs`` are whole shapes in the order of ``forward``'s arguments."""

    program: Path
    inputs: tuple[Shape, ...] = ()
    class_name: str = ""
    as_source: bool = False


def network(options: NetworkOptions) -> tuple[str, int]:
    """Return what is told of a network, and the exit code: 1 when a layer does not fit.

    Raises:
        CommandError: If the program is no network that can be drawn, or a shape is missing.
    """
    try:
        found = parse_network(read_program(options.program), options.class_name)
        if options.as_source:
            return write_source(found), 0
    except NetworkError as error:
        raise CommandError(str(error)) from error
    with NetworkWorker() as worker:
        answer = worker.ask(NetworkRequest(network=found, inputs=_shapes(found, options.inputs)))
    if answer.trouble:
        raise CommandError(answer.trouble)
    return _table(found, answer), 1 if answer.misfits else 0


def _shapes(found: Network, given: tuple[Shape, ...]) -> dict[str, Shape]:
    inputs = [node for node in found.nodes if node.kind is NodeKind.INPUT]
    if len(given) > len(inputs):
        raise CommandError(f"{found.name} takes {len(inputs)} inputs, and {len(given)} shapes were given.")
    missing = next((node for node in inputs[len(given) :] if not node.shape), None)
    if missing is not None:
        raise CommandError(f"The shape of {missing.name} is not known: give it with --input, e.g. --input 32,2.")
    return {str(node.name): shape for node, shape in zip(inputs, given, strict=False)}


def _table(found: Network, answer: NetworkAnswer) -> str:
    nodes = {node.name: node for node in found.nodes}
    told = [(nodes[facts.name], facts) for facts in answer.nodes if facts.name in nodes]
    rows = [_row(node, facts) for node, facts in told if node.kind is not NodeKind.OUTPUT]
    total = (
        f"{sum(facts.parameters for _, facts in told):,} parameters, "
        f"{flops_text(sum(facts.flops for _, facts in told))} in products and convolutions, "
        f"{bytes_text(sum(facts.nbytes for _, facts in told))} of results"
    )
    lines = [found.name, *columns([_HEAD, *rows], indent=""), "", total]
    for misfit in answer.misfits:
        fixes = " or ".join(fix_text(fix) for fix in misfit.fixes)
        lines += ["", misfit.text + (f" It would help to {fixes}." if fixes else "")]
    return "\n".join(lines) + "\n"


def _row(node: Node, facts: NodeFacts) -> tuple[str, ...]:
    return (
        node.name,
        node.type if node.kind in {NodeKind.LAYER, NodeKind.FUNCTION} else node.text or node.kind.value,
        ", ".join("–" if shape is None else _shape_text(shape) for shape in facts.shapes),
        f"{facts.parameters:,}" if facts.parameters else "",
        flops_text(facts.flops) if facts.flops else "",
        bytes_text(facts.nbytes),
    )


def _shape_text(shape: Shape) -> str:
    return "×".join(map(str, shape)) or "number"
