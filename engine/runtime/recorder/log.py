"""The log that the hot paths write: one flat list, a record a tag and its fields.

A flat list keeps the garbage collector out: ten thousand small tuples would be scanned again and again. A record is
appended by one ``list.extend``, which no other thread can interrupt. The comment behind each tag names its fields.
"""

from typing import Any, Final, TypeAlias

Log: TypeAlias = list[Any]

CALL: Final = 0
"""info, args, kwargs, result, code, instruction, marks, sequence before, sequence after, started_ns, ended_ns"""
FAILED: Final = 1
"""info, args, kwargs, code, instruction, marks, error type, message"""
BEFORE_WRITE: Final = 2
"""time_ns, tensor, sequence number of its node, output number, whether it requires grad"""
ENTER: Final = 3
"""module, args, kwargs, code, instruction, marks, what ``find_owner`` found at the first call"""
LEAVE: Final = 4
"""result of the module call, None when it raised"""
BACKWARD: Final = 5
"""the ``BackwardRun``"""
NODE: Final = 6
"""run, position of the node in it, gradients sent on, gradients that came in, ended_ns, sequence after"""
LEAF: Final = 7
"""run, position, ``.grad`` after accumulation, gradients that came in, ended_ns, sequence after"""
SET_GRAD: Final = 8
"""tensor, its new ``.grad``"""
OPTIMIZER: Final = 9
"""the ``OptimizerRun``"""
METRIC: Final = 10
"""name, number"""
BACKWARD_END: Final = 11
"""the ``BackwardRun``, sequence after, tensors that gradients were asked for, what was returned for them, time_ns"""
REGION_BEGIN: Final = 20
"""the ``CompiledRegion`` that what follows runs in"""
REGION_END: Final = 21
"""the same ``CompiledRegion``"""
FUNCTION_ENTER: Final = 30
"""``FunctionSite``, address of its frame, number of the call; a generator that goes on enters again"""
FUNCTION_LEAVE: Final = 31
"""``FunctionSite``, address of its frame"""
ROUND: Final = 32
"""``LoopSite``, how many of its rounds began one after the other with nothing in between"""
LOOP_END: Final = 33
"""``LoopSite``"""
CAUGHT: Final = 34
"""``HandlerSite``, address of the frame that goes on"""
DECIDED: Final = 35
"""``ConditionSite``, whether it held, the numbers of its operands as far as they are plain numbers"""
ASKED: Final = 36
"""tensor, what it was asked for, the answer, code, instruction, time_ns"""
GROUP_BEGIN: Final = 37
"""the ``GroupMark``"""
GROUP_END: Final = 38
"""the same ``GroupMark``"""
RECOMPUTE_BEGIN: Final = 40
"""the ``Recomputation``: what follows is computed again, for a backward pass"""
RECOMPUTE_END: Final = 41
"""the same ``Recomputation``"""
KERNEL: Final = 50
"""an operator of ATen that a backward node ran"""
KERNELS: Final = 51
"""operators of ATen that ran outside of backward nodes, whether something else runs around the call that follows"""
MEASURED: Final = 52
"""the ``Reading`` of what follows"""
DREW: Final = 53
"""the ``Draw`` of the call that follows"""
TANGENT: Final = 42
"""tensor, its tangent"""

WIDTHS: Final = {
    CALL: 12,
    FAILED: 9,
    BEFORE_WRITE: 6,
    ENTER: 8,
    LEAVE: 2,
    BACKWARD: 2,
    NODE: 7,
    LEAF: 7,
    SET_GRAD: 3,
    OPTIMIZER: 2,
    METRIC: 3,
    BACKWARD_END: 6,
    REGION_BEGIN: 2,
    REGION_END: 2,
    FUNCTION_ENTER: 4,
    FUNCTION_LEAVE: 3,
    ROUND: 3,
    LOOP_END: 2,
    CAUGHT: 3,
    DECIDED: 4,
    ASKED: 7,
    GROUP_BEGIN: 2,
    GROUP_END: 2,
    RECOMPUTE_BEGIN: 2,
    RECOMPUTE_END: 2,
    TANGENT: 3,
    KERNEL: 2,
    KERNELS: 3,
    MEASURED: 2,
    DREW: 2,
}
"""Number of entries of a record, the tag included."""

TIMES: Final = {CALL: 11, BEFORE_WRITE: 1, NODE: 5, LEAF: 5, ASKED: 6, BACKWARD_END: 5}
"""Where a record has the time at which it was written."""

MARKED: Final = frozenset({FUNCTION_ENTER, FUNCTION_LEAVE, ROUND, LOOP_END, CAUGHT, GROUP_BEGIN, GROUP_END})
"""Records that say where the program is."""
