"""The network that a program's ``nn.Module`` describes, read from its text; nothing is executed."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from engine.network.bindings import Names
from engine.network.constants import UnknownError, constant, tree_of
from engine.network.constructors import Builder, Scope
from engine.network.errors import CannotDrawError, NetworkError
from engine.network.forward import call_member, run_module
from engine.network.imports import dotted, with_known_names
from engine.network.marks import Marks, read_marks
from engine.network.members import Member, Module, Sequence, helpers_of, method_of, module_classes
from engine.network.names import free_name
from engine.network.network import Link, Network, Node, NodeKind, NodeName
from engine.network.order import normal
from engine.network.reading import Drawing
from engine.network.records import RecordType, is_record, record_types
from engine.network.values import Arguments, Group, Port, Routine, Value
from engine.network.whole_blocks import with_whole_blocks

_LONGEST_TEXT = 2_000_000


def parse_network(text: str, class_name: str = "") -> Network:
    """Return the network of a class, of the last module that the program defines when none is named.

    Without a class, the last ``nn.Sequential`` of the program is drawn.

    Raises:
        CannotDrawError: If a line does something else than calling layers and known functions.
        NetworkError: If the program defines no network.
    """
    if len(text) > _LONGEST_TEXT:
        raise NetworkError("The program is too long to be a network.")
    try:
        tree = with_known_names(ast.parse(text))
        return _parse(tree, read_marks(text), class_name)
    except SyntaxError as error:
        raise CannotDrawError(error.lineno or 1, f"it is no Python ({error.msg})") from error
    except ValueError as error:
        raise NetworkError("The program is no Python text.") from error
    except (RecursionError, MemoryError) as error:
        raise NetworkError("An expression of the program is nested too deeply.") from error


@dataclass(frozen=True, slots=True)
class _Finished:
    drawing: Drawing
    result: Value
    line: int
    name: str


def _parse(tree: ast.Module, marks: Marks, class_name: str) -> Network:
    classes = module_classes(tree)
    helpers = helpers_of(tree)
    records = record_types(tree)
    builder = Builder(classes, helpers, _values_of(tree, records), records)
    if class_name and class_name not in classes:
        raise NetworkError(f"The program defines no nn.Module called {class_name}.")
    if not classes:
        return _network(_drawn_sequence(tree, builder, marks))
    definition = classes[class_name] if class_name else list(classes.values())[-1]
    module = _made(tree, builder, definition)
    forward = method_of(definition, "forward")
    if forward is None:
        raise CannotDrawError(definition.lineno, f"{definition.name} has no forward")
    drawing = Drawing(marks, module.members, helpers)
    values: dict[str, Value | None] = {}
    inputs = [*forward.args.posonlyargs, *forward.args.args][1:]
    first_default = len(inputs) - len(forward.args.defaults)
    for index, argument in enumerate(inputs):
        if index >= first_default:
            values[argument.arg] = None
            continue
        mark = marks.input_in(argument.arg, forward.lineno, forward.end_lineno or forward.lineno)
        values[argument.arg] = drawing.add_input(argument.arg, mark)
    drawing.add_own_tensors()
    result = run_module(drawing, module, {key: value for key, value in values.items() if value is not None}, ())
    return _network(_Finished(drawing, result, forward.lineno, definition.name))


def _drawn_sequence(tree: ast.Module, builder: Builder, marks: Marks) -> _Finished:
    for statement in reversed(tree.body):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if (
                dotted(call.func) == "nn.Sequential"
            ):
                member: Member = Scope(builder, {}, {}).member(call)
                assert isinstance(member, Sequence)
                drawing = Drawing(marks, {name: member})
                start = drawing.add_input("x", marks.input_in("x", 0, 0))
                result = call_member(drawing, Routine(member, (name,)), Arguments([start], {}, statement.lineno, ""))
                return _Finished(drawing, result, statement.lineno, "Network")
    raise NetworkError("The program defines no nn.Module and no nn.Sequential.")


def _network(found: _Finished) -> Network:
    drawing = found.drawing
    drawing.add_loose_layers()
    ports = found.result.values if isinstance(found.result, Group) else (found.result,)
    name = free_name("output", drawing.taken)
    links = list(drawing.links)
    for index, port in enumerate(ports):
        if not isinstance(port, Port):
            raise CannotDrawError(found.line, "forward returns a tuple within a tuple")
        links.append(Link(port.node, port.index, name, index))
    nodes = (*drawing.nodes, Node(name=NodeName(name), kind=NodeKind.OUTPUT))
    network = Network(name=found.name, nodes=nodes, links=tuple(links))
    return normal(with_whole_blocks(network, set(drawing.marks.blocks.values())))


def _made(tree: ast.Module, builder: Builder, definition: ast.ClassDef) -> Module:
    """Read a module as the program makes it at its top, or else with the defaults of its arguments."""
    call = next((call for call in _calls_at_top(tree) if dotted(call.func) == definition.name), None)
    if call is None:
        return builder.module(definition)
    scope = Scope(builder, dict(builder.values), {})
    try:
        return builder.module(definition, call, scope)
    except CannotDrawError as error:
        try:
            return builder.module(definition)
        except CannotDrawError:
            raise error from None


def _calls_at_top(tree: ast.Module) -> list[ast.Call]:
    """Return the calls that a program makes outside of its functions and classes, the last one first."""
    plain = [one for one in tree.body if not isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    return [call for one in reversed(plain) for call in ast.walk(one) if isinstance(call, ast.Call)]


def _values_of(tree: ast.Module, records: Mapping[str, RecordType]) -> Names:
    """Return the constants that a program defines at its top."""
    scope = Scope(Builder({}, records=records), {}, {})
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                try:
                    found = scope.literal(value)
                    scope.values[name] = found if is_record(found) else tree_of(constant(found))
                except (UnknownError, CannotDrawError):
                    scope.values.pop(name, None)
    return scope.values
