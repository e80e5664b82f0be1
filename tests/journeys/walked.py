"""Which screens the journeys look at with axe, at 320 px and by keyboard: read from the journeys themselves. Each one,
when it runs, is held to what is read here of it (`checked` in conftest.py)."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.urls import Resolver404, resolve

HERE = Path(__file__).parent
#: Who looks: the fixtures that open a screen and check it, or check the one that is open.
LOOKS = {"accessible", "checked"}


def paths() -> dict[str, str]:
    """path -> journey that looks at it; a gap of an f-string is a 1. The portal's are told without their token."""
    found: dict[str, str] = {}
    for file in sorted(HERE.glob("test_*.py")):
        for one, named in _lookers(file):
            for part in (*one.body, *(given for mark in one.decorator_list for given in getattr(mark, "args", ()))):
                for path in _said(part, named):
                    found.setdefault(path, file.name)
    return found


def views() -> dict[str, str]:
    """view's name -> journey that looks at it."""
    found: dict[str, str] = {}
    for path, file in paths().items():
        if view := view_of(path):
            found.setdefault(view, file)
    return found


def told_by(file: Path, name: str, given: Iterable[object]) -> set[str]:
    """The paths that one journey says, run with what its parameters give it."""
    told = {str(one) for one in given}
    for function, named in _lookers(file):
        if function.name == name:
            told |= {path for part in function.body for path in _said(part, named)}
    return told


def view_of(path: str) -> str:
    """The view's name; empty when it is no address. The portal's page for what it has not is no word for other text."""
    bare = path.split("?")[0].split("#")[0]
    try:
        if bare.startswith("/"):
            return resolve(bare).view_name
        return resolve(f"/p/abcdef/{bare}").view_name.replace("portal:missing", "")
    except Resolver404:
        return ""


def _lookers(file: Path) -> Iterator[tuple[ast.FunctionDef, dict[str, ast.expr]]]:
    """Each journey of a file that looks, and the lists that the file names."""
    tree = ast.parse(file.read_text("utf-8"))
    named = {
        n.targets[0].id: n.value for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
    }
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef) and LOOKS & {argument.arg for argument in one.args.args}:
            yield one, named


def _said(part: ast.AST, named: dict[str, ast.expr]) -> Iterator[str]:
    """What is written like a path: in it, and in the lists of the module that it names. What is given to another than
    those who look (a click, a form, where to go) says nothing of looking."""
    if isinstance(part, ast.Call) and not (isinstance(part.func, ast.Name) and part.func.id in LOOKS):
        yield from _said(part.func, named)
        return
    if isinstance(part, ast.Name) and part.id in named:
        yield from _said(named[part.id], {})
    text = _text(part)
    if "/" in text and " " not in text:
        yield text
    elif not isinstance(part, ast.JoinedStr):
        for child in ast.iter_child_nodes(part):
            yield from _said(child, named)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "1" for v in node.values)
    return ""
