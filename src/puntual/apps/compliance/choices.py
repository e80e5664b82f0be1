"""Circumstances of a person in words: those that rules name, and the hours that suit or not."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puntual.core.compliance import declared

FLAGS: Mapping[str, str | Promise] = {
    "attorney": gettext_lazy("Lo representa un abogado: solo se habla con él"),
    "minor": gettext_lazy("Es menor de edad"),
    "microcredit": gettext_lazy("Su deuda es un microcrédito"),
    "credit_of_fomento": gettext_lazy("Su deuda es un crédito de fomento"),
    "no_updated_contact_data": gettext_lazy("No hay datos de contacto al día"),
    "micro_entrepreneur": gettext_lazy("Es microempresario: la norma le protege como consumidor"),
}
WORDS: Mapping[str, str | Promise] = {
    declared.INCONVENIENT: gettext_lazy("No le convienen"),
    declared.REQUESTED: gettext_lazy("Las pidió por escrito"),
}
DAYS: Mapping[str, str | Promise] = {
    "mon-fri": gettext_lazy("de lunes a viernes"),
    "sat": gettext_lazy("los sábados"),
    "sun": gettext_lazy("los domingos"),
    "sat-sun": gettext_lazy("los fines de semana"),
    "mon-sun": gettext_lazy("todos los días"),
    "mon": gettext_lazy("los lunes"),
    "tue": gettext_lazy("los martes"),
    "wed": gettext_lazy("los miércoles"),
    "thu": gettext_lazy("los jueves"),
    "fri": gettext_lazy("los viernes"),
}


def flag_words(flag: str) -> str:
    """A circumstance as people read it."""
    if not declared.is_declared(flag):
        return str(FLAGS.get(flag, flag))
    word, _sep, rest = flag.partition(":")
    days, _sep, span = rest.partition("=")
    said = {"word": WORDS[word], "days": DAYS.get(days, days), "span": span.replace("-", _(" a "))}
    return _("%(word)s %(days)s, %(span)s") % said
