"""The functions that stand in a training script and make its data: one for each generated shape."""

from dataclasses import dataclass

from engine.training.plan import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeSource:
    """A function of count, noise and seed that returns inputs and targets, and what it needs.

    Attributes:
        classes: How many there are; None for numbers.
        alphabet: The signs that the numbers of a sequence stand for; empty where samples are no sequences.
        labels: What the classes are called; empty: by their numbers.
    """

    function: str
    text: str
    classes: int | None
    imports: tuple[str, ...] = ()
    has_noise: bool = True
    has_seed: bool = True
    alphabet: str = ""
    labels: tuple[str, ...] = ()


def _function(name: str, title: str, body: str, noise: bool = True) -> str:  # noqa: FBT001, FBT002 - read in a table
    arguments = "count, noise, seed" if noise else "count, seed"
    lines = [f"def {name}({arguments}):", f'    """{title}"""']
    lines += ["    generator = torch.Generator().manual_seed(seed)"]
    return "\n".join([*lines, *("    " + line if line else "" for line in body.strip().splitlines())]) + "\n"


_JITTER = "points += noise * torch.randn(points.shape, generator=generator)"


def _spirals(arms: int) -> ShapeSource:
    body = f"""\
targets = torch.arange(count) % {arms}
radius = torch.rand(count, generator=generator).sqrt()
angle = 1.5 * 2 * math.pi * radius + targets * 2 * math.pi / {arms}
points = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)
points += 0.2 * noise * torch.randn(points.shape, generator=generator)
return points, targets"""
    title = f"Return points [count, 2] on {'two' if arms == 2 else 'three'} spirals, and on which each lies."
    return ShapeSource(
        function="make_spirals", text=_function("make_spirals", title, body), classes=arms, imports=("import math",)
    )


_CIRCLES = f"""\
targets = torch.arange(count) % 2
angle = 2 * math.pi * torch.rand(count, generator=generator)
radius = torch.where(targets == 0, 1.0, 0.5)
points = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)
{_JITTER}
return points, targets"""

_MOONS = f"""\
targets = torch.arange(count) % 2
angle = math.pi * torch.rand(count, generator=generator)
upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], dim=1)
points = torch.where(targets[:, None] == 0, upper, -upper)
{_JITTER}
return points, targets"""

_XOR = f"""\
points = 2 * torch.rand(count, 2, generator=generator) - 1
targets = (points[:, 0] * points[:, 1] > 0).long()
{_JITTER}
return points, targets"""

_GAUSSIANS = """\
targets = torch.arange(count) % 2
centres = torch.tensor([[-0.7, -0.7], [0.7, 0.7]])
points = centres[targets] + (0.2 + noise) * torch.randn(count, 2, generator=generator)
return points, targets"""

_CURVE = """\
x = 6 * torch.rand(count, 1, generator=generator) - 3
y = torch.sin(2 * x) + 0.3 * x
return x, y + noise * torch.randn(y.shape, generator=generator)"""

_SURFACE = """\
points = 2 * torch.rand(count, 2, generator=generator) - 1
z = torch.sin(3 * points[:, :1]) * torch.cos(3 * points[:, 1:])
return points, z + noise * torch.randn(z.shape, generator=generator)"""

_ENDINGS = ("ini", "ov", "sson", "ez", "ski", "oglu", "dottir", "aki")
_LETTERS = "·abcdefghijklmnopqrstuvwxyz"
"""0 stands before a name that is shorter than the sequence."""
_SIGNS = "abcdefghijklmnop"

_NAMES = f"""\
endings = [{", ".join(f'"{ending}"' for ending in _ENDINGS)}]
starts = ["mar", "jo", "pet", "an", "kal", "iv", "ser", "to", "lund", "ber", "al", "ros"]
targets = torch.randint(len(endings), (count,), generator=generator)
picks = torch.randint(len(starts), (count, 2), generator=generator)
inputs = torch.zeros(count, 12, dtype=torch.int64)
for row, (target, (first, second)) in enumerate(zip(targets.tolist(), picks.tolist())):
    name = (starts[first] + starts[second] + endings[target])[-12:]
    inputs[row, -len(name) :] = torch.tensor([ord(letter) - ord("a") + 1 for letter in name])
return inputs, targets"""

