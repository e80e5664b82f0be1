"""What all readers of XML documents share: turning a broken field into a RowError instead of an exception."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from puntual.adapters.xml_safe import Element, FieldError, XmlRefused, parse
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Batch, Record, RowError

Reads = Callable[[Element, str], Sequence[Record]]


def read_document(data: bytes, filename: str, format: str, reads: Reads) -> Batch:
    """One document as a batch: its records, or the one error that kept it out."""
    try:
        return read_tree(parse(data), filename, format, reads)
    except XmlRefused as error:
        return refused(filename, format, error.sentence)


def read_tree(root: Element, filename: str, format: str, reads: Reads) -> Batch:
    """Like `read_document`, from a root that is parsed already."""
    try:
        records = tuple(reads(root, filename))
    except FieldError as error:
        return Batch(format, errors=(RowError(filename, 0, error.field, error.value, error.sentence),), read=1)
    except UnusableInput as error:
        return refused(filename, format, error.sentence)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        return refused(filename, format, f"El documento no tiene la forma esperada de {format} ({error}).")
    return Batch(format, records, read=max(1, len(records)))


def refused(filename: str, format: str, sentence: str) -> Batch:
    """A whole file set apart with one sentence."""
    return Batch(format, errors=(RowError(filename, 0, "", "", sentence),), read=1)


def summary(descriptions: Sequence[str], limit: int = 3) -> str:
    """The first product lines in one text, for messages and screens."""
    named = [d.strip() for d in descriptions if d.strip()]
    shown = "; ".join(d[:80] for d in named[:limit])
    return f"{shown} y {len(named) - limit} más" if len(named) > limit else shown
