"""Image models of ``timm``, without weights, on small pictures."""

from functools import partial

import timm
import torch
from torch import nn

from tests.conformance.libraries.of_transformers import gradients
from tests.conformance.libraries.sample import Results, Sample, Step

NAMES = {
    "resnet18": 64,
    "resnext50_32x4d": 64,
    "seresnet18": 64,
    "densenet121": 64,
    "vgg11_bn": 64,
    "mobilenetv3_small_050": 64,
    "efficientnet_lite0": 64,
    "efficientnetv2_rw_t": 64,
    "regnetx_002": 64,
    "convnext_atto": 64,
    "vit_tiny_patch16_224": 224,
    "deit_tiny_patch16_224": 224,
    "mixer_s32_224": 224,
    "ghostnet_050": 64,
    "repvgg_a0": 64,
    "edgenext_xx_small": 64,
    "xcit_nano_12_p16_224": 224,
    "poolformer_s12": 64,
}
"""Model, and the edge of the picture that it is given."""


def samples() -> list[Sample]:
    """Every model of the table."""
    return [Sample("timm", name, partial(_build, name, edge)) for name, edge in NAMES.items()]


def _build(name: str, edge: int) -> Step:
    model = timm.create_model(name, pretrained=False, num_classes=3).train()
    pictures, labels = torch.randn(2, 3, edge, edge), torch.tensor([0, 2])

    def step() -> Results:
        loss = nn.functional.cross_entropy(model(pictures), labels)
        loss.backward()
        return {"loss": loss, **gradients(model), **dict(model.named_buffers())}

    return step
