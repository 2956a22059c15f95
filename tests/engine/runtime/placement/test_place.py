"""A whole program under a placement: what shares memory, files, data loaders, threads, forks."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.programs import ROOT

PROGRAM = """
import json, os, sys, threading
import numpy as np
import torch
from engine.runtime.placement import place_program

place_program("meta")
from torch.utils.data import DataLoader, TensorDataset, random_split

found = {}
found["from_numpy"] = torch.from_numpy(np.ones(3)).device.type
found["frombuffer"] = torch.frombuffer(bytearray(8), dtype=torch.float32).device.type
path = sys.argv[1]
torch.save(torch.ones(3, device="cpu"), path)
found["load"] = torch.load(path).device.type
found["load with a location"] = torch.load(path, map_location="cpu").device.type

def in_thread():
    found["thread"] = torch.ones(2).device.type

thread = threading.Thread(target=in_thread)
thread.start()
thread.join()

class Numbers(torch.utils.data.Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, index):
        return np.float32(index), {"index": index}

for workers in (0, 2):
    numbers, extra = next(iter(DataLoader(Numbers(), batch_size=2, shuffle=True, num_workers=workers)))
    found[f"batch with {workers} workers"] = [numbers.device.type, extra["index"].device.type]
pair = TensorDataset(torch.ones(6, 2, device="cpu"), torch.zeros(6, device="cpu"))
found["shuffled"] = [part.device.type for part in next(iter(DataLoader(pair, 3, shuffle=True)))]
found["split"] = [len(part) for part in random_split(range(10), [3, 7])]

read, write = os.pipe()
if os.fork() == 0:
    os.write(write, torch.ones(2).device.type.encode())
    os._exit(0)
found["forked"] = os.read(read, 9).decode()
os.wait()
torch.set_default_device("cpu")
found["default of the text"] = torch.ones(2).device.type
print(json.dumps(found))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="worker processes of a DataLoader fork on Linux alone")
def test_everything_lands_on_the_device_or_where_it_can_be_used(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(tmp_path / "t.pt")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found == {
        "from_numpy": "meta",
        "frombuffer": "meta",
        "load": "meta",
        "load with a location": "cpu",
        "thread": "meta",
        "batch with 0 workers": ["meta", "meta"],
        "batch with 2 workers": ["meta", "meta"],
        "shuffled": ["meta", "meta"],
        "split": [3, 7],
        "forked": "cpu",
        "default of the text": "cpu",
    }
