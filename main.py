"""The command line. Nothing heavy is imported here: each command imports what it needs when it is called."""

import argparse
import contextlib
import gc
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NoReturn, TextIO, TypeVar

COMMANDS = ("record", "inspect", "compare", "render", "doctor", "verify", "network")
WRONG = 2
INTERRUPTED = 130

T = TypeVar("T")


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence on stderr and exit code 2."""

    def error(self, message: str) -> NoReturn:
        """End the program with what is wrong."""
        sentence = re.sub(r"^argument \S+: (?=the )", "", message).rstrip(".")
        self.exit(WRONG, f"{self.prog}: {sentence}.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0, 1 (the program recorded failed), or 2 (wrong usage or file)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no µ still gets its text
    try:
        code = _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough, e.g. `chainrule inspect ... | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    return code


def _run(words: list[str]) -> int:
    from engine.commands.errors import CommandError

    command = words[0] if words and words[0] in COMMANDS else "window"
    rest = words if command == "window" else words[1:]
    try:
        return _RUNNERS[command](rest)
    except CommandError as error:
        print(f"chainrule: {error}", file=sys.stderr)
        return WRONG


def _window(words: list[str]) -> int:
    parser = Parser(
        prog="chainrule",
        usage="chainrule [FILE.py | FILE.chainrule]\n"
        "       chainrule {record,inspect,compare,render,verify,doctor} ... [--help]",
        description="See PyTorch compute: type it, run it, and step through forward, backward and optimizer.",
        epilog="commands: record runs a program and keeps the recording; inspect says what is in a recording; "
        "compare says how two recordings differ; "
        "render draws a program or a recording; network tells what the layers of a module make and cost; "
        "verify proves a recording; doctor says what is here and what "
        "is missing.",
    )
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="a program or a recording to open")
    parser.add_argument("--version", action="version", version=f"Chainrule {_own_version()}")
    options = parser.parse_args(words)
    path: Path | None = options.file
    from engine.commands.window import check_window

    check_window(path)
    gc.disable()  # a tenth of the way to the window; the window's own collector takes over when it is shown
    from gui.app import run_window

    return run_window(path)


def _record(words: list[str]) -> int:
    from engine.commands import options as checked
    from engine.commands.record import record
    from engine.protocol.request import ValuePolicy

    parser = Parser(prog="chainrule record", description="Run a program under the recorder and keep the recording.")
    parser.add_argument("program", metavar="FILE.py", type=Path)
    _add_output(parser, "RUN.chainrule", checked.recording_output)
    parser.add_argument("--device", type=_checked(checked.device_option), default="cpu", metavar="DEVICE",
                        help="cpu, cuda, cuda:N, mps or auto (default: cpu)")  # fmt: skip
    parser.add_argument("--compare", type=_checked(checked.device_option), metavar="DEVICE",
                        help="run here too, with the same random numbers, and say how they differ")  # fmt: skip
    parser.add_argument("--values", choices=[policy.value for policy in ValuePolicy], default=ValuePolicy.ALL.value,
                        help="whose numbers are kept (default: all)")  # fmt: skip
    parser.add_argument("--budget", type=_checked(checked.size_option), metavar="SIZE",
                        help="bytes of numbers kept at the most, e.g. 20GB (default: what the disk holds)")  # fmt: skip
    parser.add_argument("--time-limit", type=_checked(checked.seconds_option), metavar="S", help="seconds to run")
    parser.add_argument("--memory-limit", type=_checked(checked.megabytes_option), metavar="MB",
                        help="megabytes the program may take")  # fmt: skip
    parser.add_argument("--step-limit", type=_checked(checked.step_limit_option), default=checked.STEP_LIMIT,
                        metavar="N", help="steps to record at the most (default: 1,000,000)")  # fmt: skip
    parser.add_argument("--kernels", action="store_true",
                        help="record the ATen operators that steps were executed as (some times slower)")  # fmt: skip
    found = parser.parse_args(words)
    wanted = checked.RecordOptions(
        program=found.program,
        output=found.output,
        device=found.device,
        values=ValuePolicy(found.values),
        budget_bytes=found.budget,
        time_limit_s=found.time_limit,
        memory_limit_mb=found.memory_limit,
        step_limit=found.step_limit,
        kernels=found.kernels,
        compared_with=found.compare,
    )
    return record(wanted, sys.stdout, sys.stderr)


def _inspect(words: list[str]) -> int:
    from engine.commands import options as checked
    from engine.commands.inspect import extract, inspect
    from engine.trace.costs import CostKind

    parser = Parser(prog="chainrule inspect", description="Say what is in a recording, or write its tensors.")
    parser.add_argument("recording", metavar="RUN.chainrule", type=Path)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--json", action="store_true", help="as JSON (format chainrule-inspect, version 1)")
    what.add_argument("--follow", action="store_true", help="tell each step while another process records it")
    what.add_argument("--tensors", metavar="OUT.safetensors", help="write named values and their gradients there",
                      type=_checked(lambda text: checked.tensors_output(Path(text))))  # fmt: skip
    what.add_argument("--costs", nargs="?", choices=[kind.value for kind in CostKind], const=CostKind.TIME.value,
                      help="the most expensive steps, by time, flops or bytes (default: time)")  # fmt: skip
    parser.add_argument("--step", type=_checked(checked.step_option), metavar="N",
                        help="with --tensors: as they are right after step N (default: at the end)")  # fmt: skip
    parser.add_argument("--take", type=_checked(checked.take_option), metavar="named|parameters|all|ID",
                        help="with --tensors: which values (default: named)")  # fmt: skip
    found = parser.parse_args(words)
    if found.tensors is None and (found.step is not None or found.take is not None):
        parser.error("--step and --take go with --tensors")
    if found.follow:
        from engine.commands.follow import follow

        return follow(found.recording, sys.stdout)
    wanted = checked.InspectOptions(
        recording=found.recording,
        as_json=found.json,
        tensors=found.tensors,
        step=found.step,
        take=checked.Take.NAMED if found.take is None else found.take,
        costs=None if found.costs is None else CostKind(found.costs),
    )
    if wanted.tensors is None:
        _write_utf8(sys.stdout, inspect(wanted))
        return 0
    written = extract(wanted, wanted.tensors)
    if written.left_out:
        print(written.left_out_text, file=sys.stderr)
    print(f"Wrote {written.count_text} to {wanted.tensors}.")
    return 0


def _compare(words: list[str]) -> int:
    from engine.commands import options as checked
    from engine.commands.compare import CompareOptions, compare_files

    parser = Parser(prog="chainrule compare", description="Say how two recordings of one program differ, step by step.")
    parser.add_argument("a", metavar="A.chainrule", type=Path)
    parser.add_argument("b", metavar="B.chainrule", type=Path)
    parser.add_argument("--json", action="store_true", help="as JSON (format chainrule-compare, version 1)")
    parser.add_argument("--tolerance", type=_checked(checked.tolerance_option), metavar="R",
                        help="relative difference that counts as none (default: by type of number)")  # fmt: skip
    found = parser.parse_args(words)
    text, code = compare_files(CompareOptions(a=found.a, b=found.b, as_json=found.json, tolerance=found.tolerance))
    _write_utf8(sys.stdout, text)
    return code


def _render(words: list[str]) -> int:
    from engine.commands import options as checked

    parser = Parser(prog="chainrule render", description="Draw a program or a recording.")
    parser.add_argument("source", metavar="FILE.py|RUN.chainrule", type=Path)
    _add_output(parser, "OUT.{png,svg,pdf,tex,gif,apng,webp,mp4,dot,mmd,graphml,json}", _with_known_format)
    parser.add_argument("--step", type=_checked(checked.step_option), metavar="N",
                        help="show the state right after step N, counted from 0 (default: the last)")  # fmt: skip
    parser.add_argument("--theme", choices=["light", "dark", "print", "mono"], default="light")
    parser.add_argument("--steps", type=_checked(checked.steps_option), metavar="A:B",
                        help="show steps A to B: an animation, pages of a PDF, or numbered PNG files")  # fmt: skip
    parser.add_argument("--frame-ms", type=_checked(checked.frame_option), default=600, metavar="MS",
                        help="how long each step of an animation stays (default: 600)")  # fmt: skip
    parser.add_argument("--selection", action="append", default=[], metavar="NAME",
                        help="draw only this module, or nodes of this title; may be given several times")  # fmt: skip
    parser.add_argument("--region", type=_checked(checked.region_option), metavar="X,Y,W,H",
                        help="draw only this rectangle, in units of the drawing or with %% in shares")  # fmt: skip
    parser.add_argument("--transparent", action="store_true", help="leave the background clear")
    parser.add_argument("--embed-fonts", action="store_true", help="put the fonts into an SVG (1 MB)")
    parser.add_argument(
        "--skin",
        choices=["chainrule", "torchviz", "draw_dot", "torchview"],
        default="chainrule",
        help="the colours of another tool",
    )
    parser.add_argument("--scale", type=_checked(checked.scale_option), default=2.0, metavar="K",
                        help="pixels for each unit of the drawing (default: 2)")  # fmt: skip
    found = parser.parse_args(words)
    from gui.commandline.render import render

    wanted = checked.RenderOptions(
        source=found.source,
        output=found.output,
        picture=checked.picture_format(found.output),
        step=found.step,
        theme=found.theme,
        skin=found.skin,
        steps=found.steps,
        frame_ms=found.frame_ms,
        selection=tuple(found.selection),
        region=found.region,
        transparent=found.transparent,
        embed_fonts=found.embed_fonts,
        scale=found.scale,
    )
    return render(wanted, sys.stdout, sys.stderr)


def _verify(words: list[str]) -> int:
    from engine.commands import options as checked
    from engine.commands.verify import verify
    from engine.protocol.proof import Depth

    parser = Parser(
        prog="chainrule verify",
        description="Prove that a recording is what torch computes: every call is made again and compared bit for bit, "
        "every gradient computed again and held against finite differences. Nothing of the program itself is run.",
        epilog="The exit code is 0 when everything that could be checked holds, 1 when something does not.",
    )
    parser.add_argument("recording", metavar="RUN.chainrule", type=Path)
    parser.add_argument("--json", action="store_true", help="as JSON (format chainrule-proof, version 1)")
    parser.add_argument("--quick", action="store_true", help="only facts, memory, and every call made again")
    parser.add_argument("--sample", type=_checked(checked.sample_option), metavar="N",
                        help="run only an even sample of N steps again")  # fmt: skip
    parser.add_argument("--time-limit", type=_checked(checked.seconds_option), metavar="S", help="seconds to take")
    parser.add_argument("--memory-limit", type=_checked(checked.megabytes_option), metavar="MB",
                        help="megabytes to take (default: 16000)")  # fmt: skip
    found = parser.parse_args(words)
    wanted = checked.VerifyOptions(
        recording=found.recording,
        as_json=found.json,
        depth=Depth.QUICK if found.quick else Depth.FULL,
        sample=found.sample,
        time_limit_s=found.time_limit,
        memory_limit_mb=found.memory_limit,
    )
    return verify(wanted, sys.stdout, sys.stderr, shows_progress=sys.stderr.isatty())


def _network(words: list[str]) -> int:
    from engine.commands import options as checked
    from engine.commands.network import NetworkOptions, network

    parser = Parser(
        prog="chainrule network",
        description="Tell the shape, parameters, operations and memory of each layer of an nn.Module. The program is "
        "read, not run.",
        epilog="The exit code is 1 when a layer does not fit what goes into it.",
    )
    parser.add_argument("program", metavar="FILE.py", type=Path)
    parser.add_argument("--input", type=_checked(checked.shape_option), action="append", default=[], metavar="SHAPE",
                        help="shape of an input with its batch, e.g. 32,1,28,28; once for each input")  # fmt: skip
    parser.add_argument("--class", dest="class_name", default="", metavar="NAME",
                        help="which module (default: the last one)")  # fmt: skip
    parser.add_argument("--source", action="store_true", help="write the network as source of one module instead")
    found = parser.parse_args(words)
    wanted = NetworkOptions(
        program=found.program, inputs=tuple(found.input), class_name=found.class_name, as_source=found.source
    )
    text, code = network(wanted)
    _write_utf8(sys.stdout, text)
    return code


def _doctor(words: list[str]) -> int:
    Parser(prog="chainrule doctor", description="Say what is here and what is missing.").parse_args(words)
    from engine.commands.doctor import report
    from gui.commandline.qt_findings import qt_findings

    text, is_usable = report(qt_findings())
    print(text)
    return 0 if is_usable else 1


def _add_output(parser: Parser, metavar: str, check: Callable[[Path], Path]) -> None:
    checked = _checked(lambda text: check(Path(text)))
    parser.add_argument("-o", "--output", metavar=metavar, type=checked, required=True)


def _with_known_format(path: Path) -> Path:
    from engine.commands.options import picture_format

    picture_format(path)
    return path


def _checked(convert: Callable[[str], T]) -> Callable[[str], T]:
    """Return ``convert`` with its ValueError as what argparse shows as it is."""

    def converted(text: str) -> T:
        try:
            return convert(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return converted


def _write_utf8(stream: TextIO, text: str) -> None:
    """Write text as UTF-8 whatever the terminal's encoding is: programs read it."""
    with contextlib.suppress(AttributeError):  # a stream in memory has no bytes underneath
        stream.buffer.write(text.encode())
        return
    stream.write(text)


def _own_version() -> str:
    try:
        return version("chainrule")
    except PackageNotFoundError:
        return "(not installed)"


_RUNNERS: dict[str, Callable[[list[str]], int]] = {
    "window": _window,
    "record": _record,
    "inspect": _inspect,
    "compare": _compare,
    "render": _render,
    "doctor": _doctor,
    "verify": _verify,
    "network": _network,
}

if __name__ == "__main__":
    sys.exit(main())
