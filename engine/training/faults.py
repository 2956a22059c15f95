"""What went wrong in a training run of a plan, in one sentence that speaks of network and data, not of torch."""

import re
from collections.abc import Callable
from pathlib import PurePath

from engine.trace.outcome import Outcome

_Told = Callable[[re.Match[str]], str]


def fault_sentence(outcome: Outcome) -> str:
    """Return the sentence for a run that failed; where nothing is known of the fault, that of the outcome."""
    return fault_text(outcome.message)


def fault_text(message: str) -> str:
    """Return the sentence for a fault ``ValueError: ...``, with or without its line; else what it says itself."""
    for pattern, told in _KNOWN:
        found = re.search(pattern, message)
        if found is not None:
            return told(found)
    return message


def _product(found: re.Match[str]) -> str:
    return (
        f"The network does not fit its data: a layer that takes {found['takes']} numbers is given {found['given']}."
        " Change the size of the layer, or choose other data."
    )


def _classes(found: re.Match[str]) -> str:
    number = int(found["number"])
    return (
        f"The network does not fit its data: the data has a class {number}, so it needs at least {number + 1} outputs."
    )


def _channels(found: re.Match[str]) -> str:
    return (
        f"The network does not fit its data: a convolution that takes {found['takes']} channels is given"
        f" {found['given']}."
    )


def _file(found: re.Match[str]) -> str:
    return f"{PurePath(found['path']).name} is not there any more; choose the data again."


def _forbidden(found: re.Match[str]) -> str:
    return f"{PurePath(found['path']).name} may not be read: you have no right to."


def _own(found: re.Match[str]) -> str:
    """The script itself says what is wrong with its data; files are told by their names."""
    return re.sub(r"(?:[A-Za-z]:)?[\\/](?:[^\\/:,']*[\\/])+", "", found["said"])


_KNOWN: tuple[tuple[str, _Told], ...] = (
    (r"mat1 and mat2 shapes cannot be multiplied \(\d+x(?P<given>\d+) and (?P<takes>\d+)x\d+\)", _product),
    (r"Target (?P<number>\d+) is out of bounds", _classes),
    (r"to have (?P<takes>\d+) channels, but got (?P<given>\d+) channels", _channels),
    (
        r"Expected (?P<wanted>[^.]*?)-?D? ?(?:\([^)]*\) )?(?:or [^.]*?)?input to (?P<layer>conv\d?d?)",
        lambda found: f"The network does not fit its data: {found['layer']} takes pictures or rows of another shape.",
    ),
    (r"FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<path>[^']+)'", _file),
    (r"PermissionError: \[Errno 13\] Permission denied: '(?P<path>[^']+)'", _forbidden),
    (
        r"Using a target size .* that is different to the input size",
        lambda found: (
            "The network does not fit its data: it answers with another number of numbers than are to be told."
        ),
    ),
    (
        r"(expected m1 and m2|mat1 and mat2 must) (to )?have the same dtype|Expected tensor for argument #1 'indices'",
        lambda _found: "The network does not fit its data: it takes numbers of another kind (whole or decimal).",
    ),
    (
        r"Expected input batch_size \((?P<given>\d+)\) to match target batch_size \((?P<wanted>\d+)\)",
        lambda found: (
            f"The network does not fit its data: it gives {found['given']} answers for {found['wanted']} targets."
        ),
    ),
    (
        r"asked for (?P<amount>[\d.,]+ \w+) of memory at once",
        lambda found: (
            f"This needs {found['amount']} of memory at once, more than there is: take a smaller batch, less data, or"
            " a smaller network."
        ),
    ),
    (r"^(?:Line \d+: )?(?:ValueError|FileNotFoundError|ImportError): (?P<said>.+)$", _own),
)
