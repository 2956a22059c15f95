"""The layout of the file that tensor bytes are put into.

The first 8 bytes are the line of the top-level statement that runs (0: none yet), so that a crash can be placed. The
bytes of tensors begin at ``BYTES_START``; offsets in a recording count from there.
"""

import struct

LINE = struct.Struct("<q")
LOOK_BYTES = 128_000_000
"""Room beyond the budget, for values that somebody looks at."""
BYTES_START = 4096
