import gc
import weakref

import pytest

from engine.graph.uncollected import uncollected


class Circle:
    """Refers to itself."""

    def __init__(self):
        self.own = self


def test_nothing_is_collected_meanwhile_and_everything_after():
    with uncollected():
        assert not gc.isenabled()
        circle = Circle()
        seen = weakref.ref(circle)
        del circle
        assert seen() is not None
    assert gc.isenabled()
    gc.collect()
    assert seen() is None


def test_a_collector_that_was_off_stays_off_and_what_was_frozen_stays_frozen():
    gc.disable()
    gc.freeze()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
        gc.enable()
        with uncollected():
            pass
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
        gc.enable()


def test_an_error_lets_the_collector_go_on():
    with pytest.raises(KeyError), uncollected():
        raise KeyError
    assert gc.isenabled()
