"""`manage.py lint`, "tests that assert": finds tests that pass without asserting when a collection is empty.

A finding is a test whose every assertion is inside a `for` over something that may be empty, or is `assert all(…)` of
it. Literals, constants of the repository and a `range` with constant bounds are not empty; neither is `some(items)`
(apps.common.testing.iteration), which fails without items. An assertion of something else, such as `assert rows`, is a
guard as well.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from devtools.project import ROOT

# Calls that assert, by the last part of their name; names that begin with `assert` do too.
ASSERTING = {"expect", "fail", "raises", "until", "warns"}
# Calls whose result has items when their argument has some.
KEEPING = {"dict", "enumerate", "frozenset", "list", "reversed", "set", "sorted", "tuple", "some"}
VIEWS = {"copy", "items", "keys", "values"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """The definitions of one file: values of its constants, its functions, and the origins of imported names."""

    root: Path
    values: dict[str, ast.expr] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    imports: dict[str, tuple[Path, str]] = field(default_factory=dict)


def findings(root: Path = ROOT) -> list[str]:
    """`path:line test_name` of each test below `tests/` and `apps/` that may pass without asserting."""
    paths = [*sorted(root.glob("tests/**/test_*.py")), *sorted(root.glob("apps/**/test_*.py"))]
    return [
        f"{path.relative_to(root)}:{test.lineno} {test.name}"
        for path in paths
        if "node_modules" not in path.parts
        for test in _tests(ast.parse(path.read_text()))
        if may_assert_nothing(test, load(path, root))
    ]


def may_assert_nothing(test: Function, module: Module) -> bool:
    """Whether every assertion of the test is inside a loop that may not run."""
    places = [_is_reached(parents, test, module) for parents in _assertions(test, module)]
    return bool(places) and not any(places)


def _tests(tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield node


def _assertions(function: Function, module: Module) -> Iterator[list[ast.AST]]:
    """For each assertion of the function, the statements around it and itself."""

    def visit(node: ast.AST, parents: list[ast.AST]) -> Iterator[list[ast.AST]]:
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _asserts(node, module)):
            yield [*parents, node]
            return
        for child in ast.iter_child_nodes(node):
            yield from visit(child, [*parents, node])

    for statement in function.body:
        yield from visit(statement, [])


def _asserts(call: ast.Call, module: Module) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ASSERTING or name.startswith("assert"):
        return True
    helper = _function(name, module) if isinstance(call.func, ast.Name) else None
    return helper is not None and any(isinstance(node, ast.Assert) for node in ast.walk(helper))


def _is_reached(parents: list[ast.AST], test: Function, module: Module) -> bool:
    """Whether each loop around an assertion runs at least once, as well as the one inside `assert all(…)`."""
    looped = [_looped_over(node) for node in parents]
    return all(_has_items(items, test, module) for items in looped if items is not None)


def _looped_over(node: ast.AST) -> ast.expr | None:
    match node:
        case ast.For(iter=items) | ast.AsyncFor(iter=items):
            return items
        case ast.Assert(test=ast.Call(func=ast.Name(id="all"), args=[items])):
            return items
    return None


def _has_items(node: ast.expr, test: Function | None, module: Module) -> bool:
    """Whether the expression is certainly not empty."""
    match node:
        case ast.Constant(value=str() | bytes() as text):
            return bool(text)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return any(not isinstance(i, ast.Starred) or _has_items(i.value, test, module) for i in items)
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return any(key is not None or _has_items(value, test, module) for key, value in pairs)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_has_items(value, test, module) for value in values)
        case ast.BinOp(op=ast.Add() | ast.BitOr(), left=left, right=right):
            return _has_items(left, test, module) or _has_items(right, test, module)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return all(not part.ifs and _has_items(part.iter, test, module) for part in node.generators)
        case ast.Name(id=name):
            return _name_has_items(name, test, module)
        case ast.Call():
            return _call_has_items(node, test, module)
    return False


def _name_has_items(name: str, test: Function | None, module: Module) -> bool:
    local = _assigned(name, test) if test else []
    if local:
        return all(value is not None and _has_items(value, test, module) for value in local)
    value = module.values.get(name)
    if value is not None:
        return _has_items(value, None, module)
    if name in module.imports:
        path, original = module.imports[name]
        return path.is_file() and _name_has_items(original, None, load(path, module.root))
    return False


def _assigned(name: str, function: Function) -> list[ast.expr | None]:
    """The values that a function gives to a name; None for those that are not plain assignments."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    values: list[ast.expr | None] = [None for argument in arguments if argument.arg == name]
    plain = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            plain.add(node.targets[0])
            values += [node.value] if node.targets[0].id == name else []
    stored = (node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return values + [None for node in stored if node.id == name and node not in plain]


def _call_has_items(call: ast.Call, test: Function | None, module: Module) -> bool:
    match call.func:
        case ast.Name(id="some"):
            return True
        case ast.Name(id="range"):
            numbers = [_number(bound, module) for bound in call.args]
            known = [number for number in numbers if number is not None]
            return len(known) == len(numbers) and len(range(*known)) > 0
        case ast.Name(id="map"):
            return len(call.args) > 1 and all(_has_items(argument, test, module) for argument in call.args[1:])
        case ast.Name(id="zip"):
            return bool(call.args) and all(_has_items(argument, test, module) for argument in call.args)
        case ast.Name(id=name) if name in KEEPING:
            return bool(call.args) and _has_items(call.args[0], test, module)
        case ast.Attribute(value=ast.Constant(value=str() as text), attr="split"):
            return bool(text.split())
        case ast.Attribute(value=value, attr=name) if name in VIEWS:
            return _has_items(value, test, module)
    return False


def _number(node: ast.expr, module: Module) -> int | None:
    """A literal number, or a constant of the same file that is one."""
    value = module.values.get(node.id) if isinstance(node, ast.Name) else node
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, int) else None


def _function(name: str, module: Module) -> Function | None:
    if name in module.functions:
        return module.functions[name]
    if name in module.imports:
        path, original = module.imports[name]
        return load(path, module.root).functions.get(original) if path.is_file() else None
    return None


@cache
def load(path: Path, root: Path = ROOT) -> Module:
    """The definitions of a file of the repository."""
    module = Module(root)
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                module.values.update(_constants(target, node.value))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            module.values[node.target.id] = node.value
        elif isinstance(node, Function):
            module.functions[node.name] = node
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            origin = root.joinpath(*node.module.split("."))
            source = origin / "__init__.py" if origin.is_dir() else origin.with_suffix(".py")
            module.imports.update({alias.asname or alias.name: (source, alias.name) for alias in node.names})
    return module


def _constants(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Names and values of `A = 1` and of `A, B = 1, 2`."""
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for inner, item in zip(targets, values, strict=True):
                yield from _constants(inner, item)


def main() -> int:
    """Print all findings; returns the exit code."""
    found = findings()
    for finding in found:
        print(f"{finding}: every assertion is about items that may be none; loop over some(…), or assert before it.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
