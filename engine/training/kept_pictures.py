"""The last pictures of a training run as they are kept beside its event file, as far as they find room."""

from collections.abc import Iterable
from math import prod
from pathlib import Path

import msgspec

from engine.training.facts import Picture
from engine.training.kept_run import KeptRunError
from engine.training.options import Plane

FORMAT = "chainrule pictures 1"
FILE_NAME = "pictures.msgpack"
BUDGET_BYTES = 4_000_000
_FLOAT_BYTES = 4
_FIRST = (
    "boundary", "data/", "unit/", "weight/", "batch/", "scores/", "feature maps/", "answers by place/", "mistakes",
    "kernels/", "attention/", "hidden norms/", "gradient norms/", "activations/",
)  # fmt: skip
"""How the names of pictures begin, those first that are missed most."""


class KeptPictures(msgspec.Struct, frozen=True, kw_only=True):
    """What was to be seen last, and over which plane."""

    format: str = FORMAT
    plane: Plane | None = None
    pictures: tuple[Picture, ...] = ()


def write_pictures(folder: Path, plane: Plane | None, pictures: Iterable[Picture]) -> None:
    """Write the pictures that find room in the budget; what was there stays whole until the new ones are.

    Raises:
        OSError: If that is not possible.
    """
    kept, left = [], BUDGET_BYTES
    for picture in sorted(pictures, key=_rank):
        if len(picture.data) <= left:
            kept.append(picture)
            left -= len(picture.data)
    part = folder / f"{FILE_NAME}.part"
    part.write_bytes(msgspec.msgpack.encode(KeptPictures(plane=plane, pictures=tuple(kept))))
    part.replace(folder / FILE_NAME)


def read_pictures(folder: Path) -> KeptPictures:
    """Return what is kept of the pictures of a run; nothing where there are none.

    Raises:
        KeptRunError: If they cannot be read.
    """
    path = folder / FILE_NAME
    try:
        if not path.exists():
            return KeptPictures()
        if path.stat().st_size > 2 * BUDGET_BYTES:
            raise KeptRunError(f"The pictures of {folder.name} are too large to be read.")
        found = msgspec.msgpack.decode(path.read_bytes(), type=KeptPictures)
    except OSError as error:
        raise KeptRunError(f"The pictures of {folder.name} cannot be read: {error.strerror or error}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise KeptRunError(f"The pictures of {folder.name} are damaged.") from error
    if found.format != FORMAT:
        raise KeptRunError(f"The pictures of {folder.name} were kept by another version of Chainrule.")
    if not all(_is_sound(picture) for picture in found.pictures):
        raise KeptRunError(f"The pictures of {folder.name} are damaged.")
    return found


def _rank(picture: Picture) -> int:
    places = (place for place, start in enumerate(_FIRST) if picture.name.startswith(start))
    return next(places, len(_FIRST))


def _is_sound(picture: Picture) -> bool:
    return all(size >= 0 for size in picture.shape) and prod(picture.shape) * _FLOAT_BYTES == len(picture.data)
