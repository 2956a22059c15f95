"""Graph networks of ``torch_geometric``."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.nn import GATConv, GCNConv, GINConv, SAGEConv, TransformerConv, global_mean_pool

from tests.conformance.libraries.of_transformers import gradients
from tests.conformance.libraries.sample import Results, Sample, Step

LAYERS: dict[str, Callable[[int, int], nn.Module]] = {
    "GCN": GCNConv,
    "GAT": GATConv,
    "GraphSAGE": SAGEConv,
    "GIN": lambda inner, outer: GINConv(nn.Sequential(nn.Linear(inner, outer), nn.ReLU(), nn.Linear(outer, outer))),
    "graph transformer": TransformerConv,
}


class Network(nn.Module):
    """Two graph layers and a pooled classifier."""

    def __init__(self, layer: Callable[[int, int], nn.Module]) -> None:
        super().__init__()
        self.first = layer(4, 8)
        self.second = layer(8, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, data: Data) -> Tensor:
        hidden = self.first(data.x, data.edge_index).relu()
        hidden = nn.functional.dropout(hidden, 0.2, self.training)
        return self.head(global_mean_pool(self.second(hidden, data.edge_index), data.batch))


def samples() -> list[Sample]:
    """One network a layer."""
    return [Sample("torch_geometric", name, partial(_build, layer)) for name, layer in LAYERS.items()]


def _build(layer: Callable[[int, int], nn.Module]) -> Step:
    model = Network(layer).train()
    optimizer = torch.optim.Adam(model.parameters())
    edges = torch.randint(0, 10, (2, 30))
    data = Data(x=torch.randn(10, 4), edge_index=edges, batch=torch.tensor([0] * 5 + [1] * 5))
    labels = torch.tensor([0, 2])

    def step() -> Results:
        loss = nn.functional.cross_entropy(model(data), labels)
        loss.backward()
        optimizer.step()
        return {"loss": loss, **gradients(model), **dict(model.named_parameters())}

    return step
