"""Programs with further processes: data loaders, and ranks that compute together, each with its own recording."""

import os
import re
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
import torch

from engine.commands.options import RecordOptions
from engine.commands.record import record
from engine.trace.file import read_recording
from engine.trace.invariants import check_recording
from engine.trace.outcome import OutcomeKind
from engine.trace.recording import Recording
from tests.engine.session.runs import numbers, printed

pytestmark = [pytest.mark.worker, pytest.mark.skipif(sys.platform == "win32", reason="ranks here are forked, by gloo")]

RANKS = """
import os
import torch
import torch.multiprocessing as mp
from torch import nn
from torch.distributed import all_reduce, destroy_process_group, init_process_group
from torch.nn.parallel import DistributedDataParallel

def work(rank, folder):
    init_process_group("gloo", init_method=f"file://{folder}/group", rank=rank, world_size=2)
    torch.manual_seed(0)
    model = DistributedDataParallel(nn.Linear(3, 2))
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.full((4, 3), rank + 1.0)
    for _ in range(2):
        opt.zero_grad()
        loss = model(x).pow(2).sum()
        loss.backward()
        opt.step()
    total = torch.tensor([rank + 1.0])
    all_reduce(total)
    after = total * 2
    norm = DistributedDataParallel(nn.BatchNorm1d(3))
    for _ in range(2):
        norm(x + torch.arange(4.0)[:, None] * (rank + 1))
    mean = norm.module.running_mean * 1
    torch.save([*(p.grad for p in model.parameters()), *model.parameters(), total, mean], f"{folder}/results{rank}")
    destroy_process_group()

if __name__ == "__main__":
    mp.start_processes(work, (os.environ["RANKS_FOLDER"],), nprocs=2, start_method=os.environ["RANKS_START"])
    print("done")
"""


def names_of(recording: Recording) -> list[str]:
    return [step.name for step in recording.steps]


def test_ranks_compute_as_without_a_recorder_and_each_has_its_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ranks.py"
    program.write_text(RANKS, encoding="utf-8")
    folders = {name: tmp_path / name for name in ("bare", "recorded")}
    for folder in folders.values():
        folder.mkdir()
    bare = {"RANKS_FOLDER": str(folders["bare"]), "RANKS_START": "fork"}
    subprocess.run([sys.executable, str(program)], check=True, env={**os.environ, **bare}, capture_output=True)
    monkeypatch.setenv("RANKS_FOLDER", str(folders["recorded"]))
    monkeypatch.setenv("RANKS_START", "spawn")
    out, err = StringIO(), StringIO()
    assert record(RecordOptions(program=program, output=tmp_path / "run.chainrule"), out, err) == 0, err.getvalue()
    assert out.getvalue() == "done\n"
    other = tmp_path / "run.rank1.chainrule"
    assert f"[This is rank 0; rank 1 was recorded to {other}.]" in err.getvalue()
    assert "left running" not in err.getvalue()
    assert not (tmp_path / "run.rank0.chainrule").exists()
    for rank, path in enumerate((tmp_path / "run.chainrule", other)):
        results, expected = (torch.load(folders[name] / f"results{rank}") for name in ("recorded", "bare"))
        assert all(torch.equal(one, two) for one, two in zip(results, expected, strict=True))
        recording = read_recording(path)
        check_recording(recording)
        assert names_of(recording).count("all_reduce") == 3
        assert names_of(recording).count("SGD.step") == 2
        assert numbers(recording, "total") == [3.0]
        assert numbers(recording, "after") == [6.0]
        assert numbers(recording, "x") == [[rank + 1.0] * 3] * 4
        reduced = [step for step in recording.steps if step.target.endswith("DistributedDataParallel.all_reduce")][-1]
        grads = sorted(recording.array(value).ravel().tolist() for value in reduced.outputs)
        assert grads == sorted(result.ravel().tolist() for result in results[:2]), "what the optimizer gets"
        assert recording.array(reduced.inputs[0]).tolist() != recording.array(reduced.outputs[0]).tolist()
        copied = [step for step in recording.steps if step.name == "broadcast"]
        assert recording.names(copied[-1].outputs[0])[-1].endswith("running_mean")
        was, now = (recording.array(part[0]).tolist() for part in (copied[-1].inputs, copied[-1].outputs))
        assert (was == now) == (rank == 0), "each process begins with the buffers of the first"
        assert numbers(recording, "mean") == results[-1].tolist()


