"""A YAML text changed only where its value changes: remarks, order and spacing of the rest stay as a person left them.

Block mappings and lists are walked entry by entry; a scalar or a value written on one line is written anew. Whoever
calls compares the outcome with what was wanted (`mended` does) and writes the whole again when it differs, as with
anchors and other rarities.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import yaml

Key = Callable[[Any], Any]
_BESIDE = re.compile(r"[ \t]*#[^\n]*")


class Flow(dict[str, Any]):
    """A mapping written on one line."""


class Row(list[Any]):
    """A list written on one line."""


class Writer(yaml.SafeDumper):
    """Small mappings and lists on one line, the rest one below the other."""


Writer.add_representer(Flow, lambda w, d: w.represent_mapping("tag:yaml.org,2002:map", d.items(), flow_style=True))
Writer.add_representer(Row, lambda w, d: w.represent_sequence("tag:yaml.org,2002:seq", d, flow_style=True))


@attrs.frozen
class _Entry:
    """One entry of a block: the remarks above it and its indent, its own text, and the rest of its last line."""

    name: Any
    head: str
    body: str
    tail: str


def mended(text: str, wanted: Mapping[str, Any], order: Sequence[str], identity: Mapping[str, Key]) -> str | None:
    """`text` with the document `wanted` in it; None when that cannot be done piece by piece.

    `order`: where a new key goes; `identity`: for the lists of a key, what makes an entry the same one.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style or not root.value:
        return None
    start, end = root.value[0][0].start_mark.index, _end(text, root)
    made = text[:start] + _mapping(_Block(text, root, start, identity), wanted, order).lstrip(" ") + text[end:]
    made = made if made.endswith("\n") else made + "\n"
    try:
        return made if yaml.safe_load(made) == dict(wanted) else None
    except yaml.YAMLError:
        return None


@attrs.frozen
class _Block:
    """A block node of a text, where its first entry's remarks begin, and what tells list entries apart."""

    text: str
    node: Any
    start: int
    identity: Mapping[str, Key]

    @property
    def indent(self) -> str:
        return " " * int(self.node.start_mark.column)

    def value(self) -> Any:
        return _value(self.node)

    def cut(self, spans: Sequence[tuple[Any, int, int]]) -> list[_Entry]:
        """The entries, from (name, where its text begins, where it ends); the text between goes to its neighbours."""
        entries, at = [], self.start
        for n, (name, begin, end) in enumerate(spans):
            last = n + 1 == len(spans)
            line = -1 if last else self.text.find("\n", end, spans[n + 1][1])
            stop = line + 1 if line >= 0 else end + _remark(self.text, end)
            entries.append(_Entry(name, self.text[at:begin], self.text[begin:end], self.text[end:stop]))
            at = stop
        return entries


def _value(node: Any) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _end(text: str, node: Any) -> int:
    """Where the text of a node ends. A block's own end mark stands below the remarks that follow it; what stands
    beside its last value is its own.
    """
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    end = _end(text, last[1] if isinstance(node, yaml.MappingNode) else last)
    return end + _remark(text, end)


def _remark(text: str, at: int) -> int:
    """How long the remark beside a value is, which ends at `at`."""
    found = _BESIDE.match(text, at)
    return found.end() - at if found else 0


def _mapping(block: _Block, wanted: Mapping[str, Any], order: Sequence[str] = ()) -> str:
    """The text of a block mapping with those values."""
    spans = [(k.value, k.start_mark.index, _end(block.text, v)) for k, v in block.node.value]
    nodes = {k.value: (k, v) for k, v in block.node.value}
    kept = []
    for entry in block.cut(spans):
        if entry.name in wanted:
            key, value = nodes[entry.name]
            kept.append(attrs.evolve(entry, body=_pair(block, key, value, wanted[entry.name])))
    for name in [k for k in wanted if k not in nodes]:
        fresh = _Entry(name, block.indent, dumped(name, wanted[name], block.indent), "\n")
        kept.insert(_place(name, [e.name for e in kept], order), fresh)
    return _joined(kept)


def _place(name: str, names: Sequence[str], order: Sequence[str]) -> int:
    """Before the first entry that the order puts after it; else at the end."""
    if name not in order:
        return len(names)
    later = set(order[order.index(name) + 1 :])
    return next((n for n, other in enumerate(names) if other in later), len(names))


def _pair(block: _Block, key: Any, value: Any, wanted: Any) -> str:
    """The text of `key: value` once the value is that one."""
    if _value(value) == wanted:
        return block.text[key.start_mark.index : _end(block.text, value)]
    if getattr(value, "flow_style", True) or not value.value or not wanted:
        return dumped(key.value, wanted, block.indent)
    line = block.text.find("\n", key.end_mark.index) + 1
    inner = _Block(block.text, value, line, block.identity)
    head = block.text[key.start_mark.index : line]
    if isinstance(value, yaml.MappingNode) and isinstance(wanted, Mapping):
        return head + _mapping(inner, wanted)
    if isinstance(value, yaml.SequenceNode) and isinstance(wanted, list):
        return head + _sequence(inner, wanted, block.identity.get(key.value, _same))
    return dumped(key.value, wanted, block.indent)


def _same(value: Any) -> Any:
    return repr(value)


def _sequence(block: _Block, wanted: Sequence[Any], identity: Key) -> str:
    """The text of a block list with those entries: the known ones keep the remarks above them, wherever they go."""
    values = block.value()
    spans = [(n, _dash(block.text, node), _end(block.text, node)) for n, node in enumerate(block.node.value)]
    known = {identity(values[e.name]): (e, values[e.name]) for e in block.cut(spans)}
    made = []
    for value in wanted:
        entry, old = known.pop(identity(value), (None, None))
        if entry is None:
            made.append(_Entry(None, block.indent, item(value), "\n"))
        else:
            made.append(entry if old == value else attrs.evolve(entry, body=item(value)))
    return _joined(made)


def _dash(text: str, node: Any) -> int:
    """Where the dash of a list's entry stands."""
    return text.rfind("-", 0, node.start_mark.index)


def _joined(entries: Sequence[_Entry]) -> str:
    """One below the other; the last one without its line's end, which stays with the text that follows."""
    lines = [e.head + e.body + (e.tail if e.tail.endswith("\n") else e.tail + "\n") for e in entries]
    return "".join(lines).removesuffix("\n") if lines else ""


def item(value: Any) -> str:
    """An entry of a list, on its line."""
    return _dump([Flow(value) if isinstance(value, Mapping) else value]).rstrip("\n")


def dumped(key: str, value: Any, indent: str = "") -> str:
    """`key: value` as a person would write it: nested mappings below each other, flat ones on one line."""
    text = _dump({key: _shaped(value, key)}).rstrip("\n")
    return text.replace("\n", "\n" + indent)


def _shaped(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        nested = any(isinstance(v, Mapping | list) for v in value.values())
        return {k: _shaped(v, k) for k, v in value.items()} if nested else Flow(value)
    if isinstance(value, list):
        if key == "canales":
            return Row(value)
        return [Flow(v) if isinstance(v, Mapping) else v for v in value]
    return value


def _dump(piece: Any) -> str:
    return str(
        yaml.dump(piece, Dumper=Writer, sort_keys=False, allow_unicode=True, width=1000, default_flow_style=False)
    )
