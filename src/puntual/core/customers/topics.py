"""What a question asks, and why somebody does not agree, by the words people use for it. What is not clear is for a
person."""

from __future__ import annotations

import re
import unicodedata

BALANCE, HOW_TO_PAY, INVOICE_COPY = "balance", "how_to_pay", "invoice_copy"

#: Question -> how it is asked, in plain letters. The first that fits is the answer.
_QUESTIONS = (
    (INVOICE_COPY, r"\b(copia|duplicado|reenvi\w+|mand\w+|envi\w+|pas\w+|necesito|quiero|segunda via)\b.{0,40}"
                   r"\b(factura|boleta|recibo|pdf|xml|cfdi|documento|detalle|desglose|nota fiscal|invoice)\b"),
    (HOW_TO_PAY, r"\b(como|a?donde|q(ue|ual)? (cuenta|banco|numero|conta)|how|where|onde)\b.{0,30}"
                 r"\b(pag\w*|deposit\w*|transf\w*|abon\w*|consign\w*|gir\w*|yape\w*|cancel\w*|pay)\b|"
                 r"\b(clabe|cbu|cci|iban|alias|pix|numero de cuenta|datos (bancarios|de pago|para (pagar|el pago))|"
                 r"medios? de pago|formas? de pago|link de pago|enlace de pago)\b"),
    (BALANCE, r"\b(cuanto|cuánto|quanto|how much)\b.{0,30}\b(debo|es|seria|queda|tengo|devo|owe|falta|saldo)\b|"
              r"\b(saldo|estado de cuenta|que debo|cuanto debo|de que factura|que facturas?|por que concepto)\b"),
)  # fmt: skip

_CAUSES = (
    ("already_paid", r"\bya (lo |la |las |los )?(pague|pagamos|liquide|deposite|transferi)\b|\bya esta pagad[oa]"),
    ("not_received", r"\b(no|nunca|jamas) (me |nos )?(lleg\w+|recib\w+|entreg\w+)|\bsin entregar\b|\bnao recebi\b"),
    ("damaged", r"\b(dañad\w*|danad\w*|rot[oa]s?|defectuos\w*|mal estado|golpead\w*|descompuest\w*|quebrad\w*)\b"),
    ("late_delivery", r"\b(lleg\w+|entreg\w+) (tarde|con retraso|despues)|\bretraso en la entrega\b"),
    ("never_ordered", r"\b(no|nunca|jamas) (lo |la |los |las )?(ped\w+|solicit\w+|contrat\w+|compr\w+|orden\w+)\b"),
    ("duplicate", r"\b(duplicad[oa]s?|repetid[oa]s?|dos veces|por segunda vez|doble)\b"),
    ("missing_order", r"\b(falta|sin|no (trae|tiene|viene|lleva)|no tengo) (con |la |el |mi |nuestr\w |numero de )*"
                      r"(orden de compra|oc|pedido)\b"),
    ("wrong_address", r"\b(rfc|nit|ruc|rut|cuit|domicilio|direccion|razon social|datos fiscales)\b.{0,20}"
                      r"\b(mal|equivocad\w*|incorrect\w*|erron\w*|no es|vieja)\b"),
    ("wrong_quantity", r"\b(cantidad|piezas|unidades|cajas)\b.{0,30}\b(mal|equivocad\w*|incorrect\w*|de menos|de mas|"
                       r"no es|distint\w*|incomplet\w*)\b|\bfaltaron (\d+ )?(piezas|unidades|cajas)\b"),
    ("wrong_date", r"\b(fecha|plazo|vencimiento)\b.{0,30}"
                   r"\b(mal|equivocad\w*|incorrect\w*|erron\w*|no es|distint\w*)\b"),
    ("wrong_price", r"\b(precio|cobr\w+ de mas|monto|importe|tarifa)\b.{0,30}"
                    r"\b(mal|equivocad\w*|incorrect\w*|erron\w*|distint\w*|no es|mayor)\b|\bcobr\w+ de mas\b|"
                    r"\bno es (el|ese) (precio|monto|importe)\b"),
    ("wrong_invoice", r"\bfactura\b.{0,30}\b(mal|equivocad\w*|incorrect\w*|erron\w*|cancelad\w*)\b"),
    ("missing_document", r"\b(falta|sin|no tengo) (la |el )?(factura|xml|acuse|remision)\b"),
    ("service_quality", r"\b(mal|pesimo|mala) (servicio|atencion|calidad)\b|\bno funciona\b|\bno sirve\b"),
)  # fmt: skip


def question(text: str) -> str:
    """BALANCE, HOW_TO_PAY or INVOICE_COPY; empty when it asks something that facts alone do not answer."""
    flat = plain(text)
    return next((topic for topic, words in _QUESTIONS if re.search(words, flat)), "")


_THANKS = re.compile(
    r"(?:(?:ok|okay|oki|va|vale|sale|listo|bueno|dale|perfecto|entendido|enterad[oa]|recibido|de acuerdo|muy bien|"
    r"(?:muchas |mil )?gracias|se lo agradezco|muy amable|igualmente|saludos|bendiciones|excelente|genial|"
    r"obrigad[oa]|valeu|beleza|thanks|thank you|great|lo veo|lo reviso|ahi lo veo|en (?:la|su) pagina)\W*)+"
)
_HANDS = re.compile(
    r"[\s\U0001F44D\U0001F44C\U0001F64F\U0001F64C\U0001F642\U0001F600\u2764\uFE0F\U0001F3FB-\U0001F3FF]+"
)


def only_thanks(text: str) -> bool:
    """Whether somebody only says that it is all right: «ok, gracias», a thumb up. A greeting or a question is more."""
    flat = plain(text)
    return bool(flat) and "?" not in flat and bool(_THANKS.fullmatch(flat) or _HANDS.fullmatch(flat))


def dispute_cause(text: str) -> str:
    """One of `negotiation.dispute.CAUSES`; `other` when no reason was given or none is recognised."""
    flat = plain(text)
    return next((cause for cause, words in _CAUSES if re.search(words, flat)), "other")


def document_named(text: str, numbers: list[str]) -> str | None:
    """The one document number that a text names; None for none or several. Short numbers need a word before them."""
    flat = plain(text)
    found = []
    for number in numbers:
        own = plain(number)
        sign = rf"(?<![\w-]){re.escape(own)}(?![\w-])"
        if len(re.sub(r"\W", "", own)) < 4:
            sign = rf"\b(factura|documento|folio|boleta|recibo|numero|no\.?|n°|#)\s*{sign}"
        if own and re.search(sign, flat):
            found.append(number)
    return found[0] if len(found) == 1 else None


def plain(text: str) -> str:
    """Small letters without accents, in one line."""
    flat = unicodedata.normalize("NFKD", text[:2000].lower())
    return " ".join("".join(c for c in flat if not unicodedata.combining(c)).split())
