"""A made-up year of a company's bank with the truth beside it: 5,000 accounts and as many lines as asked, with noise.

What people really do: the reference half right or not at all, invoice numbers with odd hyphens, names cut at 30
letters or
written by ear, a relative who pays, several invoices in one transfer, taxes kept back, cents lost, too much, too
little, interest earned and bank charges in between, and money that nobody can tell whose it is.
"""

from __future__ import annotations

import random
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import attrs

from puntual.core.ledger import references
from puntual.core.ledger.statement import Customer, Line, Open

GIVEN = (
    "María", "José", "Juan", "Luis", "Carlos", "Ana", "Rosa", "Jorge", "Miguel", "Laura", "Patricia", "Alejandro",
    "Fernando", "Ricardo", "Verónica", "Gabriela", "Daniel", "Eduardo", "Silvia", "Raúl", "Óscar", "Beatriz", "Adriana",
    "Andrés", "Sofía", "Camila", "Valentina", "Diego", "Sebastián", "Lucía",
)  # fmt: skip
FAMILY = (
    "Hernández", "García", "Martínez", "López", "González", "Rodríguez", "Pérez", "Sánchez", "Ramírez", "Cruz",
    "Flores", "Gómez", "Morales", "Vázquez", "Reyes", "Jiménez", "Torres", "Díaz", "Gutiérrez", "Ruiz", "Mendoza",
    "Aguilar", "Ortiz", "Castillo", "Romero", "Álvarez", "Méndez", "Chávez", "Rivera", "Juárez", "Domínguez", "Herrera",
    "Medina", "Castro", "Vargas", "Guzmán", "Velázquez", "Rojas", "Muñoz", "Quispe", "Mamani", "Huamán", "Contreras",
    "Sepúlveda",
)  # fmt: skip
TRADES = (
    "Ferretería", "Abarrotes", "Refacciones", "Textiles", "Papelería", "Transportes", "Constructora", "Distribuidora",
    "Clínica", "Panadería",
)  # fmt: skip
FORMS = ["SA de CV", "S.A.S.", "S.A.C.", "SpA", "S.R.L.", "Ltda."]
START = date(2026, 1, 5)


@attrs.frozen
class Truth:
    """What a line really was: whose (None: nobody's), and the documents its payer named, if any."""

    account: int | None
    named: frozenset[int]


@attrs.define
class World:
    random: random.Random
    customers: list[Customer]
    opens: dict[int, dict[int, Open]]
    issued: list[Open]
    lines: list[Line] = attrs.Factory(list)
    truth: dict[int, Truth] = attrs.Factory(dict)


def is_wrong(proposal_account: int | None, items: Iterable[int], truth: Truth) -> bool:
    """Money on another account, or on a document that its payer did not name."""
    return proposal_account != truth.account or bool(truth.named) and not set(items) <= truth.named


def plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()


def build(n_lines: int, n_accounts: int, seed: int, first: int = 1) -> World:
    """A world of that many lines and accounts, numbered from `first`; the same seed gives the same world."""
    rng = random.Random(seed)
    customers = [_customer(rng, i) for i in range(first, first + n_accounts)]
    opens: dict[int, dict[int, Open]] = defaultdict(dict)
    item = 0
    for customer in customers:
        for _ in range(rng.choice([2, 3, 3, 4, 5])):
            item += 1
            amount = rng.choice([rng.randrange(5_000, 900_000), rng.randrange(50, 900) * 1_000])
            due = START + timedelta(days=rng.randrange(0, 120))
            opens[customer.account][item] = Open(item, customer.account, f"FA-{10_000 + item}", due, amount, "MXN")
    world = World(rng, customers, opens, [o for items in opens.values() for o in items.values()])
    for number in range(1, n_lines + 1):
        _add_line(world, number)
    return world


def _customer(rng: random.Random, account: int) -> Customer:
    if rng.random() < 0.3:
        name = f"{rng.choice(TRADES)} {rng.choice(FAMILY)} {rng.choice(FAMILY)} {rng.choice(FORMS)}"
    else:
        name = f"{rng.choice(GIVEN)} {rng.choice(GIVEN)} {rng.choice(FAMILY)} {rng.choice(FAMILY)}"
    known = (f"0121800{account:011d}",) if rng.random() < 0.5 else ()
    tax = f"{plain(name)[:4].replace(' ', 'X')}{rng.randrange(500101, 991231)}{account % 1000:03d}"
    return Customer(account, name, (tax,), (), known)


