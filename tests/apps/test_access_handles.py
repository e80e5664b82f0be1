"""What somebody may not do is taken off the page as it leaves: buttons, links, fields; what the page tells stays."""

from __future__ import annotations

from time import perf_counter

import pytest

from puntual.apps.access.grants import Grants
from puntual.apps.access.handles import _Judge, taken_off

READER = Grants(by_creditor={1: frozenset({"read_only"})})
AGENT = Grants(by_creditor={1: frozenset({"agent"})})


def shown(text, grants=READER, here="/cartera/"):
    return taken_off(text, _Judge(grants, 1, here))


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ('<a href="/cartera/?q=a&amp;b=1">Cartera</a>', '<a href="/cartera/?q=a&amp;b=1">Cartera</a>'),
        ('<a class="who" href="/gestion/7/">Ana</a>', '<span class="who">Ana</span>'),
        ('<a class="button quiet" href="/gestion/7/">Llamar</a>', ""),
        ('<a href="#arriba">Arriba</a>', '<a href="#arriba">Arriba</a>'),
        ('<a href="https://wa.me/52">WhatsApp</a>', '<a href="https://wa.me/52">WhatsApp</a>'),
        ('<a href="tel:+525500000000">Tel</a>', '<a href="tel:+525500000000">Tel</a>'),
        ('<a href="/no-hay/">Nada</a>', '<a href="/no-hay/">Nada</a>'),
    ],
)
def test_links(page, left):
    assert shown(page) == left


def test_a_closed_form_keeps_its_table_and_loses_its_buttons():
    page = (
        '<form method="post" class="stack" action="/envios/acciones/"><table><tr><td>Ana</td></tr></table>'
        '<button name="accion" value="approve">Aprobar</button><button type="button" data-x>Ver</button></form>'
    )
    assert shown(page) == (
        '<div class="closed stack"><table><tr><td>Ana</td></tr></table><button type="button" data-x>Ver</button></div>'
    )


def test_a_form_without_address_is_of_its_own_page():
    page = '<form method="post"><button>Guardar</button></form>'
    assert shown(page, AGENT, "/clientes/7/condonar/") == page
    assert "<button" not in shown(page, READER, "/clientes/7/condonar/")


def test_a_form_of_fields_only_leaves_whole():
    page = '<p>Uno</p><form method="post" action="/mandantes/cargar/"><h2>Cargar</h2><button>Cargar</button></form>'
    assert shown(page) == "<p>Uno</p>"


def test_a_search_stays():
    page = '<form method="get" action="/cartera/"><button>Buscar</button></form>'
    assert shown(page) == page


def test_a_dialog_with_nothing_left_to_send_goes_with_the_button_that_opened_it():
    page = (
        '<button type="button" data-open-dialog="uno">Anotar</button><button data-open-dialog="dos">Ver</button>'
        '<dialog id="uno"><form method="post" action="/clientes/7/promesa/"><button>Sí</button></form></dialog>'
        '<dialog id="dos">Solo se lee</dialog>'
    )
    assert shown(page) == '<button data-open-dialog="dos">Ver</button><dialog id="dos">Solo se lee</dialog>'
    assert shown(page, AGENT) == page


def test_it_is_asked_at_the_company_of_the_page():
    both = Grants(by_creditor={1: frozenset({"read_only"}), 2: frozenset({"supervisor"})})
    page = '<form method="post" action="/envios/acciones/"><button>Aprobar</button></form>'
    assert "<button" not in taken_off(page, _Judge(both, 1, "/envios/"))
    assert taken_off(page, _Judge(both, 2, "/envios/")) == page


def test_a_long_page_costs_little():
    rows = "".join(f'<tr><td><a class="who" href="/clientes/{n}/">Cliente {n}</a></td></tr>' for n in range(1000))
    page = f'<form method="post" action="/cartera/acciones/"><table>{rows}</table><button>Cambiar</button></form>'
    shown(page)
    start = perf_counter()
    left = shown(page)
    assert left.count('href="/clientes/') == 1000
    assert perf_counter() - start < 0.5
