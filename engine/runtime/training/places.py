"""The gradient of a recurrent layer's state at each place of a sequence, by running a copy of its last layer by places.

torch computes a whole sequence in one function, whose inner gradients nobody sees. What the last layer was given comes
out of the layers below it, run as torch runs them, with the random numbers of dropout drawn again from where they were.
What then comes out, place by place, is held against what the layer gave: where it is something else, nothing is told.
"""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.runtime.training.randomness import random_numbers

MOST_SAMPLES = 64
MOST_PLACES = 128
_EXACT, _ROUGH = 1e-3, 6e-2
"""How far numbers may be apart: of full precision, and of half, which mixed precision computes in."""


class PlacesError(Exception):
    """The gradients cannot be told; the text is the end of a sentence."""


@dataclass(slots=True)
class LayerCall:
    """One call of a recurrent layer.

    Attributes:
        inputs: [samples, places, numbers], or places first where the layer takes them so.
        states: What it began with, None for zeros.
        output: What it gave at each place.
        random_state: Where torch's random numbers stood, None where the layer drew none.
        is_rough: Whether it was computed in mixed precision.
        gradients: Those that arrived: 0 at the output, 1 and 2 at the last states.
    """

    layer: nn.RNNBase
    inputs: Tensor
    states: tuple[Tensor, ...] | None
    output: Tensor
    random_state: Tensor | None
    is_rough: bool = False
    gradients: dict[int, Tensor] = field(default_factory=dict)


def draws_random(layer: nn.RNNBase) -> bool:
    """Return whether a layer draws random numbers when it is called."""
    return bool(layer.training and layer.dropout > 0 and layer.num_layers > 1)


def check(layer: nn.RNNBase, inputs: object) -> None:
    """Look whether a call can be run again by places.

    Raises:
        PlacesError: If not.
    """
    if not isinstance(inputs, Tensor):
        raise PlacesError("its sequences are packed")
    if inputs.ndim != 3:
        raise PlacesError("it takes one sequence and no batch of them")
    places = inputs.shape[1 if layer.batch_first else 0]
    if not 1 < places <= MOST_PLACES:
        raise PlacesError(f"sequences of {places} places are too long" if places > 1 else "there is one place only")


def norms_by_place(call: LayerCall) -> tuple[Tensor, ...]:
    """Return the mean over the samples of the norm of the gradient of the last layer's state, [places].

    One for each direction, in the order of the places of the sequence.

    Raises:
        PlacesError: If what is computed again is not what the layer gave.
    """
    random = random_numbers()
    try:
        return _by_direction(call)
    finally:
        random.restore()


def _by_direction(call: LayerCall) -> tuple[Tensor, ...]:
    layer = call.layer
    given = _given_to_last(call)  # [places, samples, numbers]
    count = min(MOST_SAMPLES, given.shape[1])
    given = given[:, :count]
    output = (call.output.transpose(0, 1) if layer.batch_first else call.output)[:, :count].to(given.dtype)
    arrived = call.gradients.get(0)
    if arrived is not None:
        arrived = (arrived.transpose(0, 1) if layer.batch_first else arrived)[:, :count].to(given.dtype)
    size = output.shape[2] // _directions(layer)
    found = []
    for direction in range(_directions(layer)):
        columns = slice(direction * size, (direction + 1) * size)
        own = None if arrived is None else arrived[:, :, columns]
        found.append(_walk(call, given, direction, output[:, :, columns], own))
    return tuple(found)


def _directions(layer: nn.RNNBase) -> int:
    return 2 if layer.bidirectional else 1


