"""Identities that the recorder gives out.

Every id is a number that counts up from 0 within one recording. Nothing is ever identified by Python's ``id()``:
addresses are reused after an object dies.
"""

from typing import NewType

StepIndex = NewType("StepIndex", int)
"""Position of a step in the recording, counted from 0 over all phases together."""

ValueId = NewType("ValueId", int)
"""One tensor at one version: an in-place write makes a new value of the same tensor."""

TensorId = NewType("TensorId", int)
"""One tensor object of the program, across its versions."""

StorageId = NewType("StorageId", int)
"""One block of memory; views share the storage of their base."""

GradNodeId = NewType("GradNodeId", int)
"""One node of autograd's graph (a ``grad_fn``)."""

ModuleCallId = NewType("ModuleCallId", int)
"""One call of one ``nn.Module``: calling a module twice gives two ids."""

RegionId = NewType("RegionId", int)
"""One round of a loop, one call of a function, one group: see ``engine.trace.control``."""

BackwardCallId = NewType("BackwardCallId", int)
"""One run of the backward engine (``backward()`` or ``autograd.grad``)."""
