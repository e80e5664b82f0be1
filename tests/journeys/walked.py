"""Which screens the journeys look at with axe, at 320 px and by keyboard: read from the journeys themselves."""

from __future__ import annotations

import ast
from pathlib import Path

from django.urls import Resolver404, resolve

HERE = Path(__file__).parent
#: Who looks: the fixtures of the staff's screens, and the tool itself where a journey drives it.
LOOKS = {"accessible", "looked", "Axe"}


def paths() -> dict[str, str]:
    """path -> journey that looks at it; a gap of an f-string is a 1. The portal's are told without their token."""
    found: dict[str, str] = {}
    for file in sorted(HERE.glob("test_*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        named = {n.targets[0].id: n.value for n in tree.body if isinstance(n, ast.Assign) and _is_name(n.targets[0])}
        for one in ast.walk(tree):
            if isinstance(one, ast.FunctionDef) and _looks(one):
                # Also what its decorators give it, and the lists of the module that it names.
                lists = [named[n.id] for n in ast.walk(one) if isinstance(n, ast.Name) and n.id in named]
                for node in (n for part in (one, *lists) for n in ast.walk(part)):
                    text = _text(node)
                    if text and "/" in text and " " not in text:
                        found.setdefault(text, file.name)
    return found


def views() -> dict[str, str]:
    """view's name -> journey that looks at it."""
    found: dict[str, str] = {}
    for path, file in paths().items():
        bare = path.split("?")[0].split("#")[0]
        for tried in (bare, f"/p/abcdef/{bare.lstrip('/')}"):
            if tried.startswith("/"):
                try:
                    found.setdefault(resolve(tried).view_name, file)
                    break
                except Resolver404:
                    continue
    return found


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _looks(function: ast.FunctionDef) -> bool:
    asked = {argument.arg for argument in function.args.args}
    called = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    return bool(LOOKS & (asked | called))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "1" for v in node.values)
    return ""
