"""Values held by reference: read later, they have the numbers of their version, or say why not."""

import gc
import weakref

import numpy as np
import pytest
import torch

from engine.protocol.request import ValuePolicy
from engine.trace.facts import Absence
from engine.trace.invariants import check_recording
from tests.engine.runtime.recorder.lazily import Lazy
from tests.engine.runtime.recorder.programs import HEAD, PROGRAMS, program
from tests.support.recorded import record_text


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_read_later_is_what_is_read_at_once(name: str, drains: bool) -> None:
    eager = record_text(program(name), drains=drains)
    lazy = Lazy().run(program(name), drains=drains).work()
    assert [value.shape for value in lazy.recording.values] == [value.shape for value in eager.recording.values]
    for value in eager.recording.values:
        assert lazy.recording.absence(value.id) == eager.recording.absence(value.id), value
        assert lazy.recording.data(value.id).nbytes == eager.recording.data(value.id).nbytes
        if value.dtype != "uint8":  # the workspace of an LSTM has gaps that nobody writes
            assert _raw(lazy.recording, value.id) == _raw(eager.recording, value.id), value
    check_recording(lazy.recording)


def _raw(recording, value):
    data = recording.data(value)
    return None if data.absence is not None else bytes(recording.store.read(data.offset, data.nbytes))


def test_a_drain_tells_of_structure_and_leaves_the_numbers() -> None:
    run = Lazy().run("import torch\nx = torch.ones(3)\ny = x * 2\n")
    assert run.absences("y") == [Absence.NOT_YET]
    assert run.recording.statistics(run.named("y")[0].id) is None
    assert run.work().numbers("y") == [[2, 2, 2]]
    assert run.recorder.late.held_count == 0


def test_small_values_are_written_by_the_drain() -> None:
    run = Lazy(small_bytes=100).run("import torch\nsmall = torch.ones(3) * 2\nlarge = torch.ones(26) * 2\n")
    assert run.absences("small") == [None]
    assert run.absences("large") == [Absence.NOT_YET]


def test_writes_copy_what_is_held() -> None:
    text = "import torch\nx = torch.zeros(2) * 1\nrow = x[0:1]\nx += 1\nrow.mul_(5)\ny = x * 1\nx.zero_()\n"
    run, eager = Lazy().run(text).work(), record_text(text)
    assert [5, 1] in run.numbers("x")
    assert run.numbers("x") == [eager.recording.array(value.id).tolist() for value in eager.named("x")]


def test_training_keeps_the_parameters_of_every_step() -> None:
    text = HEAD + (
        "torch.manual_seed(0)\nnet = nn.Linear(3, 2)\nopt = torch.optim.SGD(net.parameters(), 0.5)\n"
        "x = torch.randn(4, 3)\n"
        "for k in range(3):\n    opt.zero_grad()\n    net(x).pow(2).sum().backward()\n    opt.step()\n"
    )
    lazy, eager = Lazy().run(text).work(), record_text(text)
    expected = [eager.recording.array(value.id).tolist() for value in eager.named("net.weight")]
    assert len(expected) == 4
    assert lazy.numbers("net.weight") == expected


def test_a_write_that_the_recorder_cannot_see_is_noticed_by_the_version() -> None:
    run = Lazy().run("import torch\nx = torch.ones(3) * 2\ny = torch.ones(3) * 2\n")
    run.variables["x"].add_(1)  # outside of the recorder
    run.work()
    assert run.absences("x") == [Absence.OVERWRITTEN]
    assert run.numbers("y") == [[2, 2, 2]]


def test_memory_that_was_taken_away_is_noticed() -> None:
    run = Lazy().run("import torch\nx = torch.ones(30) * 2\n")
    run.variables["x"].untyped_storage().resize_(0)
    assert run.work().absences("x") == [Absence.OVERWRITTEN]


def test_statistics_come_before_bytes_and_looks_before_both() -> None:
    run = Lazy().run("import torch\na = torch.ones(3) * 2\nb = torch.ones(3) * 3\n")
    run.look(*run.named("b"))
    assert (run.absences("a"), run.absences("b")) == ([Absence.NOT_YET], [None])
    run.recording.append(run.recorder.late.work(0))
    assert run.absences("a") == [Absence.NOT_YET]
    run.work()
    assert run.numbers("a") == [[2, 2, 2]]
    assert run.recording.statistics(run.named("a")[0].id).maximum == 2


