"""Programs that are drawn, against themselves."""

import torch

from engine.network.parse import parse_network
from engine.network.source import write_source

HEAD = """
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
"""


def made(text):
    names = {"__name__": "network"}
    exec(compile(text, "network.py", "exec"), names)
    made_at_top = [one for one in names.values() if isinstance(one, torch.nn.Module)]
    return made_at_top[-1] if made_at_top else next(one for one in reversed(names.values()) if isinstance(one, type))()


def check_program(text, inputs):
    """What is drawn of a program computes what the program does."""
    network = parse_network(HEAD + text)
    source = write_source(network)
    assert parse_network(source) == network
    torch.manual_seed(0)
    own, drawn = made(HEAD + text).eval(), made(source).eval()
    states = {key.replace(".", "_"): value for key, value in own.state_dict().items()}
    drawn.load_state_dict({key: states[key.replace(".", "_")] for key in drawn.state_dict()})
    assert len(states) == len(drawn.state_dict())
    given = eval(f"({inputs},)", {"torch": torch})
    for seed in (1, 2):
        torch.manual_seed(seed)
        wanted = own(*given)
        torch.manual_seed(seed)
        found = drawn(*given)
        pairs = zip(wanted, found, strict=True) if isinstance(wanted, tuple) else [(wanted, found)]
        assert all(torch.equal(one, other) for one, other in pairs)
