"""Training loops that libraries run: ``skorch`` and ``lightning``."""

import logging
import warnings
from collections.abc import Callable
from functools import partial

import lightning
import skorch
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tests.conformance.libraries.sample import Results, Sample, Step


class Network(nn.Module):
    """A small classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Module(lightning.LightningModule):
    """The same classifier as lightning wants it."""

    def __init__(self, *, is_manual: bool) -> None:
        super().__init__()
        self.network = Network()
        self.automatic_optimization = not is_manual

    def training_step(self, batch: tuple[Tensor, Tensor], _index: int) -> Tensor:
        """Return the loss of a batch; with manual optimization the step is taken here."""
        loss = nn.functional.cross_entropy(self.network(batch[0]), batch[1])
        if not self.automatic_optimization:
            optimizer = self.optimizers()
            optimizer.zero_grad()
            self.manual_backward(loss)
            optimizer.step()
        self.log("loss", loss)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam."""
        return torch.optim.Adam(self.parameters(), lr=0.01)


def samples() -> list[Sample]:
    """Two ways of each trainer."""
    makers: dict[tuple[str, str], Callable[[], Step]] = {
        ("skorch", "NeuralNetClassifier, SGD"): partial(_skorch, torch.optim.SGD),
        ("skorch", "NeuralNetClassifier, Adam"): partial(_skorch, torch.optim.Adam),
        ("lightning", "Trainer.fit"): partial(_lightning, is_manual=False),
        ("lightning", "Trainer.fit, manual optimization"): partial(_lightning, is_manual=True),
    }
    return [Sample(library, name, build) for (library, name), build in makers.items()]


def _data() -> tuple[Tensor, Tensor]:
    return torch.randn(48, 6), torch.randint(0, 3, (48,))


def _skorch(optimizer: type[torch.optim.Optimizer]) -> Step:
    x, y = _data()
    network = skorch.NeuralNetClassifier(
        Network,
        criterion=nn.CrossEntropyLoss,
        optimizer=optimizer,
        max_epochs=2,
        batch_size=16,
        train_split=None,
        verbose=0,
    )

    def step() -> Results:
        network.fit(x.numpy(), y.numpy())
        return dict(network.module_.named_parameters()) | {"loss": torch.tensor(network.history[-1, "train_loss"])}

    return step


def _lightning(*, is_manual: bool) -> Step:
    logging.getLogger("lightning").setLevel(logging.ERROR)
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    module = Module(is_manual=is_manual)
    loader = DataLoader(TensorDataset(*_data()), batch_size=16, shuffle=True)
    trainer = lightning.Trainer(
        max_epochs=2,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )

    def step() -> Results:
        trainer.fit(module, loader)
        return dict(module.named_parameters()) | {"loss": trainer.callback_metrics["loss"]}

    return step
