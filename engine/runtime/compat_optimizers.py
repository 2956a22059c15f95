"""The private tables of torch that its hooks before and after every optimizer step lie in.

| private name | used for | without it |
| --- | --- | --- |
| ``optimizer._global_optimizer_pre_hooks`` | recording a batch again inside of a hook | such a batch is not recorded |
| ``optimizer._global_optimizer_post_hooks`` | not registering a hook again that is the last | it is registered again |

They are ``OrderedDict``s that torch iterates over while hooks run: adding or removing a hook from inside of one is only
possible in the last one, as the iterator has come to its end then.
"""

from torch.optim import optimizer
from torch.utils.hooks import RemovableHandle


def is_last_before_step(handle: RemovableHandle) -> bool:
    """Return whether a hook is the last of those that run before every optimizer step."""
    hooks = getattr(optimizer, "_global_optimizer_pre_hooks", {})
    return bool(hooks) and next(reversed(hooks)) == handle.id


def is_last_after_step(handle: RemovableHandle) -> bool:
    """Return whether a hook is the last of those that run after every optimizer step."""
    hooks = getattr(optimizer, "_global_optimizer_post_hooks", {})
    return bool(hooks) and next(reversed(hooks)) == handle.id
