"""Language, vision and speech models of ``transformers``, each made small by its configuration."""

from functools import partial
from typing import Any

import torch
import transformers
from torch import Tensor, nn

from tests.conformance.libraries.sample import Results, Sample, Step

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "vocab_size": 128,
}
GROUPED = SMALL | {"num_key_value_heads": 2, "head_dim": 8}
VISION = {"image_size": 32, "patch_size": 8}

TEXT: dict[str, tuple[str, dict[str, Any]]] = {
    "gpt2": ("AutoModelForCausalLM", {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 128, "n_positions": 64}),
    "bert": ("AutoModelForMaskedLM", SMALL),
    "roberta": ("AutoModelForMaskedLM", SMALL | {"max_position_embeddings": 64}),
    "distilbert": (
        "AutoModelForMaskedLM",
        {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "vocab_size": 128},
    ),
    "albert": ("AutoModelForMaskedLM", SMALL | {"embedding_size": 16}),
    "electra": ("AutoModelForMaskedLM", SMALL | {"embedding_size": 16}),
    "deberta-v2": ("AutoModelForMaskedLM", SMALL),
    "llama": ("AutoModelForCausalLM", GROUPED),
    "mistral": ("AutoModelForCausalLM", GROUPED),
    "qwen2": ("AutoModelForCausalLM", GROUPED),
    "qwen3": ("AutoModelForCausalLM", GROUPED),
    "gemma": ("AutoModelForCausalLM", GROUPED),
    "phi": ("AutoModelForCausalLM", SMALL),
    "gpt_neox": ("AutoModelForCausalLM", SMALL),
    "opt": ("AutoModelForCausalLM", SMALL | {"ffn_dim": 64, "word_embed_proj_dim": 32, "max_position_embeddings": 64}),
    "bloom": ("AutoModelForCausalLM", {"hidden_size": 32, "n_layer": 2, "n_head": 4, "vocab_size": 128}),
    "falcon": ("AutoModelForCausalLM", SMALL),
    "mixtral": ("AutoModelForCausalLM", GROUPED | {"num_local_experts": 4}),
    "mamba": ("AutoModelForCausalLM", {"hidden_size": 32, "num_hidden_layers": 2, "vocab_size": 128, "state_size": 8}),
    "t5": (
        "AutoModelForSeq2SeqLM",
        {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "vocab_size": 128}
        | {"decoder_start_token_id": 0},
    ),
    "bart": (
        "AutoModelForSeq2SeqLM",
        {
            "d_model": 32,
            "encoder_layers": 1,
            "decoder_layers": 1,
            "encoder_attention_heads": 4,
            "decoder_attention_heads": 4,
            "encoder_ffn_dim": 64,
            "decoder_ffn_dim": 64,
            "vocab_size": 128,
            "max_position_embeddings": 64,
        },
    ),
}
IMAGES: dict[str, dict[str, Any]] = {
    "vit": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64} | VISION,
    "beit": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64} | VISION,
    "swin": {
        "image_size": 32,
        "patch_size": 4,
        "embed_dim": 16,
        "depths": [1, 1],
        "num_heads": [2, 2],
        "window_size": 4,
    },
    "convnext": {"hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 1, 1], "image_size": 32},
    "resnet": {"embedding_size": 8, "hidden_sizes": [16, 32], "depths": [1, 1], "layer_type": "basic"},
    "mobilenet_v2": {"image_size": 32, "depth_multiplier": 0.25},
}


def samples() -> list[Sample]:
    """Every model of the tables above, and a speech model."""
    transformers.logging.set_verbosity_error()
    texts = [Sample("transformers", name, partial(_text, name, *row)) for name, row in TEXT.items()]
    images = [Sample("transformers", name, partial(_image, name, options)) for name, options in IMAGES.items()]
    return [*texts, *images, Sample("transformers", "whisper", _whisper)]


def _model(name: str, auto: str, options: dict[str, Any]) -> nn.Module:
    config = transformers.AutoConfig.for_model(
        name, **({"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2} | options)
    )
    model: nn.Module = getattr(transformers, auto).from_config(config)
    return model.train()


def _text(name: str, auto: str, options: dict[str, Any]) -> Step:
    model = _model(name, auto, options)
    tokens = torch.randint(3, 128, (2, 12))
    return lambda: _trained(model, input_ids=tokens, labels=tokens)


def _image(name: str, options: dict[str, Any]) -> Step:
    config = transformers.AutoConfig.for_model(name, num_labels=3, **options)
    model = transformers.AutoModelForImageClassification.from_config(config).train()
    pixels, labels = torch.randn(2, 3, 32, 32), torch.tensor([0, 2])
    return lambda: _trained(model, pixel_values=pixels, labels=labels)


def _whisper() -> Step:
    options = {
        "d_model": 32,
        "encoder_layers": 1,
        "decoder_layers": 1,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 4,
        "encoder_ffn_dim": 64,
        "decoder_ffn_dim": 64,
        "vocab_size": 128,
        "num_mel_bins": 8,
        "max_source_positions": 20,
        "max_target_positions": 20,
        "decoder_start_token_id": 1,
    }
    model = _model("whisper", "AutoModelForSpeechSeq2Seq", options)
    sound, words = torch.randn(2, 8, 40), torch.randint(3, 128, (2, 6))
    return lambda: _trained(model, input_features=sound, labels=words)


def _trained(model: nn.Module, **batch: Tensor) -> Results:
    answer = model(**batch)
    answer.loss.backward()
    return {"loss": answer.loss, "logits": answer.logits, **gradients(model)}


def gradients(model: nn.Module) -> Results:
    """Return the gradient of each parameter that has one."""
    return {f"{name}.grad": leaf.grad for name, leaf in model.named_parameters() if leaf.grad is not None}
