"""The calendar of a reply: what each way of naming a day means, seen from the day on which it was written.

Conventions (measured and explained in docs/explanation/entender-respuestas.md): a weekday is the next one, never
today; a bare day of the month is the next one, clamped to the month's end; payday ("quincena") is the next 15th or
last of month; a week or a month that is named as a whole is its first day, marked as a period.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

WEEKDAYS = {
    "lunes": 0, "martes": 1, "miercoles": 2, "jueves": 3, "viernes": 4, "sabado": 5, "domingo": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "terca-feira": 1, "quarta-feira": 2, "quinta-feira": 3, "sexta-feira": 4, "segunda-feira": 0,
    "segunda feira": 0, "terca feira": 1, "quarta feira": 2, "quinta feira": 3, "sexta feira": 4,
}  # fmt: skip
#: Short names that mean a weekday only where Portuguese is spoken («segunda» is "second" in Spanish).
WEEKDAYS_BR = {"segunda": 0, "terca": 1, "quarta": 2, "quinta": 3, "sexta": 4}
MONTHS = {
    "enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8, "septiembre": 9,
    "setiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12, "janeiro": 1, "fevereiro": 2, "marco": 3,
    "maio": 5,
    "junho": 6, "julho": 7, "setembro": 9, "outubro": 10, "novembro": 11, "dezembro": 12, "january": 1, "february": 2,
    "march": 3, "april": 4, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11,
    "december": 12, "ene": 1, "feb": 2, "mar": 3, "abr": 4, "may": 5, "jun": 6, "jul": 7, "ago": 8, "sep": 9, "sept": 9,
    "oct": 10, "nov": 11, "dic": 12, "dez": 12, "out": 10, "jan": 1, "apr": 4, "aug": 8, "dec": 12,
}  # fmt: skip
COUNTS = {
    "un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "diez": 10,
    "once": 11, "doce": 12, "quince": 15, "veinte": 20, "treinta": 30, "um": 1, "uma": 1, "dois": 2, "duas": 2,
    "quatro": 4,
    "oito": 8, "dez": 10, "quinze": 15, "trinta": 30, "one": 1, "a": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "ten": 10, "par de": 2, "un par de": 2, "couple of": 2, "a couple of": 2, "catorce": 14,
}  # fmt: skip
DAY_WORDS = {
    "primero": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17,
    "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiuno": 21, "veintidos": 22, "veintitres": 23,
    "veinticuatro": 24,
    "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29, "treinta": 30,
    "treinta y uno": 31, "quinze": 15, "dez": 10, "vinte": 20, "trinta": 30, "primeiro": 1,
}  # fmt: skip
_FAR_AHEAD_DAYS, _NEAR_BEHIND_DAYS = 240, 100


def one_of(words: dict[str, int]) -> str:
    """A pattern for any of the words, longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day that many months later (earlier if negative), clamped to the month's end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_business_days(day: date, count: int) -> date:
    """`count` days that are neither Saturday nor Sunday later. Holidays are not known here."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def next_weekday(today: date, weekday: int) -> date:
    """The next such weekday, strictly after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def last_weekday(today: date, weekday: int) -> date:
    """The last such weekday, strictly before today."""
    return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def weekday_of_next_week(today: date, weekday: int) -> date:
    """That weekday in the week (Monday to Sunday) after today's."""
    return today + timedelta(days=7 - today.weekday() + weekday)


def clamped(year: int, month: int, day: int) -> date | None:
    """That day, or the last of the month if it has none such (31 in April); None for a day over 31 or under 1."""
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    return date(year, month, min(day, monthrange(year, month)[1]))


def next_day_of_month(today: date, day: int) -> date | None:
    """The next date with that day of the month, strictly after today."""
    this = clamped(today.year, today.month, day)
    if this is None or this > today:
        return this
    following = add_months(today.replace(day=1), 1)
    return clamped(following.year, following.month, day)


def last_day_of_month_numbered(today: date, day: int) -> date | None:
    """The last date with that day of the month, today included."""
    this = clamped(today.year, today.month, day)
    if this is None or this <= today:
        return this
    earlier = add_months(today.replace(day=1), -1)
    return clamped(earlier.year, earlier.month, day)


def in_month(today: date, month: int, day: int, year: int | None = None) -> tuple[date | None, date | None]:
    """(next, last) date with that month and day: without a year, the one ahead and the one behind."""
    if year is not None:
        exact = clamped(year if year > 99 else 2000 + year, month, day)
        return exact, exact
    this = clamped(today.year, month, day)
    if this is None:
        return None, None
    ahead = this if this >= today else clamped(today.year + 1, month, day)
    behind = this if this <= today else clamped(today.year - 1, month, day)
    # "el 28 de agosto", said on the 2nd of September, was five days ago and not in a year
    if ahead and behind and (ahead - today).days > _FAR_AHEAD_DAYS and (today - behind).days < _NEAR_BEHIND_DAYS:
        return behind, behind
    return ahead, behind


def next_payday(today: date) -> date:
    """The next 15th or last day of the month, strictly after today."""
    fifteenth = today.replace(day=15)
    if fifteenth > today:
        return fifteenth
    end = last_day(today.year, today.month)
    return end if end > today else add_months(today.replace(day=1), 1).replace(day=15)
