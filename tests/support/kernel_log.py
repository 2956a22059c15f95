"""What a bare mode below autograd sees of a program: the oracle for recorded kernels. It shares no code with them."""

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class KernelLog(TorchDispatchMode):
    """Lists every operator with the autograd node that ran it, empty outside of backward passes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str]] = []

    @classmethod
    def ignore_compile_internals(cls) -> bool:
        return True

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        node = torch._C._current_autograd_node()
        name = "" if node is None else node.name().rpartition("::")[2]
        result = func(*args, **(kwargs or {}))
        self.seen.append((name, str(func)))
        return result
