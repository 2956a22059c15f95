"""What a run tells is sent whole and in its order, whichever threads send it."""

import threading

from engine.runtime.training.outbox import MOST_AT_ONCE, Outbox
from engine.runtime.training.progress import ProgressTeller
from engine.training.facts import Mark, MarkKind, Picture, Points, TrainState, iterations_of


class SlowChannel:
    """Passes the first message on when it is let."""

    def __init__(self):
        self.told = []
        self.has_first, self.may_go_on = threading.Event(), threading.Event()

    def send(self, message):
        if not self.has_first.is_set():
            self.has_first.set()
            assert self.may_go_on.wait(20)
        self.told.append(message)


def iterations(messages):
    facts = [fact for message in messages if message != "end" for fact in message.facts]
    return [at for fact in facts if isinstance(fact, Points) for at in iterations_of(fact).tolist()]


def test_nothing_comes_after_the_end_and_points_keep_their_order():
    channel = SlowChannel()
    outbox = Outbox(channel.send)

    def end():
        outbox.send()
        channel.told.append("end")

    outbox.points.append(("loss", 0, 3.0))
    first, last = threading.Thread(target=outbox.send), threading.Thread(target=end)
    first.start()
    assert channel.has_first.wait(20)
    outbox.points.append(("loss", 1, 2.0))
    last.start()
    last.join(0.2)  # where it does not wait for the first message it is done by now
    channel.may_go_on.set()
    first.join()
    last.join()
    assert channel.told[-1] == "end"
    assert iterations(channel.told) == [0, 1]


def test_many_points_are_told_in_several_messages():
    told = []
    outbox = Outbox(told.append)
    outbox.points.extend(("loss", at, 0.0) for at in range(2 * MOST_AT_ONCE + 5))
    outbox.send()
    assert len(told) == 3
    assert iterations(told) == list(range(2 * MOST_AT_ONCE + 5))


def test_numbers_wait_a_little_and_words_do_not():
    told = []
    outbox = Outbox(told.append)
    outbox.send()
    outbox.points.append(("loss", 0, 3.0))
    outbox.show(Picture(0, "boundary", (1,), b"\0\0\0\0"))
    outbox.send_if_due()
    assert not told
    outbox.add(Mark(0, MarkKind.EDIT, "lr 0.1 → 0.2"))
    outbox.send_if_due()
    assert len(told[0].facts) == 3


def test_what_comes_after_the_end_is_not_told():
    told = []
    outbox = Outbox(told.append)
    outbox.add(Mark(0, MarkKind.EDIT, "lr 0.1 → 0.2"))
    outbox.close()
    outbox.add(Mark(1, MarkKind.EDIT, "lr 0.2 → 0.1"))
    outbox.send()
    assert len(told) == 1


def test_a_run_that_waits_is_never_told_to_run_by_a_clock_that_was_late():
    outbox = Outbox(lambda _message: None)
    told, in_the_middle, may_go_on = [], threading.Event(), threading.Event()

    class Loaders:
        """Its pass is asked for while a progress is made."""

        epochs = 0

        @property
        def current(self):
            if threading.current_thread() is clock:
                in_the_middle.set()
                assert may_go_on.wait(20)

    outbox.add = told.append
    teller = ProgressTeller(outbox, Loaders(), {})
    teller._told_ns = 0
    clock = threading.Thread(target=teller.tick, args=(5,))
    clock.start()
    assert in_the_middle.wait(20)
    pausing = threading.Thread(target=teller.tell, args=(TrainState.PAUSED, 5))
    pausing.start()
    pausing.join(0.2)  # where it does not wait for the clock it is done by now
    may_go_on.set()
    clock.join()
    pausing.join()
    assert [progress.state for progress in told] == [TrainState.RUNNING, TrainState.PAUSED]