def _add_line(world: World, number: int) -> None:
    rng, on = world.random, START + timedelta(days=number // 60)
    dice = rng.random()
    if dice < 0.008:
        _strangers(world, number, on)
        return
    customer = rng.choice(world.customers)
    items = [o for o in world.opens[customer.account].values() if o.open_minor > 0]
    if not items:
        # Debts come back every month: a customer without any gets a new one, known before the bank's line.
        fresh = 1_000_000 + number
        new = Open(fresh, customer.account, f"FA-{fresh}", on, rng.randrange(5_000, 900_000), "MXN")
        world.opens[customer.account][fresh] = new
        world.issued.append(new)
        items = [new]
    paid, amount = _amount(rng, items)
    text, payer, bank, named = _words(world, customer, paid, dice)
    world.lines.append(Line(number, on, amount, "MXN", text, payer, bank))
    world.truth[number] = Truth(customer.account, named)
    _settle(world, customer.account, paid, amount)


def _amount(rng: random.Random, items: list[Open]) -> tuple[list[Open], int]:
    """Which documents are paid and with how much: exact, several, tax kept, cents lost, an instalment, too much."""
    ordered = sorted(items, key=lambda o: (o.due_on, o.due_item))
    dice = rng.random()
    paid = ordered[:1] if dice < 0.55 else rng.sample(ordered, min(len(ordered), rng.choice([1, 2, 2, 3])))
    total = sum(o.open_minor for o in paid)
    how = rng.random()
    if how < 0.80:
        return paid, total
    if how < 0.86:
        return paid, total - (total * 125 + 5_000) // 10_000
    if how < 0.90:
        return paid, max(total - rng.randrange(1, 200), 1)
    if how < 0.96:
        return paid, max(total * rng.randrange(20, 80) // 100, 1)
    return paid, total + rng.randrange(100, 50_000)


def _words(world: World, customer: Customer, paid: list[Open], dice: float) -> tuple[str, str, str, frozenset[int]]:
    """What the bank shows, and which documents it names so that they can be read."""
    rng = world.random
    reference = references.make(references.ACCOUNT, customer.account)
    payer = _bank_name(rng, customer.name)
    bank = customer.payer_accounts[0] if customer.payer_accounts and rng.random() < 0.9 else _stranger_bank(rng)
    if dice < 0.42:
        return (
            f"SPEI RECIBIDO REF {_spaced(rng, reference)}",
            rng.choice([payer, "", _relative(rng)]),
            bank,
            frozenset(),
        )
    if dice < 0.72:
        texts = [
            rng.choice([o.document, o.document.replace("-", " "), o.document.replace("-", "").lower()]) for o in paid
        ]
        return "PAGO " + " ".join(texts), rng.choice([payer, payer, ""]), bank, frozenset(o.due_item for o in paid)
    if dice < 0.82:
        return f"PAGO {customer.tax_ids[0]}", payer, bank, frozenset()
    if dice < 0.94:
        known = customer.payer_accounts[0] if customer.payer_accounts else None
        if known:
            return rng.choice(["PAGO", "ABONO", "TRANSFERENCIA"]), payer, known, frozenset()
        return f"PAGO REF {reference}", payer, bank, frozenset()
    if dice < 0.975:
        return "PAGO", payer, _stranger_bank(rng), frozenset()
    # The reference with a wrong figure or two swapped: only the name is left, if anything.
    return f"REF {_spoilt(rng, reference)}", rng.choice([payer, ""]), _stranger_bank(rng), frozenset()


def _settle(world: World, account: int, paid: list[Open], amount: int) -> None:
    left = amount
    for item in paid:
        part = min(left, item.open_minor)
        left -= part
        # Whoever kept the tax or lost cents considers the document paid.
        gone = item.open_minor if item.open_minor - part <= item.open_minor // 50 + 200 else part
        world.opens[account][item.due_item] = attrs.evolve(item, open_minor=item.open_minor - gone)


def _bank_name(rng: random.Random, name: str) -> str:
    shown = plain(name)
    if rng.random() < 0.3:
        words = shown.split()
        shown = " ".join(words[2:] + words[:2])
    if rng.random() < 0.25 and len(shown) > 6:
        at = rng.randrange(1, len(shown) - 1)
        shown = shown[:at] + rng.choice("AEIOURSTN") + shown[at + rng.choice([0, 1]) :]
    return shown[:30] if rng.random() < 0.5 else shown


def _relative(rng: random.Random) -> str:
    return plain(f"{rng.choice(GIVEN)} {rng.choice(FAMILY)} {rng.choice(FAMILY)}")


def _stranger_bank(rng: random.Random) -> str:
    return f"0140{rng.randrange(10**13, 10**14)}"


def _spaced(rng: random.Random, reference: str) -> str:
    groups = f"{reference[:4]} {reference[4:8]} {reference[8:]}"
    return rng.choice([reference, reference, groups, f"{reference[:8]}-{reference[8:]}"])


def _spoilt(rng: random.Random, reference: str) -> str:
    digits = list(reference)
    at = rng.randrange(1, len(digits) - 1)
    if rng.random() < 0.5 and digits[at] != digits[at + 1]:
        digits[at], digits[at + 1] = digits[at + 1], digits[at]
    else:
        digits[at] = str((int(digits[at]) + rng.randrange(1, 10)) % 10)
    return "".join(digits)


def _strangers(world: World, number: int, on: date) -> None:
    """Bank charges, interest earned, and deposits of nobody we know, some of the very amount that somebody owes."""
    rng = world.random
    some = rng.choice(world.issued).open_minor
    line = rng.choice(
        [
            Line(number, on, -rng.randrange(100, 9_000), "MXN", "COMISION POR SERVICIO"),
            Line(number, on, rng.randrange(100, 9_000), "MXN", "INTERESES GANADOS"),
            Line(number, on, max(some, 1), "MXN", "DEPOSITO EN EFECTIVO", _relative(rng), _stranger_bank(rng)),
        ]
    )
    world.lines.append(line)
    world.truth[number] = Truth(None, frozenset())
