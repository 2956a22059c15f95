"""Networks to start from."""

from dataclasses import dataclass
from functools import lru_cache

from engine.network.network import Network
from engine.network.parse import parse_network


@dataclass(frozen=True, slots=True)
class Template:
    """A network to start from, and one sentence on what it is."""

    title: str
    summary: str
    network: Network


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """Return all templates, the simplest first."""
    return tuple(
        Template(title, summary, parse_network(_module(name, making, calling)))
        for title, summary, name, making, calling in _texts()
    )


def template_titles() -> tuple[tuple[str, str], ...]:
    """Return title and summary of each template, without reading any."""
    return tuple((title, summary) for title, summary, *_rest in _texts())


def _module(name: str, making: str, calling: str) -> str:
    lines = ["import torch", "import torch.nn.functional as F", "from torch import nn", f"class {name}(nn.Module):"]
    lines += ["    def __init__(self):", "        super().__init__()"]
    lines += ["        self." + line.strip() for line in making.strip().splitlines()]
    lines += ["    def forward(self, x):"]
    lines += ["        " + line.strip() for line in calling.strip().splitlines()]
    return "\n".join(lines) + "\n"


def _texts() -> tuple[tuple[str, str, str, str, str], ...]:
    return (
        ("Logistic regression", "One linear layer, one number a sample.", "LogisticRegression",
         "fc = nn.Linear(2, 1)", "# x: (N, 2)\nreturn self.fc(x)"),
        ("Multilayer perceptron", "Two hidden layers of eight neurons.", "MLP",
         "fc1 = nn.Linear(2, 8)\nact1 = nn.Tanh()\nfc2 = nn.Linear(8, 8)\nact2 = nn.Tanh()\nfc3 = nn.Linear(8, 2)",
         "# x: (N, 2)\nreturn self.fc3(self.act2(self.fc2(self.act1(self.fc1(x)))))"),
        ("LeNet", "Convolutions and pooling for small pictures.", "LeNet",
         """conv1 = nn.Conv2d(1, 6, 5, padding=2)
         act1 = nn.Tanh()
         pool1 = nn.AvgPool2d(2)
         conv2 = nn.Conv2d(6, 16, 5)
         act2 = nn.Tanh()
         pool2 = nn.AvgPool2d(2)
         flat = nn.Flatten()
         fc1 = nn.Linear(400, 120)
         act3 = nn.Tanh()
         fc2 = nn.Linear(120, 84)
         act4 = nn.Tanh()
         fc3 = nn.Linear(84, 10)""",
         """# x: (N, 1, 28, 28)
         x = self.pool1(self.act1(self.conv1(x)))
         x = self.pool2(self.act2(self.conv2(x)))
         x = self.act3(self.fc1(self.flat(x)))
         return self.fc3(self.act4(self.fc2(x)))"""),
        ("Small ResNet", "Two residual blocks: what goes in is added to what comes out.", "SmallResNet",
         """stem = nn.Conv2d(1, 8, 3, padding=1)
         conv1 = nn.Conv2d(8, 8, 3, padding=1)
         norm1 = nn.BatchNorm2d(8)
         act1 = nn.ReLU()
         conv2 = nn.Conv2d(8, 16, 3, stride=2, padding=1)
         norm2 = nn.BatchNorm2d(16)
         short2 = nn.Conv2d(8, 16, 1, stride=2)
         act2 = nn.ReLU()
         pool = nn.AdaptiveAvgPool2d(1)
         flat = nn.Flatten()
         fc = nn.Linear(16, 10)""",
         """# x: (N, 1, 8, 8)
         x = self.stem(x)
         skip1 = x + self.norm1(self.conv1(x))  # block: residual1
         x = self.act1(skip1)
         skip2 = self.short2(x) + self.norm2(self.conv2(x))  # block: residual2
         x = self.act2(skip2)
         return self.fc(self.flat(self.pool(x)))"""),
        ("Autoencoder", "Squeezes 64 numbers through 4 and gives them back.", "Autoencoder",
         """encode1 = nn.Linear(64, 16)
         act1 = nn.ReLU()
         encode2 = nn.Linear(16, 4)
         decode1 = nn.Linear(4, 16)
         act2 = nn.ReLU()
         decode2 = nn.Linear(16, 64)""",
         """# x: (N, 64)
         code = self.encode2(self.act1(self.encode1(x)))
         return self.decode2(self.act2(self.decode1(code)))"""),
        *(
            (f"{kind} classifier", "Reads a sequence of letters and judges it by its last state.", f"{kind}Classifier",
             f"embed = nn.Embedding(32, 16)\nrnn = nn.{kind}(16, 32, batch_first=True)\nfc = nn.Linear(32, 8)",
             "# x: (N, 12) int64\nout, _ = self.rnn(self.embed(x))\nlast = out[:, -1]\nreturn self.fc(last)")
            for kind in ("RNN", "LSTM", "GRU")
        ),
        ("Tiny transformer", "Attention over a sequence of tokens, one answer for each.", "TinyTransformer",
         """embed = nn.Embedding(16, 32)
         place = nn.Embedding(12, 32)
         norm1 = nn.LayerNorm(32)
         attend = nn.MultiheadAttention(32, 4, batch_first=True)
         norm2 = nn.LayerNorm(32)
         wide = nn.Linear(32, 64)
         act = nn.GELU()
         narrow = nn.Linear(64, 32)
         head = nn.Linear(32, 16)""",
         """# x: (N, 12) int64
         places = torch.arange(12)
         start = self.embed(x) + self.place(places)
         normed = self.norm1(start)  # block: attention
         mixed, _ = self.attend(normed, normed, normed, need_weights=False)  # block: attention
         middle = start + mixed  # block: attention
         thought = self.narrow(self.act(self.wide(self.norm2(middle))))  # block: feed_forward
         end = middle + thought  # block: feed_forward
         return self.head(end)"""),
    )  # fmt: skip
