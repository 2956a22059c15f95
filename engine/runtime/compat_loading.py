"""The private class of torch whose ``__next__`` every batch of a ``DataLoader`` comes from.

| private name | used for | without it |
| --- | --- | --- |
| ``dataloader._BaseDataLoaderIter`` | where one batch ends and the next begins | epochs are not known, no checkpoints |
"""

from typing import Any

from torch.utils.data import dataloader

batch_iterator: type[Any] | None = getattr(dataloader, "_BaseDataLoaderIter", None)
"""Base of what ``iter(loader)`` returns, for one process and for several; None in a torch that has none."""
