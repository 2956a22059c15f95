"""Modules as people write them become networks that compute the same, bit for bit."""

import contextlib

import pytest

from engine.network.errors import CannotDrawError
from engine.network.parse import parse_network
from tests.engine.network.drawn_programs import HEAD, check_program
from tests.engine.network.modern_programs import MODERN

CASES = {
    "layers in a loop over sizes": (
        """
class MLP(nn.Module):
    def __init__(self, sizes=(2, 16, 16, 3)):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])
        self.act = nn.ReLU()
    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.act(layer(x))
        return self.layers[-1](x)
""",
        "torch.randn(5, 2)",
    ),
    "sequences": (
        """
class VGG(nn.Module):
    def __init__(self, channels=3, classes=10):
        super(VGG, self).__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 16, kernel_size=3, padding=1), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
            nn.MaxPool2d(2, 2), nn.Conv2d(16, 32, kernel_size=3, padding=1), nn.BatchNorm2d(32),
            nn.ReLU(inplace=True), nn.MaxPool2d(2, 2))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.5), nn.Linear(32, classes))
    def forward(self, x):
        x = self.features(x)
        x = self.avgpool(x)
        x = x.view(x.size(0), -1)
        return self.classifier(x)
""",
        "torch.randn(2, 3, 8, 8)",
    ),
    "blocks with conditions": (
        """
class BasicBlock(nn.Module):
    def __init__(self, in_planes, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_planes != planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, planes, 1, stride=stride, bias=False), nn.BatchNorm2d(planes))
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu(out)
class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
        self.block1 = BasicBlock(16, 16)
        self.block2 = BasicBlock(16, 32, 2)
        self.fc = nn.Linear(32, 10)
    def forward(self, x):
        out = F.relu(self.conv1(x))
        out = self.block2(self.block1(out))
        out = F.adaptive_avg_pool2d(out, 1)
        out = torch.flatten(out, 1)
        return self.fc(out)
""",
        "torch.randn(2, 3, 8, 8)",
    ),
    "attention by hand": (
        """
class SelfAttention(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.q = nn.Linear(dim, dim)
        self.k = nn.Linear(dim, dim)
        self.v = nn.Linear(dim, dim)
        self.scale = math.sqrt(dim)
    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        scores = q @ k.transpose(-2, -1) / self.scale
        weights = torch.softmax(scores, dim=-1)
        return weights @ v
""",
        "torch.randn(2, 5, 32)",
    ),
    "methods": (
        """
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(784, 64)
        self.mu = nn.Linear(64, 8)
        self.logvar = nn.Linear(64, 8)
        self.dec = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 784), nn.Sigmoid())
    def encode(self, x):
        h = torch.relu(self.enc(x))
        return self.mu(h), self.logvar(h)
    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std
    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.dec(z), mu, logvar
""",
        "torch.randn(3, 784)",
    ),
    "an LSTM": (
        """
class Tagger(nn.Module):
    def __init__(self, vocab_size: int = 100, embed: int = 16, hidden: int = 32, tags: int = 5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed)
        self.lstm = nn.LSTM(embed, hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden, tags)
    def forward(self, tokens):
        x = self.embedding(tokens)
        x, (h, c) = self.lstm(x)
        h = torch.cat([h[0], h[1]], dim=1)
        return self.out(h)
""",
        "torch.randint(0, 100, (2, 7))",
    ),
    "helper functions": (
        """
def double_conv(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.ReLU())
class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = double_conv(1, 8)
        self.down2 = double_conv(8, 16)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.last = double_conv(16, 8)
        self.head = nn.Conv2d(8, 1, 1)
    def forward(self, x):
        d1 = self.down1(x)
        d2 = self.down2(self.pool(d1))
        u = self.up(d2)
        return self.head(self.last(torch.cat([d1, u], dim=1)))
""",
        "torch.randn(2, 1, 8, 8)",
    ),
    "a trunk used twice": (
        """
class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(10, 32), nn.GELU(), nn.Linear(32, 8))
    def forward(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        a = self.trunk(left)
        b = self.trunk(right)
        return F.cosine_similarity(a, b)
""",
        "torch.randn(3, 10), torch.randn(3, 10)",
    ),
    "a transformer of blocks": (
        """
class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
    def forward(self, x):
        h = self.norm1(x)
        x = x + self.attn(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))
class GPT(nn.Module):
    def __init__(self, vocab=50, dim=32, heads=4, depth=2, context=16):
        super().__init__()
        self.tok = nn.Embedding(vocab, dim)
        self.pos = nn.Embedding(context, dim)
        self.blocks = nn.Sequential(*[Block(dim, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab, bias=False)
    def forward(self, idx):
        b, t = idx.shape
        x = self.tok(idx) + self.pos(torch.arange(t, device=idx.device))
        x = self.blocks(x)
        return self.head(self.norm(x))
""",
        "torch.randint(0, 50, (2, 6))",
    ),
    "lists that grow": (
        """
GROWTH = 4
class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList()
        c = 8
        for i in range(3):
            self.convs.append(nn.Conv2d(c, GROWTH, 3, padding=1))
            c += GROWTH
        self.fc = nn.Linear(c, 10)
    def forward(self, x):
        feats = [x]
        for conv in self.convs:
            feats.append(F.relu(conv(torch.cat(feats, 1))))
        x = torch.cat(feats, 1).mean(dim=(2, 3))
        return self.fc(x)
""",
        "torch.randn(2, 8, 4, 4)",
    ),
    "what is no part of the network": (
        """
class Net(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.hidden = hidden
        self.fc1 = nn.Linear(2, hidden)
        self.fc2 = nn.Linear(hidden, 1)
        self.dropout = nn.Dropout()
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
    def forward(self, x, *, verbose=False):
        x = x.float()
        print(x.shape)
        x = torch.tanh(self.fc1(x))
        x = F.dropout(x, p=0.3, training=self.training)
        assert x.ndim == 2
        return torch.sigmoid(self.fc2(x)).squeeze(-1)
""",
        "torch.randn(4, 2)",
    ),
    "a class made from another": (
        """
class Base(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.fc = nn.Linear(n, n)
    def forward(self, x):
        return self.head(self.fc(x).relu())
class Child(Base):
    def __init__(self):
        super().__init__(8)
        self.head = nn.Linear(8, 2)
""",
        "torch.randn(3, 8)",
    ),
    "inception": (
        """
class Net(nn.Module):
    def __init__(self, width=4, act=nn.GELU):
        super().__init__()
        self.branches = nn.ModuleList([nn.Sequential(nn.Conv2d(3, width, size, padding=size // 2), act())
                                       for size in (1, 3, 5) if size > 0])
        self.downsample = None if width == 3 else nn.Conv2d(3, 3 * width, 1)
        layers = []
        for index in range(2):
            layers += [nn.Conv2d(3 * width, 3 * width, 3, padding=1), nn.ReLU()]
        layers.append(nn.Dropout2d(0.0))
        self.body = nn.Sequential(*layers)
    def forward(self, x):
        identity = x
        out = torch.cat([branch(x) for branch in self.branches], dim=1)
        out = self.body(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        for index, branch in enumerate(reversed(self.branches)):
            out = out + index * branch(x).mean()
        return out + identity
""",
        "torch.randn(2, 3, 6, 6)",
    ),
    "make layer": (
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.planes = 4
        self.layer1 = self._make_layer(4, 2)
        self.layer2 = self._make_layer(8, 1)
        self.fc = nn.Linear(self.planes, 3)
        self._init_weights()
    def _make_layer(self, planes, count):
        layers = [nn.Linear(self.planes, planes)]
        self.planes = planes
        for _ in range(1, count):
            layers.append(nn.Linear(planes, planes))
        return nn.Sequential(*layers)
    def _init_weights(self):
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.zeros_(m.bias)
    def forward(self, x):
        return self.fc(self.layer2(self.layer1(x)))
""",
        "torch.randn(2, 4)",
    ),
}


CASES |= MODERN


@pytest.mark.parametrize("name", CASES)
def test_what_is_drawn_computes_the_same(name, capsys):
    check_program(*CASES[name])
    capsys.readouterr()


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("range(1, count)", "range(x)", "for _ in range(x)", "how often this loop runs"),
        ("range(1, count)", "range(10 ** 9)", "for _ in", "how often this loop runs"),
        ("self.planes = planes", "if self.fc: self.planes = 3", "if self.fc", "which way this if goes"),
        ("self._make_layer(8, 1)", "self._make_layer(8)", "self._make_layer(8)", "the value of count is not known"),
        ("return nn.Sequential(*layers)", "return self._make_layer(planes, count)", "def _make_layer", "calls itself"),
        ("self.fc(self", "self.go(self.fc(self", "self.go", "self.go is no layer"),
        ("layers.append(nn", "layers.append(3 * nn", "layers.append(3", "is not known|no layer|cannot"),
        (
            "nn.Sequential(*layers)",
            "nn.Sequential(*[a for a in open('x')])",
            "open('x')",
            "how often|not known|no known",
        ),
    ],
)
def test_the_line_that_cannot_be_followed_is_named(old, new, line, reason):
    text = HEAD + CASES["make layer"][0].replace(old, new)
    if "go(" in new:
        text = text.replace("(x)))", "(x))))")
    with pytest.raises(CannotDrawError, match=reason) as caught:
        parse_network(text)
    assert line in text.splitlines()[caught.value.line - 1], str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        "for a in range(400):\n            for b in range(400):\n                c = a",
        "a = [[[[0] * 400] * 400] * 400] * 400",
        "a = 'x' * 10 ** 9",
        "a = 9 ** 9 ** 9 ** 9",
        "a = [b for b in range(400) for c in range(400) for d in range(400)]",
        "f(0)",
    ],
)
def test_texts_that_ask_for_very_much_are_given_up(body):
    pairs = zip("fghijklmno", "ghijklmnof", strict=True)
    helpers = "".join(f"def {name}(n):\n    {after}(n)\n    {after}(n)\n" for name, after in pairs)
    making = f"    def __init__(self):\n        {body}\n        self.d = nn.Linear(1, 1)\n"
    text = f"{HEAD}{helpers}class N(nn.Module):\n{making}"
    text += "    def forward(self, x):\n        return self.d(x)\n"
    if "c = a" in body or body.startswith(("f(", "a = [b for")):
        with pytest.raises(CannotDrawError, match=r"rounds and calls|calls itself"):
            parse_network(text)
    else:
        with contextlib.suppress(CannotDrawError):
            parse_network(text)
