"""One sentence about what a default device cannot reach."""

import re

from msgspec.structs import replace

from engine.protocol.messages import TEXT_LIMIT, Ended, EndKind

_MIXED = re.compile(
    r"same device|expected device|device type|is on cpu|Input type \(torch\.FloatTensor\)", re.IGNORECASE
)
_LEGACY = re.compile(r"(?<![\w.])(?:torch\.)?((?:Float|Double|Half|BFloat16|Int|Long|Short|Char|Byte|Bool)?Tensor)\(")
_EXPLICIT = re.compile(r"""(?:device\s*=\s*|\.to\(\s*|torch\.device\(\s*)["']cpu["']|\.cpu\(\)""")


def with_hint(ended: Ended, program: str, device: str) -> Ended:
    """Add to an error about devices what in the text keeps tensors on the CPU, where that can be told."""
    if ended.kind is not EndKind.FAILED or device == "cpu" or _MIXED.search(ended.error_text) is None:
        return ended
    legacy = _LEGACY.search(program)
    if legacy is not None:
        reason = f"{legacy[1]}(...) makes tensors on the CPU, while the program runs on {device}: use torch.tensor(...)"
    elif _EXPLICIT.search(program) is not None:
        reason = f"the text puts some tensors on the CPU, while the program runs on {device}"
    else:
        return ended
    first, _, rest = ended.error_text.partition("\n")
    text = f"{first.rstrip('.')}; {reason}.\n{rest}".rstrip()
    return replace(ended, error_text=text[:TEXT_LIMIT])
