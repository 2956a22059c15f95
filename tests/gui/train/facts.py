"""What a training run tells, made by hand from the real facts."""

import numpy as np

from engine.training.facts import Hyper, Mark, MarkKind, Picture, Progress, TrainState, points

LAYERS = ("fc1", "fc2", "fc3", "fc4")
UNITS = {"fc1": 16, "act1": 16, "fc2": 16, "act2": 16, "fc3": 8, "act3": 8, "fc4": 2}
SIZES = {"fc1": (16, 2), "fc2": (16, 16), "fc3": (8, 16), "fc4": (2, 8)}


def picture(iteration, name, numbers):
    array = np.asarray(numbers, dtype="<f4")
    return Picture(iteration, name, array.shape, array.tobytes())


def progress(iteration, state=TrainState.RUNNING, **more):
    return Progress(state=state, iteration=iteration, epoch=iteration // 13, batch=iteration % 13, batches=13,
                    iterations_per_s=1932.0, cost_share=0.03, **more)  # fmt: skip


def curves(first, count):
    """Losses, norms and ratios of so many iterations."""
    iterations = np.arange(first, first + count)
    random = np.random.default_rng(first)
    loss = 0.7 * np.exp(-iterations / 300) + 0.02 + 0.03 * random.random(count)
    told = [points("loss", iterations, loss), points("learning rate", iterations, np.full(count, 0.003))]
    for place, layer in enumerate(LAYERS):
        for kind in ("weight", "bias"):
            norms = np.exp(-iterations / 500) * (0.2 + place) * (0.7 + 0.6 * random.random(count))
            told.append(points(f"gradient norm/{layer}.{kind}", iterations, norms))
            told.append(points(f"update ratio/{layer}.{kind}", iterations, 10 ** (-2.2 - 0.3 * place) * norms**0.2))
    every = iterations[iterations % 13 == 12]
    told.append(points("validation loss", every, 0.75 * np.exp(-every / 330) + 0.03))
    told.append(points("accuracy", every, 1 - 0.5 * np.exp(-every / 200)))
    return tuple(told)


def spirals(count=200):
    turn = np.sqrt(np.linspace(0.02, 1, count // 2))
    angle = 3 * np.pi * turn
    arm = np.stack([turn * np.cos(angle), turn * np.sin(angle)], axis=1)
    both = np.concatenate([arm, -arm])
    return np.concatenate([both, np.repeat([[0.0], [1.0]], count // 2, axis=0)], axis=1)


def pictures(iteration, grid=24):
    """A boundary, responses, weights and data as a run would tell them."""
    axis = np.linspace(-1.5, 1.5, grid)
    x, y = np.meshgrid(axis, axis)
    share = 1 / (1 + np.exp(-6 * np.sin(3 * np.pi * np.hypot(x, y) - np.arctan2(y, x))))
    told = [picture(iteration, "boundary", np.stack([share, 1 - share], axis=2))]
    random = np.random.default_rng(1)
    for layer, count in UNITS.items():
        turns = random.random(count) * 2 * np.pi
        told.append(picture(iteration, f"unit/{layer}", [np.tanh(3 * (x * np.cos(t) + y * np.sin(t))) for t in turns]))
    for layer, size in SIZES.items():
        told.append(picture(iteration, f"weight/{layer}.weight", random.normal(size=size)))
    samples = spirals()
    return (*told, picture(0, "data/train", samples[::2]), picture(0, "data/validation", samples[1::2]))


def edit(iteration, text="lr 0.01 → 0.003"):
    return Mark(iteration, MarkKind.EDIT, text, 3.0)


def alert(iteration, text="loss is NaN"):
    return Mark(iteration, MarkKind.ALERT, text)


def hyper(rate=0.003):
    return Hyper("AdamW", ("lr", "weight_decay", "betas", "clip norm"), ((rate,), (1e-4,), (0.9, 0.999), ()))
