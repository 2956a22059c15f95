import pytest

from engine.protocol.nursery import Notice, NoticeKind


def test_notices_survive():
    notice = Notice(NoticeKind.GONE, 2**40, -11)
    raw = notice.encode()
    assert len(raw) == Notice.SIZE
    assert Notice.decode(raw) == notice


@pytest.mark.parametrize("raw", [b"", b"\x09" + bytes(Notice.SIZE - 1), bytes(Notice.SIZE + 1)])
def test_other_bytes_are_refused(raw):
    with pytest.raises(ValueError, match=r"unpack|valid"):
        Notice.decode(raw)