def test_held_memory_stays_within_its_budget() -> None:
    statements = "import torch\n" + "".join(f"x = torch.full((100,), {k}.0) * 1\n" for k in range(50))
    run = Lazy(reference_bytes=2000).run(statements)
    assert run.recorder.late.held_count <= 5 + 1
    run.work()
    assert [numbers[0] for numbers in run.numbers("x")] == list(range(50))


def test_beyond_both_budgets_statistics_stay_and_it_is_said() -> None:
    statements = "import torch\n" + "".join(f"x = torch.full((100,), {k}.0) * 1\n" for k in range(50))
    run = Lazy(budget_bytes=6000, reference_bytes=2000).run(statements).work().give_up()
    absences = run.absences("x")
    assert absences.count(None) >= 6
    assert set(absences) <= {None, Absence.SUMMARY_ONLY, Absence.OVER_BUDGET}
    assert Absence.SUMMARY_ONLY in absences
    assert None in absences[-4:]  # room was kept for what is held last
    for value, absence in zip(run.named("x"), absences, strict=True):
        assert (run.recording.statistics(value.id) is None) == (absence is Absence.OVER_BUDGET)
    assert run.store.room_bytes >= 0


def test_looking_reaches_beyond_the_usual_budget() -> None:
    statements = "import torch\nx = torch.ones(100) * 1\ny = torch.ones(100) * 2\nz = torch.ones(100) * 3\n"
    run = Lazy(budget_bytes=1700, look_bytes=500).run(statements).work()
    assert [run.absences(name)[0] for name in "xyz"] == [None, Absence.NOT_YET, Absence.NOT_YET]
    assert run.look(*run.named("z")).numbers("z") == [[3] * 100]
    assert run.give_up().absences("y") == [Absence.SUMMARY_ONLY]


def test_what_the_program_holds_itself_costs_nothing() -> None:
    run = Lazy().run("import torch\nkept = torch.ones(1000) * 2\n")
    held = run.recorder.late
    assert held.held_bytes < 4000 + 4000  # the ones may be gone already
    before = held.held_bytes
    run.variables.clear()
    gc.collect()
    assert held.held_bytes == before + 4000


def test_holding_a_value_holds_no_graph() -> None:
    class Probe(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.probe = held[0]
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return gradient

    class Thing:
        pass

    held = [Thing()]
    alive = weakref.ref(held[0])
    run = Lazy()
    run.variables["Probe"] = Probe
    run.run("import torch\nx = torch.ones(3, requires_grad=True)\ny = Probe.apply(x)\n")
    del run.variables["y"], held[0]
    run.recorder.release()
    gc.collect()
    assert alive() is None
    assert run.work().numbers("y") == [[1, 1, 1]]


def test_huge_values_are_held_weakly() -> None:
    text = (
        "import torch\nkept = torch.ones(1000) * 2\ndef f():\n    gone = torch.ones(1000) * 3\n    return gone\nf()\n"
    )
    run = Lazy(reference_bytes=1000).run(text)
    assert run.recorder.late.held_bytes == 0
    run.work()
    assert run.numbers("kept") == [[2] * 1000]
    assert Absence.OVER_BUDGET in {run.recording.absence(value.id) for value in run.recording.values}


def test_summaries_keep_statistics_and_distributions_of_all() -> None:
    text = "import torch\nbig = torch.arange(20000.) * 1\nmiddle = torch.arange(100.) * 1\ntiny = torch.ones(3) * 1\n"
    for options in ({}, {"small_bytes": 1000}, {"reference_bytes": 0}):
        run = Lazy(values=ValuePolicy.SUMMARIES, **options).run(text).work().give_up()
        assert (run.absences("big"), run.absences("middle")) == ([Absence.SUMMARY_ONLY], [Absence.SUMMARY_ONLY])
        big, middle = (run.recording.histogram(run.named(name)[0].id) for name in ("big", "middle"))
        assert (big.low, big.high, big.is_sampled) == (0, 19999, True)
        assert sum(middle.counts) == 100
        assert middle.preview == tuple(float(np.float32(k * 100 // 64)) for k in range(64))
        assert run.recording.statistics(run.named("big")[0].id).mean == pytest.approx(9999.5)
        assert run.numbers("tiny") == [[1, 1, 1]] or options == {}
