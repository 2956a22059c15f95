"""The chain rule at one autograd node: upstream × local = sent on."""

import re
from collections import defaultdict

import numpy as np

from engine.explain.compare import compared
from engine.explain.explanation import BackwardExplanation, Check, SavedNote, SentOn, Term, Verdict
from engine.explain.fan_in import fan_ins
from engine.explain.notation import Notation
from engine.explain.numerals import FEW, array_of, array_text, floats_of, prose_number
from engine.explain.operands import Operands, operands_of
from engine.explain.rules.apply import sent_on
from engine.explain.rules.rule import After, Before, Local, Rule, SlotRule, Times, Whole
from engine.explain.rules.run import LARGEST, Floats, OperandMissingError, broadcast_axes, signed
from engine.explain.rules.table import rule_for, stem
from engine.explain.sentences import backward_sentence
from engine.trace.facts import GradEdge, Step
from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import element_count

MOST_INPUTS = 48
"""So many inputs of a node are explained; there may be 100,000 (of a ``cat``)."""


def explain_backward(recording: Recording, step: Step, slot: int | None = None) -> BackwardExplanation:
    """Explain the run of an autograd node other than AccumulateGrad: one input, or the first ``MOST_INPUTS``."""
    assert step.grad_node is not None
    node = recording.grad_nodes[step.grad_node]
    rule = rule_for(node.name)
    work = _Work(recording, step, rule)
    edges = [edge for edge in recording.edges_from(node.id) if work.is_sent(edge) and slot in (None, edge.slot)]
    inputs = tuple(work.sent(edge) for edge in edges[:MOST_INPUTS])
    saved = tuple(
        _saved_note(recording, work.notation, entry.name, entry.value, entry.text)
        for entry in node.saved
        if "_sym_" not in entry.name
    )
    title = rule.title if rule else stem(node.name)
    return BackwardExplanation(
        step=step.index,
        title=title,
        node=node.name,
        inputs=inputs,
        more_inputs=len(edges) - len(inputs),
        fan_ins=fan_ins(recording, step, work.notation),
        saved=saved,
        definitions=work.notation.definitions,
        sentence=work.opening() + backward_sentence(recording, title, rule, inputs, work.notation),
    )


def _saved_note(recording: Recording, notation: Notation, name: str, value: ValueId | None, text: str) -> SavedNote:
    if value is None:
        return SavedNote(name, None, _LARGE_NUMBER.sub(lambda found: prose_number(signed(int(found[0]))), text))
    array = array_of(recording, value)
    numbers = "" if array is None else f" = {array_text(array)}"
    return SavedNote(name, value, notation.of(value) + numbers)


