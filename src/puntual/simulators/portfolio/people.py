"""Faker provider of Latin American customers: names people have, tax ids whose check digit is right, phones nobody
answers.

Faker has no Peru and writes Colombian NITs without a check digit and half-English company names; hence our own.
"""

from __future__ import annotations

from datetime import date

from faker.providers import BaseProvider
from stdnum.co import nit
from stdnum.mx import rfc
from stdnum.pe import ruc

_FIRST = [
    "María", "José", "Guadalupe", "Alejandro", "Lucía", "Fernando", "Carmen", "Jorge", "Daniela", "Andrés",
    "Patricia", "Ricardo", "Gabriela", "Héctor", "Valeria", "Óscar", "Mariana", "Raúl", "Sofía", "Iván", "Beatriz",
    "Ernesto", "Claudia", "Manuel", "Rosa", "Julián", "Elena", "Sergio", "Adriana", "Tomás", "Verónica", "Hugo",
    "Natalia", "Pablo", "Camila", "Diego", "Isabel", "Rodrigo", "Teresa", "Esteban", "Lorena", "Martín", "Silvia",
    "Felipe", "Paola", "Gustavo", "Ana", "Cristina", "Nicolás", "Yolanda",
]  # fmt: skip
_LAST = [
    "Ocampo", "Quispe", "Restrepo", "Hernández", "Mamani", "Gutiérrez", "Flores", "Zapata", "Ramírez", "Huamán",
    "Cárdenas", "Morales", "Vargas", "Arango", "Salazar", "Mendoza", "Paredes", "Ríos", "Castaño", "Villanueva",
    "Rojas", "Ortega", "Chávez", "Bermúdez", "Aguilar", "Luna", "Téllez", "Cordero", "Benítez", "Espinoza", "Montoya",
    "Delgado", "Palacios", "Ibáñez", "Solís", "Pineda", "Cabrera", "Fuentes", "Navarro", "Ayala", "Galindo",
    "Peralta", "Medina", "Acosta", "Lozano", "Campos",
]  # fmt: skip
_TRADES = {
    "MX": (
        "Ferretería", "Abarrotes", "Refaccionaria", "Tlapalería",
        "Materiales", "Papelería", "Taller", "Cocina económica",
    ),
    "CO": ("Ferretería", "Tienda", "Repuestos", "Depósito", "Papelería", "Taller", "Restaurante", "Droguería"),
    "PE": ("Ferretería", "Bodega", "Repuestos", "Distribuidora", "Librería", "Taller", "Restaurante", "Botica"),
}  # fmt: skip
_PLACES = (
    "del Centro", "El Progreso", "La Esperanza", "San Miguel", "Los Pinos", "del Valle", "La Estrella", "El Roble",
    "Santa Rosa", "del Norte", "La Unión", "Nueva Vida", "Los Andes", "del Sur", "La Paz", "El Porvenir",
)  # fmt: skip
_SUFFIX = {"MX": ("S.A. de C.V.", "S. de R.L."), "CO": ("S.A.S.", "Ltda."), "PE": ("S.A.C.", "E.I.R.L.")}


class LatinCustomers(BaseProvider):
    """Customers of MX, CO and PE."""

    def person_name(self) -> str:
        first, last, second = self.random_element(_FIRST), self.random_element(_LAST), self.random_element(_LAST)
        return f"{first} {last} {second}"

    def business_name(self, country: str) -> str:
        trade, place = self.random_element(_TRADES[country]), self.random_element(_PLACES)
        return f"{trade} {place} {self.random_element(_LAST)} {self.random_element(_SUFFIX[country])}"

    def tax_id(self, country: str, business: bool) -> str:
        """A tax id of the right form and check digit."""
        return {"MX": self._rfc, "CO": self._nit, "PE": self._ruc}[country](business)

    def _rfc(self, business: bool) -> str:
        letters = self.lexify("???" if business else "????", letters="ABCDEFGHJKLMNPRSTUVWXYZ")
        born = date(1955 + self.random_int(0, 50), self.random_int(1, 12), self.random_int(1, 28))
        body = f"{letters}{born:%y%m%d}{self.lexify('?', letters='ABCDEFGHJK')}{self.random_digit()}"
        return body + rfc.calc_check_digit(body)

    def _nit(self, business: bool) -> str:
        body = f"{'9' if business else '1'}{self.numerify('########')}"
        return body + nit.calc_check_digit(body)

    def _ruc(self, business: bool) -> str:
        body = f"{'20' if business else '10'}{self.numerify('########')}"
        return body + ruc.calc_check_digit(body)

    def quiet_phone(self, country: str) -> str:
        """A number that looks dialable; the demonstration never calls or writes to anybody."""
        pattern = {"MX": "+5255500#####", "CO": "+5730000#####", "PE": "+519000#####"}[country]
        return str(self.numerify(pattern))
