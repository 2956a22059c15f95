"""A forward op in numbers: ``relu(2·1 + 1) = relu(3) = 3``."""

import numpy as np

from engine.explain.explanation import ForwardExplanation, Term
from engine.explain.notation import Notation
from engine.explain.numerals import array_of, factor_text, floats_of, prose_number
from engine.trace.facts import Argument, Phase, Step
from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from engine.trace.source import source_text
from engine.trace.tensors import shape_text

_INFIX = {
    "add": "{0} + {1}", "add_": "{0} + {1}", "sub": "{0} − {1}", "sub_": "{0} − {1}", "rsub": "{1} − {0}",
    "__rsub__": "{1} − {0}", "mul": "{0}·{1}", "mul_": "{0}·{1}", "multiply": "{0}·{1}", "div": "{0}/{1}",
    "div_": "{0}/{1}", "true_divide": "{0}/{1}", "__rdiv__": "{1}/{0}", "__rtruediv__": "{1}/{0}",
    "pow": "{0}^{1}", "pow_": "{0}^{1}", "__rpow__": "{1}^{0}", "neg": "−{0}", "square": "{0}²",
    "matmul": "{0} @ {1}", "__matmul__": "{0} @ {1}", "__rmatmul__": "{1} @ {0}", "mm": "{0} @ {1}",
}  # fmt: skip
_SUMS = {"add", "add_", "sub", "sub_", "rsub", "__rsub__"}
_POINTWISE = {
    "relu", "relu_", "sigmoid", "sigmoid_", "tanh", "tanh_", "exp", "log", "sqrt", "rsqrt", "abs", "sin", "cos",
    "tan", "gelu", "silu", "leaky_relu", "elu", "softplus", "relu6", "log1p", "log2", "log10", "erf", "reciprocal",
    "hardtanh", "mish", "floor", "ceil", "round", "sign", "maximum", "minimum", "expm1", "atan", "asin", "acos",
}  # fmt: skip
_PRODUCTS = {"matmul", "__matmul__", "mm", "mv", "dot"}
_MOST_LISTED = 16
"""So many arguments of a call are written out; there may be 100,000."""
_DEPTH = 3
_TERMS = 4


def explain_forward(recording: Recording, step: Step) -> ForwardExplanation:
    """Explain a forward op."""
    notation = Notation(recording)
    symbols = [_symbol(notation, argument) for argument in step.arguments]
    output = next((value for value in step.outputs if value is not None), None)
    inputs = tuple(
        Term(notation.of(value), recording.values[value].shape, floats_of(recording, value), value)
        for value in dict.fromkeys(step.inputs)
        if value is not None
    )
    outputs = tuple(
        Term(_output_name(recording, value), recording.values[value].shape, floats_of(recording, value), value)
        for value in step.outputs
        if value is not None
    )
    named = recording.names(output)[:1] if output is not None else ()
    call = _call(step.name, symbols)
    return ForwardExplanation(
        step=step.index,
        title=step.name,
        formula=f"{named[0]} = {call}" if named else call,
        numbers="" if output is None else _numbers(recording, step, output),
        sentence=_sentence(recording, step, output),
        definitions=notation.definitions,
        inputs=inputs,
        outputs=outputs,
    )


def _output_name(recording: Recording, value: ValueId) -> str:
    names = recording.names(value)
    return names[0] if names else "result"


def _symbol(notation: Notation, argument: Argument) -> str:
    text = notation.of(argument.value) if argument.value is not None else argument.text
    return f"{argument.name}={text}" if argument.name and argument.value is None else text


def _call(name: str, symbols: list[str]) -> str:
    pattern = _INFIX.get(name)
    if pattern is not None and pattern.count("{") <= len(symbols):
        bare = [symbol.split("=")[-1] for symbol in symbols]
        if name in ("mul", "mul_") and bare[1][:1].isdigit():
            bare[:2] = bare[1], bare[0]  # a number reads better before its factor
        return pattern.format(*bare)
    return f"{name}({_listed(symbols)})"


def _listed(texts: list[str], between: str = ", ") -> str:
    """Return the texts, of very many the first ones and how many more there are."""
    more = len(texts) - _MOST_LISTED
    return between.join([*texts[:_MOST_LISTED], f"{more:,} more"] if more > 1 else texts)


