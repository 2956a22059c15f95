"""The catalogue of layers is what the installed torch has; every layer and function of it runs."""

import ast

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody writes it
from torch import nn

from engine.network.catalogue import LAYERS_FILE, Form, FunctionType, LayerType, functions, layers
from engine.network.source import write_source
from engine.network.templates import Template, templates
from engine.runtime.network.catalogue import layer_file


def test_the_file_is_what_torch_says() -> None:
    assert LAYERS_FILE.read_bytes() == layer_file(), "run `make assets`"


@pytest.mark.parametrize("layer", layers().values(), ids=lambda layer: layer.name)
def test_every_default_is_accepted(layer: LayerType) -> None:
    needed = {"num_parameters": 1, "num_embeddings": 8, "num_groups": 2, "upscale_factor": 2, "kernel_size": 2,
              "output_size": 1, "normalized_shape": 4, "unflattened_size": (2, 2), "dim": 1, "threshold": 0.5,
              "value": 0.0, "padding": 1}  # fmt: skip
    given = {
        one.name: needed.get(one.name, 4) if one.default is None else ast.literal_eval(one.default)
        for one in layer.parameters
    }
    made = getattr(nn, layer.name)(**given)
    assert isinstance(made, nn.Module)
    assert all(set(one.choices) >= {ast.literal_eval(one.default or "''")} for one in layer.parameters if one.choices)


@pytest.mark.parametrize("function", functions().values(), ids=lambda function: function.name)
def test_every_name_of_a_function_means_the_same(function: FunctionType) -> None:
    given = {"dim": 1, "dim0": 1, "dim1": 2, "shape": (0, 2, 1, 3) if function.name == "permute" else (2, 16, 1, 4),
             "kernel_size": 2, "output_size": 1}  # fmt: skip
    operands = [torch.rand(2, 4, 4, 4) + 0.1 for _ in function.inputs]
    if function.name.endswith("1d"):
        operands = [torch.rand(2, 4, 4)]
    if function.form is Form.LIST_CALL:
        operands = [operands]
    settings = [given[one.name] for one in function.parameters if one.default is None]
    if function.form is Form.SPREAD_METHOD:
        settings = list(given["shape"])
    names = [*function.also]
    if function.form is not Form.OPERATOR:
        is_method = function.form in {Form.METHOD, Form.SPREAD_METHOD}
        names.append(f".{function.written}" if is_method else function.written)
    results = [_called(name, operands, settings) for name in names]
    assert all(torch.equal(result, results[0]) for result in results)


def _called(name: str, operands: list, settings: list) -> torch.Tensor:
    module, _, attribute = name.rpartition(".")
    owner = {"": operands[0], "torch": torch, "F": F}[module]
    found = getattr(owner, attribute)
    return found(*(operands[1:] if not module else operands), *settings)


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.title)
def test_templates_run_forward_and_backward(template: Template) -> None:
    namespace: dict = {}
    exec(compile(write_source(template.network), template.title, "exec"), namespace)
    model = namespace[template.network.name]()
    given = template.network.nodes[0]
    result = model(torch.zeros(3, *given.shape, dtype=getattr(torch, given.type or "float32")))
    result.square().sum().backward()
    assert all(parameter.grad is not None for name, parameter in model.named_parameters() if "rnn" not in name)
    assert any(parameter.grad.abs().sum() > 0 for parameter in model.parameters() if parameter.grad is not None)
