"""Entries of torch's databases whose recording is known to say less, each with its reason."""

COMPOSITE = "written in Python upon other functions, which are the steps; torch lets nobody see the call itself"
FACTORY = "made from no other tensor's numbers: a value without a step"
OPENED = "opened on purpose: its parts are the steps"
NO_NUMPY = "its numbers are of a type that numpy lacks (complex32)"

EXCEPTIONS: dict[str, str] = {
    "nn.functional.upsample_bilinear": COMPOSITE,
    "nn.functional.upsample_nearest": COMPOSITE,
    "nn.functional.multi_head_attention_forward": OPENED,
    "svd_lowrank": COMPOSITE,
    "pca_lowrank": COMPOSITE,
    "chalf": NO_NUMPY,
}

EXCEPTION_FAMILIES: dict[str, str] = {"masked.": COMPOSITE, "signal.windows.": COMPOSITE}
"""The same for all names that begin so."""

FACTORIES = ("zeros_like", "ones_like", "rand_like", "randn_like", "randint_like", "full_like", "new_")
"""Beginnings of the names of functions that make a tensor like another one."""


EXCUSED = {
    COMPOSITE: ("no step is called",),
    OPENED: ("no step is called",),
    FACTORY: ("no step made an output",),
    NO_NUMPY: ("an output has other numbers", "a gradient on the way has other numbers"),
}
"""Which problems each reason explains; no other one is excused."""


def reason(name: str, problems: tuple[str, ...]) -> str | None:
    """Why an entry has these problems, None where it must not."""
    found = FACTORY if name.startswith(FACTORIES) else EXCEPTIONS.get(name)
    if found is None:
        found = next((why for start, why in EXCEPTION_FAMILIES.items() if name.startswith(start)), None)
    return found if found is not None and all(text.startswith(EXCUSED[found]) for text in problems) else None
