"""Names as they were before the program changed them."""

from types import ModuleType, TracebackType


class PristineNames:
    """Inside its ``with`` block modules and classes have their original names; afterwards the program's own again.

    A program may replace ``torch.no_grad`` or delete ``builtins.len``. What resolves the recording runs between the
    program's statements, in the same process, and must not stumble over that. Costs some 30 µs when nothing changed.
    """

    def __init__(self, *owners: ModuleType | type) -> None:
        self._originals = [(owner, dict(vars(owner))) for owner in owners]
        self._undo: list[list[tuple[ModuleType | type, dict[str, object]]]] = []

    def restore(self) -> None:
        """Put the original names back for good."""
        for owner, originals in self._originals:
            _set(owner, originals)

    def __enter__(self) -> None:
        undo = []
        for owner, originals in self._originals:
            if _differ(vars(owner), originals):
                now = dict(vars(owner))
                undo.append((owner, {name: now.get(name, MISSING) for name in _changed(owner, originals, now)}))
                _set(owner, {name: originals.get(name, MISSING) for name in undo[-1][1]})
        self._undo.append(undo)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for owner, names in self._undo.pop():
            _set(owner, names)


MISSING = object()


def _changed(owner: ModuleType | type, originals: dict[str, object], now: dict[str, object]) -> list[str]:
    """Return the names that were replaced, deleted, or (in a class) hide one of a base class.

    Further new names stay: submodules that were imported meanwhile, methods that the program added.
    """
    replaced = [name for name, value in originals.items() if now.get(name, MISSING) is not value]
    bases = owner.__mro__[1:] if isinstance(owner, type) else ()
    hiding = [name for name in now.keys() - originals.keys() if any(name in vars(base) for base in bases)]
    return replaced + hiding


def _set(owner: ModuleType | type, names: dict[str, object]) -> None:
    for name, value in names.items():
        if value is not MISSING:
            setattr(owner, name, value)
        elif name in vars(owner):
            delattr(owner, name)


def _differ(now: object, before: object) -> bool:
    try:
        return bool(now != before)
    except Exception:  # noqa: BLE001 - the program may have put in objects whose comparison raises anything
        return True
