from pathlib import Path

from gui.model.recent import CAPACITY, RecentFiles


def test_the_latest_is_on_top_and_only_once():
    recents = RecentFiles([Path("a"), Path("b")])
    recents.add(Path("b"))
    assert recents.paths == (Path("b"), Path("a"))


def test_no_more_than_nine():
    recents = RecentFiles()
    for number in range(20):
        recents.add(Path(str(number)))
    assert len(recents.paths) == CAPACITY
    assert recents.paths[0] == Path("19")


def test_tells_only_changes():
    recents = RecentFiles([Path("a")])
    told = []
    recents.changed.connect(told.append)
    recents.add(Path("a"))
    recents.remove(Path("z"))
    assert told == []
    recents.remove(Path("a"))
    assert told == [()]
