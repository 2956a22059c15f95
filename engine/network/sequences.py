"""Lists and sequences of layers, as a constructor writes them."""

import ast
import copy

from engine.network.constants import MOST_ITEMS
from engine.network.errors import CannotDrawError
from engine.network.imports import dotted
from engine.network.members import Literal, Member, Sequence
from engine.network.surroundings import Surroundings


def sequence_of(around: Surroundings, call: ast.Call, name: str) -> Sequence:
    """Return what a call of ``nn.Sequential``, ``nn.ModuleList`` or ``nn.ModuleDict`` makes."""
    if name == "nn.ModuleDict":
        return _keyed(around, call)
    is_callable = name == "nn.Sequential"
    arguments = call.args
    is_named = len(arguments) == 1 and isinstance(arguments[0], ast.Call)
    if is_named and "OrderedDict" in dotted(arguments[0].func):  # type: ignore[attr-defined]  # is_named says it is a call
        return Sequence(tuple(_named(around, arguments[0])), is_callable)  # type: ignore[arg-type]  # as above
    if call.keywords:
        raise CannotDrawError(call.lineno, "a sequence takes layers alone")
    found: list[Member] = []
    for one in arguments:
        if isinstance(one, ast.Starred):
            found += listed(around, one.value)
        elif not is_callable or isinstance(one, ast.List | ast.Tuple):
            found += listed(around, one)
        else:
            found.append(layer_member(around, one))
    return Sequence(tuple((str(index), one) for index, one in enumerate(found)), is_callable)


def _keyed(around: Surroundings, call: ast.Call) -> Sequence:
    """Return the layers by name that a call of ``nn.ModuleDict`` makes."""
    given = call.args[0] if len(call.args) == 1 and not call.keywords else None
    match given:
        case ast.Dict(keys=keys, values=values):
            pairs = list(zip(keys, values, strict=True))
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            pairs = [(ast.Constant(one.arg), one.value) for one in keywords]
        case _ if not call.args and not call.keywords:
            pairs = []
        case _:
            raise CannotDrawError(call.lineno, "which layers these are is known when it runs")
    found = []
    for key, value in pairs:
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise CannotDrawError(value.lineno, "the name of this layer is not known")
        found.append((key.value, layer_member(around, value)))
    return Sequence(tuple(found), is_callable=False, is_keyed=True)


def stacked(around: Surroundings, call: ast.Call) -> Sequence:
    """Return what a call of ``nn.TransformerEncoder`` makes: copies of a layer one after the other, and a norm.

    Raises:
        CannotDrawError: If the layer or the number of copies is not known.
    """
    names = ("encoder_layer", "num_layers", "norm")
    given = dict(zip(names, call.args, strict=False)) | {one.arg: one.value for one in call.keywords}
    layer, count = given.get("encoder_layer"), given.get("num_layers")
    if layer is None or count is None:
        raise CannotDrawError(call.lineno, "nn.TransformerEncoder needs its layer and how many there are")
    made, number = layer_member(around, layer), around.literal(count)
    if not isinstance(number, ast.Constant) or not isinstance(number.value, int):
        raise CannotDrawError(call.lineno, "how many layers there are is known when it runs")
    places = range(min(number.value, MOST_ITEMS))
    copies = Sequence(tuple((str(place), copy.deepcopy(made)) for place in places))  # each has weights of its own
    norm = given.get("norm")
    if norm is None or (isinstance(norm, ast.Constant) and norm.value is None):
        return Sequence((("layers", copies),))
    return Sequence((("layers", copies), ("norm", layer_member(around, norm))))


def listed(around: Surroundings, value: ast.expr) -> list[Member]:
    """Return the layers of a list."""
    found = layers_in(around, value)
    if found is None:
        made = around.member(value)
        if not isinstance(made, Sequence):
            raise CannotDrawError(value.lineno, f"“{ast.unparse(value)[:60]}” is no list of layers")
        found = [one for _name, one in made.members]
    return found


def layers_in(around: Surroundings, value: ast.expr) -> list[Member] | None:
    """Return the layers that a display or a comprehension makes, None where it makes something else."""
    if isinstance(value, ast.ListComp | ast.GeneratorExp):
        made = [scope.member(value.elt) for scope in around.within(value)]
    elif isinstance(value, ast.List | ast.Tuple) and any(isinstance(one, ast.Call | ast.Name | ast.Starred)
                                                         for one in value.elts):  # fmt: skip
        made = []
        for one in value.elts:
            made += listed(around, one.value) if isinstance(one, ast.Starred) else [around.member(one)]
    else:
        return [] if isinstance(value, ast.List | ast.Tuple) and not value.elts else None
    return None if any(isinstance(one, Literal) for one in made) else made


def _named(around: Surroundings, call: ast.Call) -> list[tuple[str, Member]]:
    pairs = call.args[0].elts if call.args and isinstance(call.args[0], ast.List | ast.Tuple) else []
    found = []
    for pair in pairs:
        match pair:
            case ast.Tuple(elts=[ast.Constant(value=str(name)), value]):
                found.append((name, layer_member(around, value)))
            case _:
                raise CannotDrawError(pair.lineno, "an OrderedDict of layers must be a list of names and layers")
    return found


def chosen(around: Surroundings, choices: ast.Dict, key: ast.expr) -> ast.expr:
    """Return what stands under a key that is known: the others are not made.

    Raises:
        CannotDrawError: If the key is not known, or nothing stands there.
    """
    wanted = ast.unparse(around.literal(key))
    for name, value in zip(choices.keys, choices.values, strict=True):
        if name is not None and ast.unparse(around.literal(name)) == wanted:
            return value
    raise CannotDrawError(key.lineno, f"nothing stands under {wanted}")


def added(around: Surroundings, call: ast.Call) -> tuple[str, Member]:
    """Return what a call of ``add_module`` adds, and its name.

    Raises:
        CannotDrawError: If one is not known.
    """
    match call.args:
        case [name, layer]:
            found = around.literal(name)
            if isinstance(found, ast.Constant) and isinstance(found.value, str) and found.value.isidentifier():
                return found.value, layer_member(around, layer)
    raise CannotDrawError(call.lineno, "the name of this layer is not known")


def layer_member(around: Surroundings, value: ast.expr) -> Member:
    """Return what a place in a list holds.

    Raises:
        CannotDrawError: If it is no layer.
    """
    made = around.member(value)
    if isinstance(made, Literal):
        raise CannotDrawError(value.lineno, f"“{ast.unparse(value)[:60]}” is no layer")
    return made
