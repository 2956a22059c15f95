"""What happens when the window itself has a fault: it is said, with details to copy, and the window goes on."""

import logging
import sys
import traceback
from collections.abc import Callable
from types import TracebackType

log = logging.getLogger(__name__)

SENTENCE = "Something in Chainrule itself went wrong; your program and its recording are still here."
ShowReport = Callable[[str, str], None]


class CrashReporter:
    """An ``excepthook`` that logs an unexpected exception and shows it once."""

    def __init__(self, show: ShowReport) -> None:
        self._show = show
        self._is_showing = False

    def install(self) -> None:
        """Hear of every exception that nobody handled."""
        sys.excepthook = self.on_exception

    def on_exception(self, kind: type[BaseException], error: BaseException, origin: TracebackType | None) -> None:
        """Log it and show it; faults while the report is open are only logged."""
        details = "".join(traceback.format_exception(kind, error, origin))
        log.error("unexpected: %s", details)
        if issubclass(kind, KeyboardInterrupt) or self._is_showing:
            return
        self._is_showing = True
        try:
            self._show(
                "Something in Chainrule itself went wrong; your program and its recording are still here.", details
            )
        finally:
            self._is_showing = False