def _sentence(recording: Recording, step: Step, output: ValueId | None) -> str:
    text = source_text(recording.program_lines, step.span)
    where = f"Line {step.span.line}: {text}" if step.span is not None and text else step.name
    if output is None:
        return f"{where}."
    shapes = [shape_text(recording.values[value].shape) for value in step.inputs if value is not None]
    return f"{where}.  {_listed(shapes, ' , ') or 'nothing'} → {shape_text(recording.values[output].shape)}"


def _numbers(recording: Recording, step: Step, output: ValueId) -> str:
    array = floats_of(recording, output)
    if array is None or array.size == 0:
        return ""
    place = "" if array.size == 1 else "[" + ", ".join("0" for _ in array.shape) + "]:  "
    result = prose_number(float(array.flat[0]))
    if step.name in _PRODUCTS:
        chain = _product_text(recording, step)
    elif step.name in ("sum", "mean"):
        chain = _reduction_text(recording, step)
    else:
        deep, flat = _element(recording, step, _DEPTH), _element(recording, step, 1)
        chain = f"{deep} = {flat}" if deep and deep != flat else flat
    return f"{place}{chain} = {result}" if chain else ""


def _element(recording: Recording, step: Step, depth: int) -> str:
    """Return the op applied to the first element, its operands expanded ``depth`` producers deep (at most three)."""
    known = step.name in _INFIX and step.name not in _PRODUCTS
    if not (known or step.name in _POINTWISE) or not step.outputs or step.outputs[0] is None:
        return ""
    shape = recording.values[step.outputs[0]].shape
    words = [_operand(recording, argument, shape, depth, step.name) for argument in step.arguments]
    if step.name in ("add", "add_", "sub", "sub_") and words:
        words[0] = _bare(words[0])
    if step.name in _POINTWISE:
        words = [word for word, argument in zip(words, step.arguments, strict=True) if argument.value is not None]
    if not words or any(not word for word in words):
        return ""
    return _call(step.name, words)


def _bare(word: str) -> str:
    """Drop the parentheses around a single negative number at the head of a sum."""
    inner = word[1:-1]
    return inner if word.startswith("(−") and word.endswith(")") and not set(inner) & set("()+· ") else word


def _operand(recording: Recording, argument: Argument, shape: tuple[int, ...], depth: int, outer: str) -> str:
    if argument.value is None:
        return argument.text if not argument.name else ""
    fact = recording.values[argument.value]
    inner = ""
    if depth > 1 and fact.producer is not None and fact.shape == shape:
        producer = recording.steps[fact.producer]
        inner = _element(recording, producer, depth - 1) if producer.phase is Phase.FORWARD else ""
        if inner and outer in _INFIX and not (outer in ("add", "add_") or producer.name in _POINTWISE):
            inner = f"({inner})"
    if inner:
        return inner
    array = array_of(recording, argument.value)
    if array is None or array.size == 0:
        return ""
    try:
        first = np.broadcast_to(array, np.broadcast_shapes(array.shape, shape)).flat[0].item()
    except ValueError:  # a function of that name which is not torch's: its operands need not fit together
        return ""
    return factor_text(first) if outer in _INFIX else prose_number(first)


def _product_text(recording: Recording, step: Step) -> str:
    """Return the inner product behind the first element: ``1·3 + 2·4 + …``."""
    arrays = [floats_of(recording, value) for value in step.inputs if value is not None]
    if (
        len(arrays) != 2
        or arrays[0] is None
        or arrays[1] is None
        or not (0 < arrays[0].ndim <= 2 >= arrays[1].ndim > 0)
    ):
        return ""
    row = arrays[0][0] if arrays[0].ndim == 2 else arrays[0]
    column = arrays[1][:, 0] if arrays[1].ndim == 2 else arrays[1]
    parts = [f"{factor_text(a)}·{factor_text(b)}" for a, b in zip(row[:_TERMS], column[:_TERMS], strict=True)]
    return " + ".join(parts) + (" + …" if row.size > _TERMS else "")


def _reduction_text(recording: Recording, step: Step) -> str:
    array = floats_of(recording, step.inputs[0]) if step.inputs else None
    whole = len([argument for argument in step.arguments if argument.value is None]) == 0
    if array is None or not whole or array.size == 0:
        return ""
    parts = [factor_text(float(item)) for item in array.flat[: 2 * _TERMS]]
    text = " + ".join(parts) + (" + …" if array.size > 2 * _TERMS else "")
    return f"({text})/{array.size}" if step.name == "mean" else text
