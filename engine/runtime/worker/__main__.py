"""Entry point of the worker process: ``python -m engine.runtime.worker``."""

import sys
from importlib import import_module

from engine.runtime.worker.private_builtins import give_engine_private_builtins

if __name__ == "__main__":
    give_engine_private_builtins()
    # By name, because it must be loaded after the line above.
    sys.exit(import_module("engine.runtime.worker.main").main(sys.argv[1:]))
