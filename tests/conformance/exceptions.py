"""Entries of torch's databases that are left out, or whose recording says less, each with its reason."""

from tests.conformance.families import Entry

OPENED = "opened on purpose: its parts are the steps"
VARIES = "LAPACK's solution depends on where memory lies: two bare runs differ now and then, too"
NO_GPU = "torch compiles these for a GPU only: the bare run fails too"

EXCEPTIONS: dict[str, str] = {
    "nn.functional.multi_head_attention_forward": OPENED,
    "linalg.lstsq": VARIES,
    "linalg.lstsq.grad_oriented": VARIES,
}
"""Entries whose problems are explained."""

LEFT_OUT: dict[str, str] = {"jiterator_": NO_GPU}
"""Entries that never run here, for all names that begin so."""

EXCUSED = {OPENED: ("no step is called",), VARIES: ("outputs differ",)}
"""Which problems each reason explains; no other one is excused."""


def reason(entry: Entry) -> str | None:
    """Why an entry has its problems, or does not run; None where it must not be so."""
    if not entry.is_run:
        return next((why for start, why in LEFT_OUT.items() if entry.name.startswith(start)), None)
    why = EXCEPTIONS.get(entry.name)
    return why if why is not None and all(text.startswith(EXCUSED[why]) for text in entry.problems) else None
