"""Pictures one after the other as one file: GIF, APNG, WebP, and MP4 where ffmpeg is; or as files with numbers."""

import contextlib
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import numpy as np
from PIL import Image
from PySide6.QtGui import QImage

from gui.canvas.picture import PictureError, png_bytes
from gui.model.export import numbered_names

MAX_FRAMES = 5_000
MAX_GIF_PIXELS = 800_000_000
"""Pixels of all frames together: one byte each is kept until the file is written."""
MAX_APNG_PIXELS = 100_000_000
"""The same, at eight bytes each."""
_EXACT_COLORS = 160
"""Of the 256 of a GIF: the most frequent ones; the others stand for what remains, however rare."""
_FILM_RATE = 25
"""Frames a second of an MP4: players stumble over fewer, so steps are repeated."""


@dataclass(frozen=True, slots=True)
class Film:
    """Frames of one size.

    Attributes:
        frames: Paints them one after the other, each time that it is called.
        samples: Some of them, from which the 256 colours of a GIF are taken.
        count: How many there are.
        width: Of each, in pixels.
        height: Of each, in pixels.
        frame_ms: How long each stays.
    """

    frames: Callable[[], Iterator[QImage]]
    samples: Callable[[], Iterable[QImage]]
    count: int
    width: int
    height: int
    frame_ms: int

    @property
    def pixels(self) -> int:
        """Of all frames together."""
        return self.count * self.width * self.height


def write_gif(film: Film, path: Path) -> None:
    """Write an endless GIF; all frames share 256 colours, and only what changes is stored.

    Raises:
        PictureError: If it would be too large.
        OSError: If the file cannot be written.
    """
    _check(film, MAX_GIF_PIXELS)
    colors = _common_colors(_pillow(image) for image in film.samples())
    frames = (
        _pillow(image).convert("RGB").quantize(palette=colors, dither=Image.Dither.NONE) for image in film.frames()
    )
    # optimize=False: Pillow would else sort the colours of each frame anew, and fewer pixels would stay the same.
    next(frames).save(
        path, "GIF", save_all=True, append_images=frames, duration=film.frame_ms, loop=0, optimize=False, disposal=1
    )


def write_apng(film: Film, path: Path) -> None:
    """Write an endless APNG, in full colour.

    Raises:
        PictureError: If it would be too large.
        OSError: If the file cannot be written.
    """
    _check(film, MAX_APNG_PIXELS)
    frames = [_pillow(image) for image in film.frames()]  # Pillow looks at all of them before it writes the first
    frames[0].save(path, "PNG", save_all=True, append_images=frames[1:], duration=film.frame_ms, loop=0)


def write_webp(film: Film, path: Path) -> None:
    """Write an endless WebP without loss.

    Raises:
        PictureError: If it would be too large.
        OSError: If the file cannot be written.
    """
    if max(film.width, film.height) > 16_383:
        raise PictureError("A WebP has at most 16,383 pixels on a side; choose a smaller scale.")
    frames = (_pillow(image) for image in film.frames())
    next(frames).save(
        path, "WEBP", save_all=True, append_images=frames, duration=film.frame_ms, loop=0, lossless=True, method=2
    )


def write_mp4(film: Film, path: Path) -> None:
    """Write an MP4 (H.264) with ffmpeg.

    Raises:
        PictureError: If ffmpeg is not found or fails.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise PictureError("MP4 needs the program ffmpeg, which is not found; choose GIF, APNG or WebP.")
    source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{film.width}x{film.height}"]
    source += ["-r", f"{1000 / film.frame_ms:.4f}", "-i", "-"]
    even = "pad=ceil(iw/2)*2:ceil(ih/2)*2,format=yuv420p"
    target = ["-vf", even, "-r", str(_FILM_RATE), "-c:v", "libx264", "-movflags", "+faststart", "-f", "mp4", str(path)]
    with TemporaryFile() as complaints:
        # -nostdin is not given: the frames come in there. No shell, and the name of the file is one argument.
        command = [program, "-v", "error", "-y", *source, *target]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=complaints, stderr=complaints)  # noqa: S603 - see above
        try:
            is_fed = _feed(process, film.frames())
            failed = process.wait() != 0
        except BaseException:
            process.kill()
            process.wait()
            raise
        complaints.seek(0)
        words = complaints.read().decode(errors="replace").strip().splitlines()
    if failed or not is_fed:
        raise PictureError(f"ffmpeg could not write the film: {words[-1] if words else 'it gave no reason'}.")


def write_numbered(film: Film, path: Path) -> None:
    """Write PNG files named after ``path`` with a number from 1 on: all of them, or none.

    Raises:
        OSError: If they cannot be written.
    """
    names = numbered_names(path, film.count)
    with TemporaryDirectory(prefix=".chainrule-", dir=path.parent) as folder:
        for name, image in zip(names, film.frames(), strict=True):
            (Path(folder) / name.name).write_bytes(png_bytes(image))
        for name in names:
            (Path(folder) / name.name).replace(name)


def _check(film: Film, most: int) -> None:
    if film.pixels > most:
        raise PictureError(
            f"{film.count:,} frames of {film.width} x {film.height} pixels are too much for one file; "
            "choose fewer steps, a smaller scale, or WebP."
        )


def _feed(process: "subprocess.Popen[bytes]", frames: Iterator[QImage]) -> bool:
    """Send the frames; return whether all were taken."""
    assert process.stdin is not None
    try:
        for image in frames:
            process.stdin.write(_rgba(image))
        return True
    except BrokenPipeError:
        return False
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _common_colors(samples: Iterable[Image.Image]) -> Image.Image:
    """An image whose palette suits all the samples; a colour that covers little, such as that of a line, has a say."""
    counts: Counter[int] = Counter()
    for image in samples:
        pixels = np.asarray(image.convert("RGBX")).view("<u4") & 0xFFFFFF
        colors, numbers = np.unique(pixels, return_counts=True)
        counts.update(dict(zip(colors.tolist(), numbers.tolist(), strict=True)))
    ordered = [color for color, _ in counts.most_common()]
    palette = _bytes_of(ordered[:_EXACT_COLORS])
    rest = ordered[_EXACT_COLORS:]
    if rest:
        strip = Image.frombytes("RGB", (len(rest), 1), _bytes_of(rest))
        palette += bytes(strip.quantize(256 - _EXACT_COLORS, dither=Image.Dither.NONE).getpalette() or ())
    found = Image.new("P", (1, 1))
    found.putpalette(palette[:768])
    return found


def _bytes_of(colors: list[int]) -> bytes:
    """Red, green and blue of colours whose lowest byte is red."""
    return b"".join(color.to_bytes(3, "little") for color in colors)


def _pillow(image: QImage) -> Image.Image:
    return Image.frombytes("RGBA", (image.width(), image.height()), _rgba(image))


def _rgba(image: QImage) -> bytes:
    """The pixels of an image row by row; rows of four bytes a pixel have no gaps."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return bytes(plain.constBits())