def test_forked_ranks_of_a_program_that_computes_itself_are_told_of(runs, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    text = RANKS.replace('os.environ["RANKS_FOLDER"]', repr(str(tmp_path))).replace(
        'os.environ["RANKS_START"]', '"fork"'
    )
    recording = runs.run("import torch\ny = torch.ones(2) * 2\n" + text)
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome
    assert printed(recording) == "done\n"
    assert names_of(recording) == ["mul"]
    told = "".join(output.text for output in recording.outputs)
    found = re.search(r"\[Ranks 0 and 1 were recorded to (.+) and (.+)\.\]", told)
    assert found is not None, told
    for path in found.groups():
        assert "all_reduce" in names_of(read_recording(Path(path)))
        Path(path).unlink()


def test_under_torchrun_each_rank_beyond_the_first_has_a_file_of_its_own(tmp_path, monkeypatch):
    program = tmp_path / "one.py"
    program.write_text("import os\nprint(os.environ['RANK'])\n", encoding="utf-8")
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    out, err = StringIO(), StringIO()
    assert record(RecordOptions(program=program, output=tmp_path / "run.chainrule"), out, err) == 0
    assert out.getvalue() == "1\n"
    assert (tmp_path / "run.rank1.chainrule").exists()
    assert not (tmp_path / "run.chainrule").exists()


LOADERS = """
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info

class Squares(Dataset):
    def __len__(self): return 8
    def __getitem__(self, i): return torch.tensor([float(i)]) ** 2

class Stream(IterableDataset):
    def __iter__(self):
        info = get_worker_info()
        yield from (torch.tensor(float(i)) * 10 for i in range(info.id, 6, info.num_workers))

w = torch.ones(1, requires_grad=True)
loader = DataLoader(Squares(), batch_size=4, num_workers=2, persistent_workers=True)
for epoch in range(2):
    for batch in loader:
        loss = (batch * w).sum()
        loss.backward()
total = w.grad.clone()
streamed = sorted(x.item() for x in DataLoader(Stream(), batch_size=None, num_workers=2))
print(total.item(), streamed)
"""


def test_data_loaders_workers_compute_for_themselves(runs):
    recording = runs.run(LOADERS)
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome
    assert "left running" not in recording.outcome.message
    assert printed(recording) == "280.0 [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]\n"
    forward = [step.name for step in recording.steps if step.phase.value == "forward"]
    assert forward == ["mul", "sum"] * 4 + ["clone"]
    assert numbers(recording, "total") == [280.0]
    check_recording(recording)


def test_a_spawned_process_loads_a_program_that_was_never_saved(runs, tmp_path):
    recording = runs.run(
        "import multiprocessing as mp, tempfile\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "def work(n): print('child', n * 2)\n"
        "if __name__ == '__main__':\n"
        "    p = mp.get_context('spawn').Process(target=work, args=(21,))\n"
        "    p.start(); p.join()\n"
        "    print('parent', p.exitcode, __file__)\n",
        filename="never_saved.py",
    )
    assert printed(recording) == "child 42\nparent 0 never_saved.py\n"
    assert not list(tmp_path.iterdir()), "what was written for the process is gone"


def test_a_forked_process_ends_by_signals_as_it_would_by_itself(runs):
    recording = runs.run(
        "import multiprocessing as mp, time\n"
        "p = mp.get_context('fork').Process(target=time.sleep, args=(60,))\n"
        "p.start(); time.sleep(0.2); p.terminate(); p.join()\n"
        "print(p.exitcode)\n"
    )
    assert printed(recording) == f"{-signal.SIGTERM}\n"


def test_stopping_ends_every_process_of_the_program(runs, tmp_path):
    pids = tmp_path / "pids"
    runs.begin(
        "import multiprocessing as mp, os, time, torch\n"
        "def work():\n"
        f"    with open({str(pids)!r}, 'a') as file: file.write(f'{{os.getpid()}}\\n')\n"
        "    while True: (torch.ones(3) * 2).sum()\n"
        "children = [mp.get_context('fork').Process(target=work) for _ in range(2)]\n"
        "for child in children: child.start()\n"
        "for child in children: child.join()\n"
    )
    end = time.monotonic() + 30
    while len(pids.read_text().split() if pids.exists() else ()) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    runs.session.stop()
    recording = runs.wait()
    assert recording.outcome.kind is OutcomeKind.STOPPED, recording.outcome
    end = time.monotonic() + 10
    for number in map(int, pids.read_text().split()):
        while _lives(number) and time.monotonic() < end:
            time.sleep(0.05)
        assert not _lives(number)


def _lives(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
