"""Where one can go, in order of use. An entry shows only when its address exists: screens arrive one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import attrs
from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@attrs.frozen
class Entry:
    """A place: its address, its name, its icon, the second key after `g`, and other words people look for it by."""

    path: str
    name: str | Promise
    icon: str
    key: str = ""
    words: str | Promise = ""


@attrs.frozen
class Group:
    """Entries that belong together."""

    name: str | Promise
    entries: tuple[Entry, ...]


CATALOGUE: tuple[Group, ...] = (
    Group("", (
        Entry("/", _("Hoy"), "sun", "h", _("inicio pendientes")),
        Entry("/gestion/", _("Gestión"), "phone", "g", _("llamar cola")),
        Entry("/conversaciones/", _("Conversaciones"), "talk", "v", _("mensajes respuestas bandeja")),
        Entry("/cartera/", _("Cartera"), "people", "c", _("clientes saldos deudas")),
        Entry("/promesas/", _("Promesas y convenios"), "promise", "p", _("acuerdos plazos")),
        Entry("/aclaraciones/", _("Aclaraciones y quejas"), "flag", "a", _("disputas reclamos")),
        Entry("/avisos/", _("Avisos de clientes"), "mail", "s", _("ya pagué comprobantes portal página")),
        Entry("/supervision/", _("Supervisión"), "eye", "u", _("piso equipo calidad en vivo")),
        Entry("/visitas/", _("Visitas"), "user", "i", _("ruta domicilio campo")),
        Entry("/capacitacion/", _("Capacitación"), "book", "t", _("practicar conversaciones difíciles")),
        Entry("/por-aprobar/", _("Por aprobar"), "check", "x", _("autorizar condonar castigo quita devolución")),
        Entry("/envios/", _("Envíos programados"), "send", "e", _("mensajes plan mañana no enviar")),
    )),
    Group(_("Datos"), (
        Entry("/cargar/", _("Cargar datos"), "upload", "d", _("importar facturas excel csv cfdi")),
        Entry("/pagos/", _("Conciliar pagos"), "coin", "b", _("banco abonos movimientos transferencias")),
        Entry("/mandantes/", _("Mandantes"), "archive", "m", _("asignación devolución comisión cartera de terceros")),
        Entry("/reportes/", _("Reportes"), "chart", "r", _("indicadores informes")),
        Entry("/riesgo/", _("Riesgo y segmentos"), "scales", "k", _("predicción modelo experimentos")),
    )),
    Group(_("Etapa judicial"), (
        Entry("/legal/", _("Etapa legal"), "scales", "l", _("demanda agencia embargo juez abogado")),
        Entry("/central/", _("Reportes a centrales"), "flag", "", _("buró central de riesgo aviso previo")),
    )),
    Group(_("Reglas"), (
        Entry("/politicas/", _("Políticas"), "path", "o", _("pasos cadencia recordatorios")),
        Entry("/normas/", _("Normas de contacto"), "scales", "n", _("ley horarios rechazados cumplimiento")),
        Entry("/configuracion/", _("Configuración"), "gear", "f", _("empresa correo usuarios respaldo")),
        Entry("/guia/", _("Guía de estilo"), "swatch", "", _("componentes diseño")),
    )),
)  # fmt: skip


@lru_cache(maxsize=256)
def _exists(path: str, urlconf: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def exists(path: str) -> bool:
    """Whether a screen answers there. Screens arrive one by one; nothing links to one that is not there yet."""
    return _exists(path, str(settings.ROOT_URLCONF))


def groups(*, may_open: Callable[[str], bool]) -> list[Group]:
    """The groups with the entries that exist and that the person may open: `may_open` judges a path."""
    urlconf = str(settings.ROOT_URLCONF)
    found = []
    for group in CATALOGUE:
        entries = tuple(e for e in group.entries if _exists(e.path, urlconf) and may_open(e.path))
        if entries:
            found.append(Group(group.name, entries))
    return found


def entries(*, may_open: Callable[[str], bool]) -> Iterable[Entry]:
    """All of them, flat."""
    return (entry for group in groups(may_open=may_open) for entry in group.entries)


def is_current(entry: Entry, here: str) -> bool:
    """Whether the page at `here` belongs to the entry. A customer or an invoice belongs to Cartera."""
    if entry.path == "/":
        return here == "/"
    homes = {"/clientes/": "/cartera/", "/facturas/": "/cartera/"}
    home = next((to for start, to in homes.items() if here.startswith(start)), here)
    return home.startswith(entry.path)
