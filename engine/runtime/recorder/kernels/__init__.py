"""Kernels: the operators of ATen that each step was executed as, recorded on request."""

from engine.runtime.recorder.kernels.mode import KernelMode
from engine.runtime.recorder.kernels.resolver import KernelResolver

__all__ = ["KernelMode", "KernelResolver"]
