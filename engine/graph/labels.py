"""What stands on a node: title and mono line."""

from engine.graph.categories import category_of
from engine.graph.view import Category
from engine.trace.facts import Argument, FailedCall, Role, Step, Value
from engine.trace.ids import ValueId
from engine.trace.recording import Recording
from engine.trace.source import factory_name, source_text
from engine.trace.tensors import shape_text, type_text

_SYMBOLS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "true_divide": "/",
    "pow": "**",
    "matmul": "@",
    "floor_divide": "//",
    "remainder": "%",
}
_ROLE_WORDS = {Role.PARAMETER: "param", Role.BUFFER: "buffer", Role.CONSTANT: "const", Role.GRADIENT: "grad"}
_LONGEST = 34
_SHORT_SOURCE = 14


def inner_path(path: str, around: str) -> str:
    """A path of modules as seen from inside ``around``; a bare number keeps the name of its list (``layers.3``)."""
    inner = path.removeprefix(f"{around}.") if around else path
    return f"{around.rpartition('.')[2]}.{inner}" if around and inner[:1].isdigit() else inner


def short(text: str, length: int = _LONGEST) -> str:
    """Return ``text`` on one line with at most ``length`` characters."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else line[: length - 1] + "…"


class Labels:
    """Texts for the nodes of one recording."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def leaf_title(self, value: ValueId, around: str = "") -> str:
        """Its name, seen from inside the module ``around``, or what it is when it has none."""
        names = self._recording.names(value)
        if names:
            return short(inner_path(names[0], around))
        fact = self._recording.values[value]
        return self._name_of_other_version(fact) or short(self._made_up(value, fact))

    def _made_up(self, value: ValueId, fact: Value) -> str:
        if fact.role is Role.INTERMEDIATE:
            return self._recording.shown_name(value)
        return factory_name(self._recording.program_lines, fact.span) or fact.role.value

    def _name_of_other_version(self, fact: Value) -> str:
        for version in self._recording.versions(fact.tensor)[:8]:
            names = self._recording.names(version)
            if names:
                return short(names[0])
        return ""

    def leaf_subtitle(self, value: ValueId) -> str:
        """What kind of leaf it is, shape and dtype."""
        fact = self._recording.values[value]
        if fact.role is Role.INTERMEDIATE:
            word = "earlier"
        else:
            word = _ROLE_WORDS.get(fact.role, "leaf" if fact.requires_grad else "input")
        return f"{word} {type_text(fact)}"

    def op_subtitle(self, step: Step, module_path: str) -> str:
        """What was written, as short as it can be said, and the shape of the first output."""
        shape = self._shape(step.outputs)
        name = self._output_name(step)
        is_named_loss = bool(name) and category_of(step.name) is Category.LOSS
        written = (name if is_named_loss else module_path) or name or self._expression(step)
        return f"{short(written, _LONGEST - len(shape) - 1)} {shape}".strip()

    def sent_subtitle(self, step: Step) -> str:
        """The shape of the first gradient that a backward node sent on."""
        shape = self._shape(tuple(value for value in step.outputs if value is not None))
        return f"sent {shape}" if shape else "sent nothing"

    def type_subtitle(self, value: ValueId | None) -> str:
        """Shape and dtype of a value."""
        return "" if value is None else type_text(self._recording.values[value])

    def optimizer_subtitle(self, step: Step) -> str:
        """Learning rate and number of parameters."""
        count = len(step.outputs)
        rate = next((f"lr {argument.text} · " for argument in step.arguments if argument.name == "lr"), "")
        return short(f"{rate}{count} parameter{'s' if count != 1 else ''}")

    def failed_subtitle(self, failure: FailedCall) -> str:
        """The error's class name and the shapes that came in."""
        shapes = " ".join(self._shape((value,)) for value in failure.inputs if value is not None)
        return short(f"{failure.error_type} {shapes}")

    def _shape(self, values: tuple[ValueId | None, ...]) -> str:
        if not values or values[0] is None:
            return ""
        return shape_text(self._recording.values[values[0]].shape)

    def _output_name(self, step: Step) -> str:
        if not step.outputs or step.outputs[0] is None:
            return ""
        names = self._recording.names(step.outputs[0])
        return names[0] if names else ""

    def _expression(self, step: Step) -> str:
        is_on_one_line = step.span is not None and step.span.line == step.span.end_line
        source = source_text(self._recording.program_lines, step.span) if is_on_one_line else ""
        symbol = _SYMBOLS.get(step.name.strip("_"))
        if symbol is None:
            settings = ", ".join(_keyword(argument) for argument in step.arguments if argument.value is None)
            return settings or (source if len(source) <= _SHORT_SOURCE else "")
        operands = step.arguments[:2]
        texts = [self._operand(argument) for argument in operands]
        if len(operands) == 2 and texts[0] and texts[1]:
            if 0 < len(source) <= _SHORT_SOURCE:
                return source
            return f"{texts[0]} {symbol} {texts[1]}"
        if len(operands) == 2 and texts[1] and operands[1].value is None:
            return f"{symbol} {texts[1]}"
        return source if len(source) <= _SHORT_SOURCE else symbol

    def _operand(self, argument: Argument) -> str:
        if argument.value is None:
            return argument.text
        names = self._recording.names(argument.value)
        return names[0] if names else ""


def _keyword(argument: Argument) -> str:
    return f"{argument.name}={argument.text}" if argument.name else argument.text


def backward_title(name: str) -> str:
    """``ReluBackward0`` without the part that every node has: ``Relu``."""
    stem = name.rstrip("0123456789")
    return short(stem.removesuffix("Backward") or name) if stem.endswith("Backward") else short(name)