def _given_to_last(call: LayerCall) -> Tensor:
    """Return what the last layer was given: the inputs, or what the layers below it made of them."""
    layer = call.layer
    given = call.inputs.transpose(0, 1) if layer.batch_first else call.inputs
    weight: Any = layer.weight_ih_l0
    given = given.to(weight.dtype)
    if layer.num_layers == 1:
        return given
    is_random = draws_random(layer)
    if not is_random:
        given = given[:, :MOST_SAMPLES]  # with dropout the whole batch has to be drawn for
    numbers = tuple(range(layer.num_layers - 1))
    below = _copy(layer, numbers, layer.input_size, layer.dropout, is_bidirectional=layer.bidirectional)
    below.train(layer.training)
    if is_random and call.random_state is not None:
        torch.set_rng_state(call.random_state)
    count = (layer.num_layers - 1) * _directions(layer)
    output: Tensor = below(given, _states(call, slice(0, count), given.shape[1], given.dtype))[0]
    return functional.dropout(output, layer.dropout, layer.training)


def _walk(call: LayerCall, given: Tensor, direction: int, output: Tensor, arrived: Tensor | None) -> Tensor:
    """Run one direction of the last layer place by place, and differentiate it."""
    layer = call.layer
    last, at = layer.num_layers - 1, (layer.num_layers - 1) * _directions(layer) + direction
    cell = _copy(layer, (last,), given.shape[2], suffix="_reverse" if direction else "")
    places = range(len(given))
    state = _states(call, slice(at, at + 1), given.shape[1], given.dtype)
    hidden: dict[int, Tensor] = {}
    with torch.enable_grad():
        given = given.detach().requires_grad_()  # so that there is a graph where no weight is learned
        for place in reversed(places) if direction else places:
            _output, state = cell(given[place : place + 1], state)
            hidden[place] = state[0] if isinstance(state, tuple) else state
        own = torch.stack([hidden[place][0] for place in places])
        _hold_against(own.detach(), output, _ROUGH if call.is_rough else _EXACT)
        ends = [*(state if isinstance(state, tuple) else (state,))]
        seeds = []
        for place, end in enumerate(ends, 1):
            seed = call.gradients.get(place)
            none = torch.zeros_like(end)
            seeds.append(none if seed is None else seed[at : at + 1, : given.shape[1]].to(end.dtype))
        if arrived is not None:
            ends.append(own)
            seeds.append(arrived)
        gradients = torch.autograd.grad(ends, [hidden[place] for place in places], seeds)
    return torch.stack([torch.linalg.vector_norm(gradient[0], dim=-1).mean() for gradient in gradients])


def _hold_against(own: Tensor, output: Tensor, allowed: float) -> None:
    if own.shape != output.shape or not bool(((own - output).abs() <= allowed * (1 + output.abs())).all()):
        raise PlacesError("computing it again, place by place, did not give the same numbers")


def _copy(
    layer: nn.RNNBase,
    numbers: tuple[int, ...],
    input_size: int,
    dropout: float = 0.0,
    *,
    is_bidirectional: bool = False,
    suffix: str = "",
) -> Any:  # noqa: ANN401 - one of three classes
    """Return some layers as a recurrent layer of its own, places first, with the same numbers."""
    more: dict[str, Any] = {"nonlinearity": layer.nonlinearity} if isinstance(layer, nn.RNN) else {}
    if layer.proj_size:
        more["proj_size"] = layer.proj_size
    weight: Any = layer.weight_ih_l0
    make: Any = type(layer)
    made = make(
        input_size, layer.hidden_size, len(numbers), bias=layer.bias, dropout=dropout if len(numbers) > 1 else 0.0,
        bidirectional=is_bidirectional, device=weight.device, dtype=weight.dtype, **more,
    )  # fmt: skip
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            kind, _, place = name.rpartition("_l")
            number, _, reverse = place.partition("_")
            ending = f"_{reverse}" if reverse else suffix
            parameter.copy_(getattr(layer, f"{kind}_l{numbers[int(number)]}{ending}"))
            parameter.requires_grad = False
    return made


def _states(call: LayerCall, which: slice, samples: int, kind: torch.dtype) -> Any:  # noqa: ANN401 - as torch has it
    if call.states is None:
        return None
    parts = tuple(state[which, :samples].to(kind).contiguous() for state in call.states)
    return parts if isinstance(call.layer, nn.LSTM) else parts[0]
