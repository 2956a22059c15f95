"""Programs that are trained in tests, and their losses in plain Python."""

import contextlib
import io

import torch

from engine.network.network import Setting
from engine.network.source import write_source
from engine.network.templates import templates
from engine.training.plan import Choice, GeneratedData, Shape, TrainingPlan
from engine.training.script import script_of

TRANSFORMER = next(write_source(one.network) for one in templates() if one.title == "Tiny transformer")
MLP = next(write_source(template.network) for template in templates() if template.title == "Multilayer perceptron")
ONE_THREAD = "import torch\n\ntorch.set_num_threads(1)\n"


def program(**changes):
    """The script of a small plan, of 4 batches an epoch, on one thread."""
    plan = {
        "data": GeneratedData(shape=Shape.XOR, count=80),
        "network": MLP.replace("x = self.act2(x)", "x = nn.functional.dropout(self.act2(x), 0.1, self.training)"),
        "optimizer": Choice("AdamW", (Setting("lr", "0.01"),)),
        "batch_size": 16,
        "epochs": 3,
    }
    return ONE_THREAD + script_of(TrainingPlan(**plan | changes))


def losses_alone(text):
    """The losses of a script in plain Python, one an iteration."""
    names = {"__name__": "__main__"}
    found = []
    text = text.replace(
        "return optimizer.step(closure).item()", "loss = optimizer.step(closure)\n    return loss.item()"
    )
    text = text.replace("    return loss.item()", "    found.append(loss.item())\n    return loss.item()")
    threads = torch.get_num_threads()
    try:
        with contextlib.redirect_stdout(io.StringIO()), torch.random.fork_rng():
            exec(compile(text, "script.py", "exec"), names | {"found": found})
    finally:
        torch.set_num_threads(threads)
    return found


TYPED = """
import torch
torch.set_num_threads(1)
torch.manual_seed(1)
w = torch.zeros(3, requires_grad=True)
x, y = torch.randn(8, 3), torch.randn(8)
optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.5)
def learn():
    for step in range(6):
        optimizer.zero_grad()
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        LOG
        print(repr(loss.item()))
learn()
"""


def resumable(**changes):
    """A script with a schedule, momentum, dropout and batch norm: everything that a checkpoint has to hold."""
    network = MLP.replace("self.act1 = nn.Tanh()", "self.act1 = nn.BatchNorm1d(8)")
    network = network.replace("x = self.act2(x)", "x = nn.functional.dropout(self.act2(x), 0.1, self.training)")
    schedule = Choice("OneCycleLR", (Setting("max_lr", "0.05"),))
    return program(network=network, schedule=schedule, epochs=4, **changes)
