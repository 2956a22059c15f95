"""Is what the rule gives what torch sent?"""

import numpy as np

from engine.explain.explanation import Check, Verdict
from engine.explain.rules.run import Floats

_RELATIVE = {"float64": 1e-7, "float32": 2e-4, "float16": 2e-2, "bfloat16": 8e-2}


def compared(computed: Floats, sent: Floats, dtype: str, scale: float = 0.0) -> Check:
    """Compare two gradients with the tolerance of a dtype.

    Args:
        computed: What the rule gives, in double precision.
        sent: What torch sent.
        dtype: torch's name of the dtype that torch computed in.
        scale: Magnitude of the terms that were summed: their rounding may be all that is left.
    """
    if computed.shape != sent.shape:
        return Check(Verdict.SYMBOLIC_ONLY, reason="shapes do not fit")
    if sent.size == 0:
        return Check(Verdict.MATCHES, 0.0)
    alike = (computed == sent) | (np.isnan(computed) & np.isnan(sent))
    finite = np.isfinite(computed) & np.isfinite(sent)
    gap = np.zeros(sent.shape)
    np.subtract(computed, sent, out=gap, where=finite)
    largest = float(np.max(np.abs(gap))) if finite.any() else 0.0
    reach = max(scale, float(np.max(np.abs(sent[finite]))) if finite.any() else 0.0)
    close = largest <= _RELATIVE.get(dtype, 2e-4) * reach + 1e-300
    strange = bool(np.any(~alike & ~finite))
    return Check(Verdict.MATCHES if close and not strange else Verdict.DIFFERS, largest)
