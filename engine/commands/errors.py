"""Why a command cannot do what it was asked."""


class CommandError(Exception):
    """A wrong option or file; the text is one whole sentence, the exit code is 2."""
