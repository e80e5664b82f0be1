"""Amounts, dates, distances, reasons and states as people of each country read them."""

from __future__ import annotations

from datetime import date

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from puntual.core.reasons import CATALOGUE
from puntual.ui import formats, navigation
from puntual.ui.ageing import WIDTH, ageing
from puntual.ui.states import STATES, due_state

NBSP = "\N{NO-BREAK SPACE}"
TODAY = date(2026, 11, 20)


def render(source: str, **context: object) -> str:
    return Template(source).render(Context({"today": TODAY, **context}))


@pytest.mark.parametrize(
    ("minor", "currency", "country", "text"),
    [
        (123_450, "MXN", "MX", "$1,234.50"),
        (123_450, "COP", "CO", "$1.234,50"),
        (1_234_567, "CLP", "CL", "$1.234.567"),
        (48_090, "PEN", "PE", f"S/{NBSP}480.90"),
        (123_450, "USD", "EC", "$1.234,50"),
        (123_450, "USD", "MX", "US$1,234.50"),
        (123_450, "BRL", "BR", "R$1.234,50"),
        (123_450, "EUR", "ES", f"1.234,50{NBSP}€"),
        (1_234_567, "KWD", "MX", f"KWD{NBSP}1,234.567"),
        (-5, "MXN", "MX", "\N{MINUS SIGN}$0.05"),
        (0, "CLP", "CL", "$0"),
    ],
)
def test_an_amount_reads_as_in_its_country(minor: int, currency: str, country: str, text: str) -> None:
    language = "pt-br" if country == "BR" else "es"
    assert formats.money_text(minor, currency, formats.locale_for(country, language)) == text


def test_an_amount_as_big_as_the_column_loses_no_cent() -> None:
    assert formats.money_text(2**63 - 1, "MXN") == "$92,233,720,368,547,758.07"


def test_where_currencies_mix_each_amount_says_its_code() -> None:
    assert render('{% dinero 123450 "MXN" %}', mixed=True) == f"$1,234.50{NBSP}MXN"
    assert render('{% dinero 123450 "MXN" %}') == "$1,234.50"
    assert render('{% dinero 123450 "GYD" %}', mixed=True) == f"GYD{NBSP}1,234.50"


def test_a_narrow_place_drops_the_cents_of_large_amounts_only() -> None:
    assert formats.short_money(1_234_567_89, "MXN") == "$1,234,567"
    assert formats.short_money(999_99, "MXN") == "$999.99"
    assert formats.short_money(1_234_567, "CLP", "es_CL") == "$1.234.567"


@pytest.mark.parametrize(
    ("days", "text"),
    [(-3, "vence en 3 días"), (-1, "vence mañana"), (0, "vence hoy"), (1, "hace 1 día"), (20, "hace 20 días")],
)
def test_a_due_date_is_told_as_a_distance(days: int, text: str) -> None:
    assert formats.due_distance(days) == text
    assert render("{% dias n %}", n=days) == text


def test_a_date_shows_its_distance_on_hover_and_the_reverse() -> None:
    day = date(2026, 10, 31)
    assert render("{% fecha d %}", d=day) == '<time datetime="2026-10-31" title="hace 20 días">31 oct 2026</time>'
    assert (
        render('{% fecha d estilo="relativa" %}', d=day)
        == '<time datetime="2026-10-31" title="31 oct 2026">hace 20 días</time>'
    )
    assert render("{% fecha d %}", d=None) == "—"


def test_every_reason_has_its_sentence_and_an_unknown_one_shows_itself() -> None:
    for code, sentence in CATALOGUE.items():
        if "{" not in sentence:
            assert render("{% autoescape off %}{% razon c %}{% endautoescape %}", c=code) == sentence
    assert render("{% razon 'no_such_code' %}") == "no_such_code"


@pytest.mark.parametrize(
    ("days", "open_minor", "held", "state"),
    [
        (-3, 100, None, "upcoming"),
        (0, 100, None, "due_today"),
        (1, 100, None, "overdue"),
        (-3, 60, None, "part_paid"),
        (5, 60, None, "overdue"),
        (5, 0, "dispute_open", "paid"),
        (5, 100, "dispute_open", "disputed"),
        (5, 100, "promise_open", "promise_open"),
        (5, 100, "vulnerable", "overdue"),
    ],
)
def test_the_state_of_a_due_item_follows_from_its_dates_balance_and_pause(days, open_minor, held, state) -> None:
    assert due_state(days, open_minor, 100, held) == state


def test_a_state_is_a_word_and_an_icon_never_a_colour_alone() -> None:
    html = render('{% estado "overdue" %}')
    assert "Vencida" in html and 'href="#i-alert"' in html
    sprite = Template("{% include 'ui/_sprite.html' %}").render(Context({}))
    icons = {look.icon for look in STATES.values()} | {e.icon for g in navigation.CATALOGUE for e in g.entries}
    assert [i for i in sorted(icons) if f'id="i-{i}"' not in sprite] == []


def test_the_ageing_bar_fills_its_width_says_what_it_finds_and_keeps_every_cent_in_its_table() -> None:
    bar = ageing([100, 200, 0, 33, 0], "MXN")
    assert sum(p.width for p in bar.pieces) == WIDTH
    assert (bar.total_minor, bar.overdue_minor) == (333, 233)
    assert bar.finding == "El 70 % de lo que se debe está vencido; lo que más pesa tiene 1 a 30 días."
    assert [p.minor for p in bar.pieces] == [100, 200, 0, 33, 0]
    assert [p.x for p in bar.pieces] == [0, 300, 901, 901, 1000]


def test_the_ageing_bar_of_nobody_and_of_punctual_customers_says_so() -> None:
    assert ageing([0] * 5, "CLP").finding == "No hay nada por cobrar."
    assert ageing([50, 0, 0, 0, 0], "CLP").finding == "Todo está por vencer: no hay nada atrasado."


def test_a_heading_sorts_and_turns_its_order_keeping_the_filters() -> None:
    request = RequestFactory().get("/cartera/", {"q": "ocampo", "tras": "9.9", "orden": "-open"})
    context = Context({"request": request, "order": "-open"})
    link = Template('{% sort_link "open" "Por cobrar" %}').render(context)
    assert link.startswith('<a href="?q=ocampo&amp;orden=open">Por cobrar')
    assert Template('{% sorted_as "open" %} {% sorted_as "oldest" %}').render(context) == "descending none"


def test_the_menu_shows_only_addresses_that_exist_that_the_person_may_open() -> None:
    shown = [e.path for e in navigation.entries(may_open=lambda path: True)]
    assert "/guia/" in shown and "/gestion-que-no-existe/" not in shown
    assert [e.path for e in navigation.entries(may_open=lambda path: path == "/cartera/")] == ["/cartera/"]
