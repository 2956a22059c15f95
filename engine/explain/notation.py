"""What values are called in formulas: their names in the program, letters where they have none."""

import re
from itertools import product

from engine.explain.explanation import Definition
from engine.explain.numerals import array_of, prose_number
from engine.explain.rules.table import stem
from engine.trace.facts import Step
from engine.trace.ids import BackwardCallId, GradNodeId, ValueId
from engine.trace.recording import Recording
from engine.trace.source import source_text

_LETTERS = "abcuvpqrstmnefghkz"
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_LONGEST_NAME = 24
_LONGEST_SYMBOL = 18
_KNOWN_LETTERS = {"weight": "W", "bias": "b"}
"""How books call the two parameters of a layer."""


def short_name(name: str) -> str:
    """Return the end of a long dotted name that is enough to tell it: ``layers.0.weight``."""
    while "." in name and (len(name) > _LONGEST_NAME or name[0].isdigit()):
        name = name.split(".", 1)[1]
    return name


def symbol_of(name: str) -> str:
    """Return the last parts of a dotted name, as many as a formula needs: ``narrow.weight``, ``stem.0.weight``."""
    parts = name.split(".")
    taken = 2
    while taken < len(parts) and parts[-taken].isdigit():
        taken += 1
    return ".".join(parts[-taken:])


class Notation:
    """Names for one explanation. Letters are given out in order of asking and never collide with the program."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._given: dict[ValueId, str] = {}
        self._inner: dict[tuple[GradNodeId, int], str] = {}
        self._definitions: list[Definition] = []
        self._used = set(_IDENTIFIER.findall(recording.info.program))
        self._free = (a + b for b, a in product(("", "₁", "₂", "₃"), _LETTERS))
        self._total = next(letter for letter in ("L", "ℒ") if letter not in self._used)

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """What the letters given out so far stand for."""
        return tuple(self._definitions)

    def of(self, value: ValueId) -> str:
        """Return the symbol of a value."""
        if value not in self._given:
            symbol = self._new(value)
            while symbol in self._given.values() and not symbol[:1].isdigit() and symbol[:1] != "−":
                symbol += "′"  # another value of the same name: the name was bound anew
            self._given[value] = symbol
        return self._given[value]

    def _new(self, value: ValueId) -> str:
        names = self._recording.names(value)
        if names:
            return self._named(names[0], value)
        fact = self._recording.values[value]
        if fact.producer is None and fact.shape == () and not fact.requires_grad:
            array = array_of(self._recording, value)
            if array is not None:
                return prose_number(array.item())
        return self._letter(self.meaning(value), value)

    def _named(self, name: str, value: ValueId) -> str:
        symbol = symbol_of(name)
        if len(symbol) <= _LONGEST_SYMBOL:
            return symbol
        return self._letter(name, value, _KNOWN_LETTERS.get(name.rsplit(".", 1)[-1]))

    def meaning(self, value: ValueId) -> str:
        """Return the program's text for a value without a name."""
        fact = self._recording.values[value]
        producer = None if fact.producer is None else self._recording.steps[fact.producer]
        span = fact.span if producer is None else producer.span
        return source_text(self._recording.program_lines, span) or (
            "" if producer is None else f"output of {producer.name}"
        )

    def _letter(self, meaning: str, value: ValueId | None, wish: str | None = None) -> str:
        letter = (
            wish if wish and wish not in self._used else next((one for one in self._free if self._is_new(one)), "?")
        )
        self._used.add(letter)
        if meaning:
            self._definitions.append(Definition(letter, meaning, value))
        return letter

    def _is_new(self, letter: str) -> bool:
        return letter not in self._used

    def target(self, node: GradNodeId, slot: int, forward: Step | None) -> tuple[str, ValueId | None]:
        """Return symbol and value of what input ``slot`` of an autograd node differentiates.

        ``forward`` is the op under explanation: the value is one of its inputs, a leaf, or lies inside the op.
        """
        value = self._value_at(node, slot, forward)
        if value is not None:
            return self.of(value), value
        return self._inside(node, slot, forward), None

    def _value_at(self, node: GradNodeId, slot: int, forward: Step | None) -> ValueId | None:
        leaf = self._recording.grad_nodes[node].variable
        for value in forward.inputs if forward else ():
            if value is None:
                continue
            fact = self._recording.values[value]
            at_leaf = leaf is not None and fact.tensor == self._recording.values[leaf].tensor
            if at_leaf or (fact.grad_node == node and fact.grad_slot == slot):
                return value
        if leaf is not None:
            return leaf
        made_by = self._recording.grad_nodes[node].step
        for value in self._recording.steps[made_by].outputs if made_by is not None else ():
            if value is not None:
                fact = self._recording.values[value]
                if fact.grad_node == node and fact.grad_slot == slot:
                    return value
        return None

    def _inside(self, node: GradNodeId, slot: int, forward: Step | None) -> str:
        if (node, slot) not in self._inner:
            fact = self._recording.grad_nodes[node]
            edges = self._recording.edges_from(node)
            if stem(fact.name) == "T" and edges:
                inner = self._value_at(edges[0].target, edges[0].input_index, forward)
                if inner is not None:
                    self._inner[node, slot] = f"{self.of(inner)}ᵀ"
                    return self._inner[node, slot]
            self._inner[node, slot] = self._letter(f"inside {forward.name if forward else fact.name}", None)
        return self._inner[node, slot]

    def total(self, call: BackwardCallId | None) -> str:
        """Return the symbol of what is differentiated: the root's name, or ``L``."""
        if call is None:
            return self._total
        roots = self._recording.backward_calls[call].root_values
        if len(roots) == 1:
            if roots[0] in self._given:
                return self._given[roots[0]]
            names = self._recording.names(roots[0])
            if names:
                return symbol_of(names[0])
            self._given[roots[0]] = self._total
            self._definitions.append(Definition(self._total, self.meaning(roots[0]), roots[0]))
        return self._total
