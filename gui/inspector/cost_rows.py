"""What a step cost, and the operators that it was executed as."""

from collections.abc import Sequence

from engine.trace.costs import clock_text, intensity_text
from engine.trace.execution import Kernel, KernelOperand, StepCost
from engine.trace.ids import StepIndex
from engine.trace.numbers import bytes_text, duration_text, flops_text
from engine.trace.recording import Recording
from engine.trace.tensors import shape_text
from gui.inspector.blocks import Block, Heading, Paragraph, Piece, Row, Rule, Text, ToValue, plain

MOST_KERNELS = 40
_LEAST_SHARE = 0.01


def cost_rows(recording: Recording, index: StepIndex) -> tuple[Row, ...]:
    """Return how long a step took, what it computed and moved, and the memory of its device, as far as known."""
    cost = recording.cost(index)
    if cost is None:
        return (Row("Time", plain(duration_text(recording.steps[index].duration_ns))),)
    what = clock_text(cost)
    time: Text = (Piece(duration_text(cost.duration_ns)), *((Piece(f" {what}", is_muted=True),) if what else ()))
    rows = [Row("Time", time), *_work(cost)]
    if cost.allocated_bytes is not None:
        peak = "" if cost.peak_bytes is None else f", {bytes_text(cost.peak_bytes)} at the most"
        rows.append(Row("Memory", (Piece(bytes_text(cost.allocated_bytes)), Piece(f" in use{peak}", is_muted=True))))
    if cost.stream:
        rows.append(Row("Stream", plain(f"{cost.stream} of {cost.device}")))
    return tuple(rows)


def _work(cost: StepCost) -> list[Row]:
    moved = cost.read_bytes + cost.written_bytes
    if not cost.flops and not moved:
        return []
    parts = [] if cost.flops is None else [flops_text(cost.flops)]
    pieces = [Piece(", ".join([*parts, f"{bytes_text(moved)} moved"]))]
    ratio = intensity_text(cost)
    if cost.flops and ratio:
        pieces.append(Piece(f" · {ratio}", is_muted=True))
    return [Row("Cost", tuple(pieces))]


def executed_blocks(recording: Recording, index: StepIndex | None) -> tuple[Block, ...]:
    """Return the operators of ATen of a step with their shapes and their shares of its time; nothing without any."""
    kernels = () if index is None else recording.kernels(index)
    if index is None or not kernels:
        return ()
    step_ns = recording.steps[index].duration_ns
    total_ns = sum(kernel.duration_ns for kernel in kernels)
    count = "1 operator" if len(kernels) == 1 else f"{len(kernels)} operators"
    timed = f" · {duration_text(total_ns)} of {duration_text(step_ns)}" if total_ns else ""
    blocks: list[Block] = [Rule(), Heading("As executed", f"{count}{timed}")]
    whole_ns = max(step_ns, total_ns)
    blocks += [_kernel(kernel, whole_ns) for kernel in kernels[:MOST_KERNELS]]
    if len(kernels) > MOST_KERNELS:
        blocks.append(Paragraph(plain(f"and {len(kernels) - MOST_KERNELS:,} more"), is_muted=True))
    return tuple(blocks)


def _kernel(kernel: Kernel, whole_ns: int) -> Row:
    label = ""
    if kernel.duration_ns and whole_ns:
        share = kernel.duration_ns / whole_ns
        label = f"{share:.0%}" if share >= _LEAST_SHARE else "<1%"
    pieces = [Piece(kernel.name.removesuffix(".default"), is_mono=True)]
    if kernel.text:
        pieces.append(Piece(f" {kernel.text}", is_muted=True))
    pieces.append(Piece("\n"))
    pieces += [*_operands(kernel.inputs), Piece(" → ", is_mono=True), *_operands(kernel.outputs)]
    if kernel.duration_ns:
        pieces.append(Piece(f"   {duration_text(kernel.duration_ns)}", is_muted=True))
    return Row(label, tuple(pieces))


def _operands(operands: Sequence[KernelOperand]) -> list[Piece]:
    """Return shapes, each a link where the tensor was recorded."""
    pieces: list[Piece] = []
    for operand in operands:
        if pieces:
            pieces.append(Piece(" "))
        link = None if operand.value is None else ToValue(operand.value)
        pieces.append(Piece(shape_text(operand.shape), link, is_mono=True, is_muted=link is None))
    return pieces or [Piece("()", is_mono=True, is_muted=True)]