class _Work:
    """What is shared by the inputs of one node."""

    def __init__(self, recording: Recording, step: Step, rule: Rule | None) -> None:
        self.recording = recording
        self.step = step
        self.rule = rule
        self.notation = Notation(recording)
        assert step.grad_node is not None
        self.node = recording.grad_nodes[step.grad_node]
        self.forward = None if self.node.step is None else recording.steps[self.node.step]
        self.total = self.notation.total(step.backward_call)
        self.operands: Operands = operands_of(recording, step, rule, self.notation)
        out, _ = self.notation.target(step.grad_node, self._upstream_slot(), self.forward)
        self.gradient_word = f"∂{self.total}/∂{out}" if out != self.total else f"∂{out}/∂{out}"
        self.operands.words.update(g=self.gradient_word, out=out, power=_power_word(self.operands))

    def _upstream_slot(self) -> int:
        return next((slot for slot, value in enumerate(self.step.inputs) if value is not None), 0)

    def opening(self) -> str:
        """Say so where the backward pass begins."""
        call = self.step.backward_call
        upstream = self._upstream_term().array
        if call is None or self.node.id not in self.recording.backward_calls[call].roots or upstream is None:
            return ""
        return f"The backward pass starts here with {self.gradient_word} = {array_text(upstream)}. "

    def is_sent(self, edge: GradEdge) -> bool:
        return edge.slot < len(self.step.outputs) and self.step.outputs[edge.slot] is not None

    def sent(self, edge: GradEdge) -> SentOn:
        name, value = self.notation.target(edge.target, edge.input_index, self.forward)
        slot_rule = self.rule.slot(edge.slot) if self.rule else None
        words = defaultdict(lambda: "·", self.operands.words)
        result = f"∂{self.total}/∂{name}"
        if slot_rule is None:
            right, local_word = f"backward of {stem(self.node.name)}, given {self.gradient_word}", ""
        else:
            right = _tidy(slot_rule.formula.format_map(words))
            local_word = _tidy(slot_rule.local.format_map(words))
        sent_value = self.step.outputs[edge.slot]
        assert sent_value is not None
        sent_term = Term(
            f"sent on {result}",
            self.recording.values[sent_value].shape,
            floats_of(self.recording, sent_value),
            sent_value,
        )
        terms, symbols, check = self._numbers(slot_rule, edge.slot, local_word, sent_term)
        return SentOn(
            slot=edge.slot,
            name=name,
            value=value,
            formula=f"{result} = {right}",
            terms=terms,
            symbols=symbols,
            check=check,
            notes=self._broadcast_note(name, slot_rule, sent_term),
        )

    def _broadcast_note(self, name: str, slot_rule: SlotRule | None, sent: Term) -> tuple[str, ...]:
        upstream = self._upstream_term()
        if slot_rule is None or slot_rule.compute is None or not slot_rule.formula.startswith("{g}"):
            return ()
        if "reshaped" in slot_rule.formula or "summed" in slot_rule.formula or "ᵀ" in slot_rule.formula:
            return ()
        axes = broadcast_axes(upstream.shape, sent.shape)
        if not axes:
            return ()
        dimensions = " and ".join(map(str, axes))
        plural = "dimensions" if len(axes) > 1 else "dimension"
        return (f"Summed over {plural} {dimensions}, because {name} was broadcast.",)

    def _upstream_term(self) -> Term:
        value = self.step.inputs[self._upstream_slot()] if self.step.inputs else None
        shape = () if value is None else self.recording.values[value].shape
        return Term(f"upstream {self.gradient_word}", shape, floats_of(self.recording, value), value)

    def _numbers(
        self, slot_rule: SlotRule | None, slot: int, local_word: str, sent: Term
    ) -> tuple[tuple[Term, ...], tuple[str, ...], Check]:
        upstream = self._upstream_term()
        plain = ((upstream, sent), ("→",))
        if slot_rule is None or slot_rule.compute is None:
            return *plain, Check(Verdict.SYMBOLIC_ONLY, reason="this rule is shown by formula only")
        if max(element_count(upstream.shape), element_count(sent.shape)) > LARGEST:
            return *plain, Check(Verdict.SYMBOLIC_ONLY, reason="the tensors are too large to work it out here")
        try:
            with np.errstate(all="ignore"):
                local = slot_rule.compute(self.operands.run)
                computed = sent_on(local, self.operands.run, slot)
        except OperandMissingError as missing:
            return *plain, Check(Verdict.SYMBOLIC_ONLY, reason=str(missing))
        except (ValueError, IndexError):
            return *plain, Check(Verdict.SYMBOLIC_ONLY, reason="the shapes do not fit this rule")
        terms, symbols = _terms(local, local_word, upstream, sent)
        return terms, symbols, self._check(local, computed, sent)

    def _check(self, local: Local, computed: Floats, sent: Term) -> Check:
        if sent.array is None or sent.value is None:
            return Check(Verdict.SYMBOLIC_ONLY, reason="the gradient sent on was not kept")
        return compared(computed, sent.array, self._coarsest_dtype(sent.value), _scale(local, self.operands))

    def _coarsest_dtype(self, sent: ValueId) -> str:
        ranks = ("float64", "float32", "float16", "bfloat16")
        involved = [sent, *(value for value in self.step.inputs if value is not None)]
        dtypes = [self.recording.values[value].dtype for value in involved]
        return max(dtypes, key=lambda dtype: ranks.index(dtype) if dtype in ranks else 0)


_LARGE_NUMBER = re.compile(r"\d{19,20}")
"""autograd shows negative dimensions as unsigned."""
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power_word(operands: Operands) -> str:
    """Return ``a²`` for the derivative of ``a³``: the base to the exponent less one."""
    base, exponent = operands.words.get("self", "·"), operands.run.plain.get("exponent")
    if not isinstance(exponent, (int, float)):
        return f"{base}^({operands.words.get('exponent', 'n')} − 1)"
    left = exponent - 1
    if left in (0, 1):
        return base if left else "1"
    if left == int(left) and left > 0:
        return base + str(int(left)).translate(_SUPERSCRIPTS)
    return f"{base}^({prose_number(left)})"


def _tidy(formula: str) -> str:
    """Drop factors of one and double transposes."""
    return formula.replace("ᵀᵀ", "").removesuffix(" · 1")


def _scale(local: Local, operands: Operands) -> float:
    """Magnitude of the products that were summed to the gradient sent on."""
    gradient = operands.run.gradient
    top = float(np.max(np.abs(gradient), initial=0.0, where=np.isfinite(gradient)))
    match local:
        case Times(factor, _) | Before(factor) | After(factor):
            return top * float(np.max(np.abs(factor), initial=0.0, where=np.isfinite(factor)))
        case Whole():
            return top


def _terms(local: Local, word: str, upstream: Term, sent: Term) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    match local:
        case Times(factor, _) if word in ("", "1") and factor.size > FEW and np.all(factor == 1):
            return (upstream, sent), ("→",)
        case Times(factor, _):
            return (upstream, _local(word, factor), sent), ("×", "=")
        case After(factor):
            return (upstream, _local(word, factor), sent), ("@", "=")
        case Before(factor):
            return (_local(word, factor), upstream, sent), ("@", "=")
        case Whole():
            return (upstream, sent), ("→",)


def _local(word: str, factor: Floats) -> Term:
    return Term(f"local {word}" if word else "local", factor.shape, np.asarray(factor))
