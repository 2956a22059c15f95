"""Which devices torch can use here, and why it cannot use the others."""

import platform
import sys

import torch

from engine.protocol.messages import DeviceInfo

NO_CUDA_BUILD = "This build of PyTorch has no CUDA support."
NO_CUDA_DEVICE = "PyTorch has CUDA support, but no CUDA device or driver was found."
NOT_APPLE = "MPS needs a Mac with an Apple chip."
NO_MPS_BUILD = "This build of PyTorch has no MPS support."
OLD_MACOS = "MPS needs macOS 12.3 or newer and an Apple chip."


class NoSuchDeviceError(Exception):
    """The device asked for is not there; the text is one sentence that says why."""


def find_devices() -> tuple[DeviceInfo, ...]:
    """Return the CPU, each CUDA device and MPS; for an absent kind one entry that says why."""
    cpu = DeviceInfo(key="cpu", title=f"CPU ({platform.machine()})", available=True)
    return (cpu, *_cuda_devices(), _mps_device())


def choose_device(wanted: str, devices: tuple[DeviceInfo, ...]) -> str:
    """Return the key of the device for a request: ``auto`` is the first CUDA device, else MPS, else the CPU.

    Raises:
        NoSuchDeviceError: If it is not there.
    """
    there = [device.key for device in devices if device.available]
    if wanted == "auto":
        return next((key for key in there if key != "cpu"), "cpu")
    key = "cuda:0" if wanted == "cuda" else wanted
    if key in there:
        return key
    kind = key.split(":")[0]
    reasons = [device.reason for device in devices if device.key.split(":")[0] == kind and device.reason]
    if reasons:
        raise NoSuchDeviceError(f"The device {wanted} cannot be used: {reasons[0]}")
    raise NoSuchDeviceError(f"There is no device {wanted} here; there are: {', '.join(there)}.")


def _cuda_devices() -> tuple[DeviceInfo, ...]:
    if torch.version.cuda is None and torch.version.hip is None:
        return (DeviceInfo(key="cuda", title="CUDA", available=False, reason=NO_CUDA_BUILD),)
    if not torch.cuda.is_available():
        return (DeviceInfo(key="cuda", title="CUDA", available=False, reason=NO_CUDA_DEVICE),)
    return tuple(
        DeviceInfo(key=f"cuda:{index}", title=f"CUDA {index}: {torch.cuda.get_device_name(index)}", available=True)
        for index in range(torch.cuda.device_count())
    )


def _mps_device() -> DeviceInfo:
    if torch.backends.mps.is_available():
        return DeviceInfo(key="mps", title="Apple GPU (MPS)", available=True)
    if sys.platform != "darwin":
        reason = NOT_APPLE
    else:
        reason = OLD_MACOS if torch.backends.mps.is_built() else NO_MPS_BUILD
    return DeviceInfo(key="mps", title="Apple GPU (MPS)", available=False, reason=reason)
