"""Trains a network in turns, watched and bare, in one process, and prints what an iteration takes as JSON."""

import contextlib
import io
import json
import statistics
import sys
import threading
import time

import torch

from engine.network.source import write_source
from engine.network.templates import templates
from engine.program.source import SourceMap
from engine.protocol.codec import encode
from engine.runtime.recorder import RecorderOptions
from engine.runtime.training import Gate, Resuming, Sampler, TrainingController
from engine.training.options import TrainingOptions
from engine.training.plan import GeneratedData, Shape, TrainingPlan
from engine.training.plane import plane_of
from engine.training.script import script_of
from gui.model.training_control import SAMPLE_EVERY

TURNS = 20
TURN_S, BARE_TURN_S = 0.6, 0.2
"""So long that what is done now and then is done in a watched turn as often as in a long run; while the bare one has
its turn, the clocks for that go on."""
TICK_S = 0.05
DIGITS = """
def make_digits():
    generator = torch.Generator().manual_seed(0)
    return torch.rand(256, 1, 8, 8, generator=generator), torch.arange(256) % 10
"""
"""As large as the digits of scikit-learn, which need not be installed."""


def plan_of(name: str) -> TrainingPlan:
    """Return what is trained."""
    sources = {template.title: write_source(template.network) for template in templates()}
    if name == "spirals":
        wider = sources["Multilayer perceptron"].replace("8, 8", "16, 16").replace("2, 8", "2, 16")
        return TrainingPlan(network=wider.replace("8, 2", "16, 2"), epochs=1)
    return TrainingPlan(network=sources["Small ResNet"], epochs=1, data=GeneratedData(shape=Shape.NAMES, count=256))


def text_of(name: str) -> str:
    """Return the script."""
    text = script_of(plan_of(name))
    if name == "digits":
        start, end = text.index("def make_names"), text.index("class ")
        text = text[:start] + DIGITS.strip() + "\n\n\n" + text[end:]
        text = text.replace("make_names(count=256, seed=0)", "make_digits()")
    return text


def measure(name: str) -> dict[str, float]:
    """Return the median microseconds of CPU that an iteration takes, bare and watched."""
    text = text_of(name)
    names: dict[str, object] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "script.py", "exec"), names)
    loader, train_batch = names["train_loader"], names["train_batch"]

    def turn(span_s: float) -> float:
        for inputs, targets in loader:  # that Python gets used to what was replaced or put back
            train_batch(inputs, targets)
        began_s, ends_s, batches = time.process_time(), time.perf_counter() + span_s, 0
        while time.perf_counter() < ends_s:
            for inputs, targets in loader:
                train_batch(inputs, targets)
            batches += len(loader)
        return (time.process_time() - began_s) / batches * 1e6

    options = TrainingOptions(plane=plane_of(plan_of(name).data), sample_every=SAMPLE_EVERY)
    source = SourceMap("script.py", text)
    sampler = Sampler(RecorderOptions(), options.sample_bytes, source, names, encode, options.sample_share)
    gate = Gate(options.play)
    times: dict[str, list[float]] = {"bare": [], "watched": []}
    controller = TrainingController(options, gate, encode, names, sampler, Resuming("", text, names))
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(TICK_S):
            controller.tick()

    for _ in range(TURNS):
        times["bare"].append(turn(BARE_TURN_S))
        with controller:
            stop.clear()
            thread = threading.Thread(target=tick)
            thread.start()
            times["watched"].append(turn(TURN_S))
            stop.set()
            thread.join()
    return {kind: statistics.median(found[2:]) for kind, found in times.items()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(measure(sys.argv[1])))
