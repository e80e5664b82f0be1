"""A mistake in a pack, said in Spanish with file, rule and field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jsonschema import ValidationError


def in_spanish(error: ValidationError, document: Any, name: str) -> str:
    """What is wrong, where, and what was expected."""
    return f"{name}{_where(error, document)}: {_what(error)}"


def _where(error: ValidationError, document: Any) -> str:
    path = list(error.absolute_path)
    said, value = "", document
    for step in path:
        value = value[step] if isinstance(value, (dict, list)) else None
        if isinstance(value, Mapping) and "id" in value and "kind" in value:
            said = f", regla {value['id']}"
        elif isinstance(value, Mapping) and isinstance(step, int) and path[:1] in (["rules"], ["overlays"]):
            said = f", regla número {step + 1}"
    fields = [str(step) for step in path if isinstance(step, str) and step not in ("rules", "overlays")]
    return said + (f", campo «{fields[-1]}»" if fields else "")


def _known(key: str, schema: Mapping[str, Any]) -> bool:
    patterns = schema.get("patternProperties", {})
    return key in schema.get("properties", {}) or any(re.search(pattern, key) for pattern in patterns)


def _what(error: ValidationError) -> str:
    match error.validator:
        case "required":
            missing = [field for field in error.validator_value if field not in error.instance]
            return f"falta «{', '.join(missing)}»."
        case "additionalProperties":
            odd = [str(key) for key in error.instance if not _known(str(key), error.schema)]
            return f"«{', '.join(odd)}» no es un campo conocido; revise cómo está escrito."
        case "enum":
            return f"«{error.instance}» no vale; puede ser {', '.join(map(str, error.validator_value))}."
        case "type":
            return f"«{error.instance}» no es del tipo esperado ({error.validator_value})."
        case "pattern" | "format":
            return f"«{error.instance}» no tiene la forma esperada."
        case "minItems" | "minProperties" | "minLength":
            return "no puede estar vacío."
        case "minimum" | "maximum":
            return f"{error.instance} está fuera de lo admitido (límite {error.validator_value})."
        case "const":
            return f"«{error.instance}» no vale; debe ser {error.validator_value}."
        case _:
            return f"no se entiende ({error.message})."
