"""Programs as courses write them: each is drawn, and computes what it did."""

COURSE = {
    "a U-Net whose skips are turned round": (
        """
class DoubleConv(nn.Module):
    def __init__(self, in_ch, out_ch):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(in_ch, out_ch, 3, padding=1, bias=False), nn.BatchNorm2d(out_ch), nn.ReLU(inplace=True),
            nn.Conv2d(out_ch, out_ch, 3, padding=1, bias=False), nn.BatchNorm2d(out_ch), nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.net(x)


class UNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=2, features=(8, 16)):
        super().__init__()
        self.downs = nn.ModuleList()
        self.ups = nn.ModuleList()
        self.pool = nn.MaxPool2d(2, 2)
        ch = in_channels
        for f in features:
            self.downs.append(DoubleConv(ch, f))
            ch = f
        for f in reversed(features):
            self.ups.append(nn.ConvTranspose2d(f * 2, f, kernel_size=2, stride=2))
            self.ups.append(DoubleConv(f * 2, f))
        self.bottleneck = DoubleConv(features[-1], features[-1] * 2)
        self.final_conv = nn.Conv2d(features[0], num_classes, kernel_size=1)

    def forward(self, x):
        skips = []
        for down in self.downs:
            x = down(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        skips = skips[::-1]
        for idx in range(0, len(self.ups), 2):
            x = self.ups[idx](x)
            skip = skips[idx // 2]
            x = torch.cat((skip, x), dim=1)
            x = self.ups[idx + 1](x)
        return self.final_conv(x)
""",
        "torch.rand(2, 1, 16, 16)",
    ),
    "a transformer encoder with a class token": (
        """
class TransformerClassifier(nn.Module):
    def __init__(self, vocab_size=20, d_model=16, nhead=4, num_layers=2, max_len=12, num_classes=3):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, d_model)
        self.pos = nn.Parameter(torch.randn(1, max_len, d_model) * 0.02)
        self.cls = nn.Parameter(torch.zeros(1, 1, d_model))
        layer = nn.TransformerEncoderLayer(d_model, nhead, dim_feedforward=32, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers)
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, num_classes)

    def forward(self, x):
        b, t = x.shape
        x = self.embed(x) + self.pos[:, :t]
        x = torch.cat([self.cls.expand(b, -1, -1), x], dim=1)
        x = self.encoder(x)
        return self.head(self.norm(x[:, 0]))
""",
        "torch.randint(20, (3, 7))",
    ),
    "dense blocks made from nn.Sequential": (
        """
class DenseLayer(nn.Module):
    def __init__(self, in_channels, growth_rate):
        super().__init__()
        self.bn = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv(F.relu(self.bn(x)))], 1)


class DenseBlock(nn.Sequential):
    def __init__(self, n, in_channels, growth_rate):
        super().__init__()
        for i in range(n):
            self.add_module(f"layer{i + 1}", DenseLayer(in_channels + i * growth_rate, growth_rate))


class DenseNet(nn.Module):
    def __init__(self, growth_rate=4, classes=5):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.block1 = DenseBlock(3, 8, growth_rate)
        channels = 8 + 3 * growth_rate
        self.trans = nn.Sequential(nn.BatchNorm2d(channels), nn.Conv2d(channels, channels // 2, 1), nn.AvgPool2d(2))
        self.block2 = DenseBlock(2, channels // 2, growth_rate)
        self.fc = nn.Linear(channels // 2 + 2 * growth_rate, classes)

    def forward(self, x):
        x = self.block2(self.trans(self.block1(self.stem(x))))
        x = F.adaptive_avg_pool2d(F.relu(x), (1, 1))
        x = torch.flatten(x, 1)
        return F.log_softmax(self.fc(x), dim=1)
""",
        "torch.rand(2, 3, 8, 8)",
    ),
    "branches with settings handed on": (
        """
class BasicConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    def __init__(self, in_channels=6, pool_features=4):
        super().__init__()
        self.branch1x1 = BasicConv2d(in_channels, 8, kernel_size=1)
        self.branch5x5_1 = BasicConv2d(in_channels, 4, kernel_size=1)
        self.branch5x5_2 = BasicConv2d(4, 8, kernel_size=5, padding=2)
        self.branch3x3dbl_1 = BasicConv2d(in_channels, 4, kernel_size=1)
        self.branch3x3dbl_2 = BasicConv2d(4, 6, kernel_size=(1, 3), padding=(0, 1))
        self.branch3x3dbl_3 = BasicConv2d(6, 6, kernel_size=(3, 1), padding=(1, 0))
        self.branch_pool = BasicConv2d(in_channels, pool_features, kernel_size=1)

    def forward(self, x):
        branch1x1 = self.branch1x1(x)
        branch5x5 = self.branch5x5_2(self.branch5x5_1(x))
        branch3x3dbl = self.branch3x3dbl_1(x)
        branch3x3dbl = self.branch3x3dbl_2(branch3x3dbl)
        branch3x3dbl = self.branch3x3dbl_3(branch3x3dbl)
        branch_pool = F.avg_pool2d(x, kernel_size=3, stride=1, padding=1)
        branch_pool = self.branch_pool(branch_pool)
        outputs = [branch1x1, branch5x5, branch3x3dbl, branch_pool]
        return torch.cat(outputs, 1)
""",
        "torch.rand(2, 6, 8, 8)",
    ),
    "a generator with a function within __init__": (
        """
class Generator(nn.Module):
    def __init__(self, nz=10, ngf=8, nc=3, n_classes=5):
        super().__init__()
        self.label_emb = nn.Embedding(n_classes, n_classes)

        def block(cin, cout, normalize=True):
            layers = [nn.ConvTranspose2d(cin, cout, 4, 2, 1, bias=False)]
            if normalize:
                layers.append(nn.BatchNorm2d(cout, 0.8))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            return layers

        self.l1 = nn.Linear(nz + n_classes, ngf * 4 * 4 * 4)
        self.main = nn.Sequential(
            *block(ngf * 4, ngf * 2),
            *block(ngf * 2, ngf, normalize=False),
            nn.Conv2d(ngf, nc, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, noise, labels):
        z = torch.cat((self.label_emb(labels), noise), -1)
        out = self.l1(z)
        out = out.view(out.shape[0], -1, 4, 4)
        return self.main(out)
""",
        "torch.randn(2, 10), torch.randint(5, (2,))",
    ),
    "activations chosen by name": (
        """
class MLP(nn.Module):
    def __init__(self, sizes=(4, 8, 8, 3), dropout=0.1, activation="relu"):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.norms = nn.ModuleList([nn.LayerNorm(s) for s in sizes[1:-1]])
        self.drop = nn.Dropout(dropout)
        self.activation = {"relu": F.relu, "tanh": torch.tanh}[activation]

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < len(self.layers) - 1:
                x = self.drop(self.activation(self.norms[i](x)))
        return x
""",
        "torch.rand(5, 4)",
    ),
    "two attributes at once": (
        """
class CharLSTM(nn.Module):
    def __init__(self, vocab=20, hidden=16, layers=2):
        super().__init__()
        self.hidden, self.layers = hidden, layers
        self.embed = nn.Embedding(vocab, hidden)
        self.lstm = nn.LSTM(hidden, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, vocab)

    def init_hidden(self, batch_size):
        return (torch.zeros(self.layers, batch_size, self.hidden), torch.zeros(self.layers, batch_size, self.hidden))

    def forward(self, x, hidden=None):
        if hidden is None:
            hidden = self.init_hidden(x.size(0))
        x = self.embed(x)
        out, (h, c) = self.lstm(x, hidden)
        out = out.contiguous().view(-1, self.hidden)
        return self.fc(out), h
""",
        "torch.randint(20, (2, 5))",
    ),
    "a number of another module": (
        """
class PatchEmbed(nn.Module):
    def __init__(self, img=16, patch=4, ch=3, dim=16):
        super().__init__()
        self.n = (img // patch) ** 2
        self.proj = nn.Conv2d(ch, dim, patch, patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class ViT(nn.Module):
    def __init__(self, dim=16, depth=2, heads=4, classes=10):
        super().__init__()
        self.patch = PatchEmbed(dim=dim)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, self.patch.n + 1, dim))
        self.blocks = nn.Sequential(
            *[nn.TransformerEncoderLayer(dim, heads, dim * 2, batch_first=True, norm_first=True) for _ in range(depth)]
        )
        self.head = nn.Linear(dim, classes)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)

    def forward(self, x):
        x = self.patch(x)
        cls = self.cls_token.expand(x.shape[0], -1, -1)
        x = torch.cat((cls, x), dim=1) + self.pos_embed
        x = self.blocks(x)
        return self.head(x[:, 0])
""",
        "torch.rand(2, 3, 16, 16)",
    ),
    "a mixture of experts": (
        """
class Expert(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        return self.net(x)


class MoE(nn.Module):
    def __init__(self, dim=8, num_experts=4, k=2):
        super().__init__()
        self.experts = nn.ModuleList([Expert(dim) for _ in range(num_experts)])
        self.gate = nn.Linear(dim, num_experts)
        self.k = k

    def forward(self, x):
        weights = F.softmax(self.gate(x), dim=-1)
        top, index = weights.topk(self.k, dim=-1)
        mask = torch.zeros_like(weights).scatter(-1, index, top)
        outputs = torch.stack([expert(x) for expert in self.experts], dim=-2)
        return (mask.unsqueeze(-1) * outputs).sum(dim=-2)
""",
        "torch.rand(3, 8)",
    ),
    "a variational autoencoder": (
        """
class VAE(nn.Module):
    def __init__(self, input_dim=64, hidden_dim=32, latent_dim=8):
        super().__init__()
        self.fc1 = nn.Linear(input_dim, hidden_dim)
        self.fc_mu = nn.Linear(hidden_dim, latent_dim)
        self.fc_logvar = nn.Linear(hidden_dim, latent_dim)
        self.fc3 = nn.Linear(latent_dim, hidden_dim)
        self.fc4 = nn.Linear(hidden_dim, input_dim)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.fc_mu(h), self.fc_logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def decode(self, z):
        h = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 64))
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar
""",
        "torch.rand(4, 1, 8, 8)",
    ),
    "attention over an encoder": (
        """
class Encoder(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.gru = nn.GRU(dim, dim, batch_first=True)

    def forward(self, x):
        return self.gru(self.embedding(x))


class Attention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.Wa = nn.Linear(dim, dim)
        self.Ua = nn.Linear(dim, dim)
        self.Va = nn.Linear(dim, 1)

    def forward(self, query, keys):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys)))
        scores = scores.squeeze(2).unsqueeze(1)
        weights = F.softmax(scores, dim=-1)
        context = torch.bmm(weights, keys)
        return context, weights


class Seq2Seq(nn.Module):
    def __init__(self, src_vocab=20, tgt_vocab=24, dim=16):
        super().__init__()
        self.encoder = Encoder(src_vocab, dim)
        self.embedding = nn.Embedding(tgt_vocab, dim)
        self.attention = Attention(dim)
        self.gru = nn.GRU(2 * dim, dim, batch_first=True)
        self.out = nn.Linear(dim, tgt_vocab)

    def forward(self, src, tgt):
        keys, hidden = self.encoder(src)
        embedded = self.embedding(tgt)
        outputs = []
        for t in range(4):
            query = hidden.permute(1, 0, 2)
            context, weights = self.attention(query, keys)
            step = torch.cat((embedded[:, t : t + 1], context), dim=2)
            output, hidden = self.gru(step, hidden)
            outputs.append(self.out(output))
        return torch.cat(outputs, dim=1)
""",
        "torch.randint(20, (2, 6)), torch.randint(24, (2, 4))",
    ),
}
"""Source, and the arguments of a call."""

_TURNED, _ARGUMENTS = COURSE["a U-Net whose skips are turned round"]
_TAKEN = _TURNED.replace("        skips = skips[::-1]\n", "").replace("            skip = skips[idx // 2]\n", "")
COURSE["a U-Net that takes its skips from a list"] = (_TAKEN.replace("(skip, x)", "(skips.pop(), x)"), _ARGUMENTS)
