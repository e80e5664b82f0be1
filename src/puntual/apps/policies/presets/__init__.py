"""Starting policies by country, as data. Each is proved never to plan what its country's pack refuses (tests)."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def countries() -> list[str]:
    """Countries with a preset, in capitals."""
    return sorted(p.stem.upper() for p in _FOLDER.glob("??.yaml"))


def text_for(country: str) -> str:
    """The preset of a country; for a country without one, Mexico's words with the country's name put in."""
    file = _FOLDER / f"{country.lower()}.yaml"
    if file.exists():
        return file.read_text(encoding="utf-8")
    text = (_FOLDER / "mx.yaml").read_text(encoding="utf-8")
    return text.replace("pais: MX", f"pais: {country}").replace("(México)", f"({country})").replace("MXN: 50.00", "")


def nothing() -> str:
    """The policy that contacts nobody."""
    return (_FOLDER / "nada.yaml").read_text(encoding="utf-8")