_COPY = """\
inputs = torch.randint(16, (count, 12), generator=generator)
return inputs, inputs.clone()"""

_SORT = """\
inputs = torch.randint(16, (count, 12), generator=generator)
return inputs, inputs.sort(dim=1).values"""

_PARITY = """\
inputs = torch.randint(2, (count, 12), generator=generator)
return inputs, inputs.sum(dim=1) % 2"""

_DIGITS = '''\
def load_digit_pictures(count):
    """Return the first hand-written digits as pictures [count, 1, 8, 8] with numbers from 0 to 1, and which each is."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise ImportError("The digits come with scikit-learn, which is missing: pip install scikit-learn") from None
    digits = load_digits()
    inputs = torch.tensor(digits.images[:count], dtype=torch.float32).unsqueeze(1) / 16
    return inputs, torch.tensor(digits.target[:count])
'''

_MATH = ("import math",)

SHAPES: dict[Shape, ShapeSource] = {
    Shape.CIRCLES: ShapeSource(
        function="make_circles",
        text=_function("make_circles", "Return points [count, 2] on two circles, and on which each lies.", _CIRCLES),
        classes=2, imports=_MATH,
    ),
    Shape.MOONS: ShapeSource(
        function="make_moons",
        text=_function("make_moons", "Return points [count, 2] on two half moons, and on which each lies.", _MOONS),
        classes=2, imports=_MATH,
    ),
    Shape.XOR: ShapeSource(
        function="make_xor",
        text=_function("make_xor", "Return points [count, 2], and whether their coordinates have one sign.", _XOR),
        classes=2,
    ),
    Shape.TWO_SPIRALS: _spirals(2),
    Shape.THREE_SPIRALS: _spirals(3),
    Shape.GAUSSIANS: ShapeSource(
        function="make_gaussians",
        text=_function("make_gaussians", "Return points [count, 2] in two clouds, and the cloud of each.", _GAUSSIANS),
        classes=2,
    ),
    Shape.CURVE: ShapeSource(
        function="make_curve",
        text=_function("make_curve", "Return x [count, 1] and y [count, 1] of a wavy line.", _CURVE),
        classes=None,
    ),
    Shape.SURFACE: ShapeSource(
        function="make_surface",
        text=_function("make_surface", "Return points [count, 2] and heights [count, 1] of hills.", _SURFACE),
        classes=None,
    ),
    Shape.DIGITS: ShapeSource(
        function="load_digit_pictures", text=_DIGITS, classes=10, has_noise=False, has_seed=False,
    ),
    Shape.NAMES: ShapeSource(
        function="make_names",
        text=_function(
            "make_names", "Return made-up names as letters [count, 12] (a is 1), and the ending of each.", _NAMES,
            noise=False,
        ),
        classes=8, has_noise=False, alphabet=_LETTERS, labels=_ENDINGS,
    ),
    Shape.COPY: ShapeSource(
        function="make_copies",
        text=_function("make_copies", "Return sequences [count, 12] of 16 signs, twice.", _COPY, noise=False),
        classes=16, has_noise=False, alphabet=_SIGNS,
    ),
    Shape.SORT: ShapeSource(
        function="make_sorted",
        text=_function("make_sorted", "Return sequences [count, 12] of 16 signs, and sorted.", _SORT, noise=False),
        classes=16, has_noise=False, alphabet=_SIGNS,
    ),
    Shape.PARITY: ShapeSource(
        function="make_parity",
        text=_function("make_parity", "Return bits [count, 12], and whether their sum is odd.", _PARITY, noise=False),
        classes=2, has_noise=False, alphabet="01", labels=("even", "odd"),
    ),
}  # fmt: skip
"""How each shape is made."""
