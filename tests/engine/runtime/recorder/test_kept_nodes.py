"""Deep graphs, whose nodes recording has asked for: they are freed in time, and do not take the stack down."""

import gc
import subprocess
import sys
import weakref

import pytest
import torch

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.runtime.recorder.kept_nodes import KeptNodes
from engine.trace.bytestore import MemoryBytes

DEEP = """
import engine
import torch

x = torch.ones(3, requires_grad=True)
with engine.record() as run:
    y = x
    for _ in range(60_000):
        y = y * 1.00001
    if BACKWARD:
        y.sum().backward()
print(len(run.recording))
if DELETED:
    del y
    print("alive")
"""


def chain(length):
    x = torch.ones(2, requires_grad=True)
    for _ in range(length):
        x = x * 2
    return x


def test_nodes_are_held_as_long_as_their_graph_and_no_longer():
    kept, last = KeptNodes(), chain(50)
    node = last.grad_fn
    while node is not None:
        kept.add(node)
        node = node.next_functions[0][0] if node.next_functions else None
    kept.release()
    assert len(kept) == 51
    del last
    kept.release()
    assert len(kept) == 0


def test_a_walked_graph_is_freed_with_its_last_tensor():
    kept, last = KeptNodes(), chain(20)
    nodes = [last.grad_fn]
    while nodes[-1].next_functions:
        nodes.append(nodes[-1].next_functions[0][0])
    kept.add_graph(nodes)
    del nodes
    kept.release()
    assert len(kept) == 20  # but for the node that accumulates
    del last
    kept.release()
    assert len(kept) == 0


def test_what_nodes_have_saved_goes_with_the_next_drain():
    with Recorder(RecorderOptions(), MemoryBytes(), SourceMap("text.py", "")) as recorder:
        leaf = torch.ones(4, requires_grad=True)
        saved = leaf.exp()
        gone = weakref.ref(saved)
        last = saved.exp()
        recorder.drain()
        del saved, last
        recorder.drain()
        gc.collect()
        assert gone() is None


@pytest.mark.parametrize(("backward", "deleted"), [(True, True), (False, False)])
def test_a_deep_graph_is_freed_without_overflow(backward, deleted):
    text = DEEP.replace("BACKWARD", str(backward)).replace("DELETED", str(deleted))
    done = subprocess.run([sys.executable, "-c", text], check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-1000:]
    assert done.stdout.splitlines()[-1] == ("alive" if deleted else "60000")
