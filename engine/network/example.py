"""The source of a network with a few lines that make it run once, forward and backward."""

from engine.network.errors import NetworkError
from engine.network.network import Network, Node, NodeKind
from engine.network.source import write_source

SAMPLES = 4


def runnable_source(network: Network) -> str:
    """Return the source of a network, and one pass through it with samples drawn by chance.

    Without the shape of an input there is nothing to pass, and the class stands alone.

    Raises:
        NetworkError: If something is missing that a runnable module needs.
    """
    source = write_source(network)
    inputs = [node for node in network.nodes if node.kind is NodeKind.INPUT]
    if not inputs or not all(node.shape for node in inputs):
        return source
    names = ", ".join(node.name for node in inputs)
    outputs = sum(link.target == _output(network).name for link in network.links)
    lines = ["torch.manual_seed(0)", f"model = {network.name}()"]
    lines += [f"{node.name} = {_samples(network, node)}" for node in inputs]
    if outputs > 1:
        lines += [f"outputs = model({names})", "loss = sum(one.square().mean() for one in outputs)"]
    else:
        lines += [f"loss = model({names}).square().mean()"]
    return "\n".join([source, "", *lines, "loss.backward()"]) + "\n"


def _samples(network: Network, node: Node) -> str:
    """Return what makes samples of an input: numbers around 0, or whole numbers that every lookup knows."""
    sizes = ", ".join(map(str, (SAMPLES, *node.shape)))
    if not node.type or node.type == "float32":
        return f"torch.randn({sizes})"
    if node.type.startswith(("float", "bfloat")):
        return f"torch.randn({sizes}, dtype=torch.{node.type})"
    return f"torch.randint({_words(network, node)}, ({sizes}), dtype=torch.{node.type})"


def _words(network: Network, node: Node) -> int:
    """Return how many words the smallest lookup knows to which an input leads."""
    targets = {link.target for link in network.links if link.source == node.name}
    tables = [one for one in network.nodes if one.name in targets and one.type == "Embedding"]
    counts = [setting.text for table in tables for setting in table.settings if setting.name == "num_embeddings"]
    return min((int(count) for count in counts if count.isdecimal()), default=2)


def _output(network: Network) -> Node:
    found = next((node for node in network.nodes if node.kind is NodeKind.OUTPUT), None)
    if found is None:
        raise NetworkError("The network has no output.")
    return found
