"""Entry point of the worker process: ``python -m engine.runtime.worker``."""

import sys

from engine.runtime.worker.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
