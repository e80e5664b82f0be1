"""Movements as a bank writes them: a CAMT.053 file."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from puntual.core.ledger.statement import Line
from puntual.core.money import Money

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
    "<BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
)
_ENTRY = (
    '<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt>'
    "<Dt>{on}</Dt></BookgDt><AcctSvcrRef>M{number}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties>{who}</RltdPties>"
    "<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
)
_WHO = "<{side}><Pty><Nm>{name}</Nm></Pty></{side}><{side}Acct><Id><Othr><Id>{account}</Id></Othr></Id></{side}Acct>"


def camt053(lines: Iterable[Line], account: str = "012180001234567897") -> bytes:
    """The statement of an account with those movements, each under its own number."""
    rows = "".join(_entry(line) for line in lines)
    return f"{_HEAD.format(account=account)}{rows}</Stmt></BkToCstmrStmt></Document>".encode()


def _entry(line: Line) -> str:
    sign, side = ("CRDT", "Dbtr") if line.amount_minor > 0 else ("DBIT", "Cdtr")
    return _ENTRY.format(
        currency=line.currency, amount=Money(abs(line.amount_minor), line.currency).major(), sign=sign,
        on=line.on.isoformat(), number=line.line, text=escape(line.text),
        who=_WHO.format(side=side, name=escape(line.payer), account=line.payer_account),
    )  # fmt: skip
