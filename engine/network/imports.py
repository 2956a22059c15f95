"""The names of a program as the catalogue writes them, whatever it imports them as."""

import ast

_MEANT = {"torch.nn.functional": "F", "torch.nn": "nn", "torch": "torch", "math": "math"}


def with_known_names(tree: ast.Module) -> ast.Module:
    """Return the program with ``nn``, ``F``, ``torch`` and ``math`` in place of what it imported them as."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                aliases[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                aliases[name.asname or name.name] = f"{node.module}.{name.name}"
    known = {alias: full for alias, full in aliases.items() if full.partition(".")[0] in {"torch", "math"}}
    changed = _Renamer(known).visit(tree)
    assert isinstance(changed, ast.Module)
    return changed


def dotted(node: ast.expr) -> str:
    """Return a chain of attributes as text, e.g. ``nn.Linear``; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


class _Renamer(ast.NodeTransformer):
    def __init__(self, aliases: dict[str, str]) -> None:
        self._aliases = aliases

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._known(node, node.id)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = dotted(node)
        return self._known(node, name) if name else self.generic_visit(node)

    def _known(self, node: ast.expr, name: str) -> ast.expr:
        first, _, rest = name.partition(".")
        if first not in self._aliases:
            return node
        full = self._aliases[first] + (f".{rest}" if rest else "")
        for module, short in _MEANT.items():
            if full == module or full.startswith(module + "."):
                full = short + full[len(module) :]
                break
        made = ast.parse(full, mode="eval").body
        for part in ast.walk(made):
            ast.copy_location(part, node)
        return made
