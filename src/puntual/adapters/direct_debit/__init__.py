"""Files of direct debit: SEPA's pain.008, banks' own tables and fixed lines, and what banks answer."""

from __future__ import annotations

from collections.abc import Mapping

from puntual.adapters.direct_debit import answers, layouts, pain008
from puntual.core.errors import UnusableInput
from puntual.ports.debits import Answer, File, Written

__all__ = ["BankFiles"]

#: An answer is small: a line per charge.
LARGEST = 20 * 1024 * 1024


class BankFiles:
    """`ports.debits.DebitFiles`."""

    def formats(self) -> Mapping[str, str]:
        return {
            "pain.008.001.08": "SEPA (pain.008.001.08)",
            "pain.008.001.02": "SEPA, versión anterior (pain.008.001.02)",
            **{form: str(layout["name"]) for form, layout in layouts.told()["formats"].items()},
        }

    def write(self, form: str, file: File) -> Written:
        if not file.charges:
            raise UnusableInput("No hay ningún cargo que poner en el archivo.")
        if form in pain008.VERSIONS:
            return pain008.write(form, file)
        if form in layouts.told()["formats"]:
            return layouts.write(form, file)
        raise UnusableInput(f"«{form}» no es un formato de domiciliación: use {', '.join(self.formats())}.")

    def read(self, data: bytes, filename: str) -> list[Answer]:
        if len(data) > LARGEST:
            raise UnusableInput(f"{filename}: pesa demasiado para ser la respuesta de un banco.")
        return answers.read(data, filename)
