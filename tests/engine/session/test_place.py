"""A program finds itself where ``python program.py`` would have put it."""

from pathlib import Path

import pytest

from engine.trace.facts import Stream
from engine.trace.outcome import OutcomeKind
from tests.engine.session.runs import numbers, printed

pytestmark = pytest.mark.worker


def test_names_of_the_main_module(runs):
    text = (
        '"""What it is."""\n'
        "from __future__ import annotations\n"
        "import sys, pickle, os\n"
        "print(__name__, __file__, __doc__, sys.argv, sys.modules['__main__'].__name__)\n"
        "class Thing: pass\n"
        "print(type(pickle.loads(pickle.dumps(Thing()))) is Thing)\n"
        "def f(a: NoSuchName): pass\n"
        "count: int = 3\n"
        "print(__annotations__, os.getcwd())\n"
        "import inspect\n"
        "print(inspect.getsource(f), end='')\n"
    )
    recording = runs.run(text)
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome.detail
    assert printed(recording).splitlines() == [
        "__main__ program.py What it is. ['program.py'] __main__",
        "True",
        f"{{'count': 'int'}} {Path.cwd()}",
        "def f(a: NoSuchName): pass",
    ]


def test_neighbours_can_be_imported(runs, tmp_path):
    (tmp_path / "neighbour.py").write_text("import torch\ndef double(t):\n    return t * 2\n", encoding="utf-8")
    path = tmp_path / "main.py"
    text = "import torch\nfrom neighbour import double\ny = double(torch.ones(2))\ndouble(None)\n"
    recording = runs.run(text, filename=str(path))
    assert numbers(recording, "y") == [2, 2]
    assert recording.outcome.message.startswith("Line 4: TypeError: ")
    assert "neighbour.py" in recording.outcome.detail
    assert recording.files[1].endswith("neighbour.py")


def test_output_of_all_kinds_comes_in_order(runs):
    text = (
        "import os, sys, subprocess\n"
        "print('one', end=' ')\n"
        "os.write(1, b'two ')\n"
        "sys.stdout.buffer.write('drei ä '.encode())\n"
        "subprocess.run(['echo', 'four'])\n"
        "print('five', flush=True)\n"
        "sys.stderr.write('error\\n')\n"
        "os.write(2, b'more\\n')\n"
        "sys.__stdout__.write('six\\n')\n"
        "sys.__stdout__.flush()\n"
        "print('\\ud800', sys.stdout.isatty(), sys.stdout.encoding)\n"
        "import warnings; warnings.warn('careful')\n"
    )
    recording = runs.run(text)
    assert recording.outcome.kind is OutcomeKind.FINISHED
    assert printed(recording) == "one two drei ä four\nfive\nsix\n\\ud800 False utf-8\n"
    assert printed(recording, Stream.ERR).startswith("error\nmore\nprogram.py:12: UserWarning: careful\n")


def test_output_knows_its_step(runs):
    text = (
        "import torch\nprint('before')\nx = torch.ones(1)\n"
        "def f():\n    for i in range(3):\n        y = x * i\n        print(i)\nf()\n"
    )
    recording = runs.run(text)
    assert [(output.step, output.text) for output in recording.outputs] == [
        (0, "before\n"), (1, "0\n"), (2, "1\n"), (3, "2\n")
    ]  # fmt: skip


def test_output_is_live(runs):
    runs.begin("import time\nprint('now')\ntime.sleep(30)")
    assert runs.began.wait(30)
    for _ in range(100):
        if printed(runs.recordings[-1]) == "now\n":
            break
        runs.ended.acquire(timeout=0.05)
    else:
        pytest.fail("the text did not come while the program ran")
    runs.session.stop()
    runs.wait()


def test_what_is_recorded_in_a_long_loop_comes_live(runs):
    runs.begin("import torch, time\nx = torch.ones(2)\nwhile True:\n    x = x * 1.5\n    time.sleep(0.01)")
    assert runs.began.wait(30)
    for _ in range(100):
        if len(runs.recordings[-1].steps) > 20:
            break
        runs.ended.acquire(timeout=0.05)
    else:
        pytest.fail("no step came while the program ran")
    runs.session.stop()
    assert runs.wait().outcome.kind is OutcomeKind.STOPPED


def test_printing_while_others_print(runs):
    text = (
        "import threading\n"
        "def work(n):\n    for _ in range(300): print(n)\n"
        "threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]\n"
        "for t in threads: t.start()\nfor t in threads: t.join()\n"
    )
    recording = runs.run(text)
    text = printed(recording)
    assert sorted(text.replace("\n", "")) == sorted("0123" * 300)


def test_random_numbers_differ_between_runs_like_in_fresh_processes(runs):
    text = "import random, numpy as np, torch\nprint(random.random(), np.random.rand(), torch.initial_seed())"
    first, second = (printed(runs.run(text)).split() for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]
    assert first[2] == second[2]


def test_data_loader_with_worker_processes(runs):
    text = (
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "data = DataLoader(TensorDataset(torch.arange(8.)), batch_size=4, num_workers=1)\n"
        "print([batch[0].sum().item() for batch in data])\n"
    )
    recording = runs.run(text, time_limit_s=30)
    assert printed(recording) == "[6.0, 22.0]\n", (recording.outcome, printed(recording, Stream.ERR))
