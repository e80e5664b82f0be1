"""An independent and naive reading of the law, one contact at a time. It shares neither code nor data with the product.

`objections` lists what the law (and the prudent defaults) object to in a contact, from the text of the rules.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

CALLS, MESSAGES = {"call", "voice"}, {"email", "sms", "whatsapp", "letter"}
WEEK = timedelta(hours=168)

#: country -> zones with every offset that the country keeps.
ZONES = {
    "MX": ["America/Tijuana", "America/Hermosillo", "America/Mazatlan", "America/Ciudad_Juarez", "America/Ojinaga",
           "America/Mexico_City", "America/Matamoros", "America/Cancun"],
    "CO": ["America/Bogota"], "PE": ["America/Lima"], "AR": ["America/Argentina/Buenos_Aires"],
    "CL": ["America/Santiago", "America/Punta_Arenas", "America/Coyhaique", "Pacific/Easter"],
    "EC": ["America/Guayaquil", "Pacific/Galapagos"],
    "BR": ["America/Noronha", "America/Sao_Paulo", "America/Manaus", "America/Rio_Branco"],
    "ES": ["Europe/Madrid", "Atlantic/Canary"], "GB": ["Europe/London"], "CR": ["America/Costa_Rica"],
    "PA": ["America/Panama"],
    "US": ["America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
           "America/Anchorage", "America/Adak", "Pacific/Honolulu"],
}  # fmt: skip

_YEARS = range(2024, 2029)
_HOLIDAYS: dict[tuple[str, str | None], set] = {}


def is_holiday(country: str, region: str | None, day) -> bool:
    """Whether that local day is a holiday of the country, or of the region where the law looks at regions."""
    region = region if country in ("BR", "CL", "AR", "ES", "GB") else None
    if (country, region) not in _HOLIDAYS:
        kinds = ("public", "optional") if country == "BR" else ("public",)
        found = holidays.country_holidays(country, subdiv=region, years=_YEARS, categories=kinds)
        _HOLIDAYS[country, region] = set(found)
    return day in _HOLIDAYS[country, region]


def _between(clock: time, start: int, end: int) -> bool:
    return time(start) <= clock < time(end)


def _hours(country: str, channel: str, weekday: int, clock: time, region: str | None) -> bool:
    """Whether the clock of that weekday is inside the country's hours (Monday is 0), holidays aside."""
    week, saturday, sunday = weekday < 5, weekday == 5, weekday == 6
    if country == "MX":
        return week and _between(clock, 7, 22)
    if country == "CO":
        return (week and _between(clock, 7, 19)) or (saturday and _between(clock, 8, 15))
    if country in ("PE", "EC"):
        return week and _between(clock, 7, 20)
    if country in ("CL", "GB"):
        return not sunday and _between(clock, 8, 20)
    if country == "AR":
        return (week and _between(clock, 8, 20)) or (saturday and _between(clock, 8, 12))
    if country == "BR":
        inside = (week and _between(clock, 8, 20)) or (saturday and _between(clock, 8, 14))
        if channel in CALLS and region == "RJ":
            return inside and week and _between(clock, 9, 19)
        if channel in CALLS and region in ("ES", "AM"):
            return inside and week and _between(clock, 8, 19)
        return inside
    if country == "ES":
        return week and _between(clock, 9, 20)
    if country == "CR":
        return week and _between(clock, 8, 18)
    if country == "PA":
        return (week and _between(clock, 8, 18)) or (saturday and _between(clock, 8, 15))
    return _between(clock, 8, 21)  # US, every day


def _same(own, theirs) -> bool:
    return own is None or theirs is None or own == theirs


def _too_many_in(span: timedelta, most: int, at: datetime, past: list[dict]) -> bool:
    """Whether one more contact at `at` leaves more than `most` in some (x - span, x]."""
    moments = [row["at"] for row in past]
    for end in [at, *(moment for moment in moments if moment > at)]:
        if not end - span < at <= end:
            continue
        if sum(end - span < moment <= end for moment in moments) + 1 > most:
            return True
    return False


def _too_many_today(most: int, at: datetime, past: list[dict], zones: list[str]) -> bool:
    for name in zones:
        zone = ZoneInfo(name)
        today = at.astimezone(zone).date()
        if sum(row["at"].astimezone(zone).date() == today for row in past) + 1 > most:
            return True
    return False


def _frequency(country: str, c: dict, past: list[dict], zones: list[str]) -> list[str]:
    at, channel = c["at"], c["channel"]
    out = [row for row in past if row["direction"] == "out"]
    calls = [row for row in out if row["channel"] in CALLS]
    messages = [row for row in out if row["channel"] in MESSAGES]
    found = []
    if country == "MX":
        found += ["call a day"] * (channel in CALLS and _too_many_today(1, at, calls, zones))
        found += ["attempts a day"] * _too_many_today(3, at, out, zones)
        found += ["attempts a week"] * _too_many_in(WEEK, 10, at, out)
    if country == "CO":
        direct = [row for row in past if row["direct_contact"]]
        same = [row for row in direct if row["direction"] == "out" and _same(c["creditor"], row["creditor"])]
        found += ["again the same day"] * _too_many_today(1, at, same, zones)
        others = [row for row in direct if row["channel"] != channel and row["at"] <= at < row["at"] + WEEK]
        found += ["another channel in the week"] * bool(others)
        found += ["attempt a day"] * _too_many_today(1, at, out, zones)
    if country in ("PE", "EC", "BR", "ES"):
        found += ["contact a day"] * _too_many_today(1, at, out, zones)
    if country in ("BR", "ES"):
        found += ["contacts a week"] * _too_many_in(WEEK, 3, at, out)
    if country == "CL" and channel in MESSAGES:
        found += ["messages a week"] * _too_many_in(WEEK, 2, at, messages)
        found += ["two days between"] * any(abs(row["at"] - at) < timedelta(hours=48) for row in messages)
    if country == "CL" and channel not in MESSAGES:
        rest = [row for row in out if row["channel"] in CALLS | {"visit"}]
        found += ["call or visit a week"] * _too_many_in(WEEK, 1, at, rest)
    if country == "PA":
        found += ["call a day"] * (channel in CALLS and _too_many_today(1, at, calls, zones))
        visits = [row for row in out if row["channel"] == "visit"]
        found += ["visit a week"] * (channel == "visit" and _too_many_in(WEEK, 1, at, visits))
    if country == "US" and channel in CALLS:
        debt = [r for r in past if r["channel"] in CALLS and _same(c["creditor"], r["creditor"])
                and _same(c["debt"], r["debt"])]  # fmt: skip
        found += ["seven calls"] * _too_many_in(WEEK, 7, at, [r for r in debt if r["direction"] == "out"])
        found += ["talked this week"] * _too_many_in(WEEK, 1, at, [r for r in debt if r["direct_contact"]])
    return found


def _consent(c: dict, consents: list[dict]) -> tuple[bool, bool]:
    """(asked to stop, authorised) by what the person had said by then."""
    calls = CALLS if c["channel"] in CALLS else {c["channel"]}
    mine = [row for row in consents if row["channel"] in calls | {"*"} and row["at"] <= c["at"]]
    stops = [row["at"] for row in mine if row["status"] == "withdrawn"]
    agains = [row["at"] for row in mine if row["status"] == "granted" and row["source"] == "person"]
    if stops and not any(again > max(stops) for again in agains):
        return True, False
    return False, any(row["status"] == "granted" for row in mine)


def objections(c: dict, past: list[dict], consents: list[dict]) -> tuple[list[str], list[str]]:
    """(what denies, what defers) this contact, under the debtor's country and the creditor's."""
    countries = list(dict.fromkeys(x for x in (c["country"], c["creditor_country"]) if x))
    stopped, authorised = _consent(c, consents)
    deny = ["stop"] * stopped
    defer: list[str] = []
    zones = c["zones"] or ZONES[c["country"]]
    for country in countries:
        company = c["debtor"] in ("business", "financial")
        freed = country == "CO" and c["purpose"] == "confirmation"
        if not company and c["recipient"] in ("third_party", "reference"):
            deny.append("third party")
        if freed or (company and country != "CO"):
            continue
        region = c["subdivision"] if country == c["country"] else None
        for name in zones:
            local = c["at"].astimezone(ZoneInfo(name))
            off = country != "US" and is_holiday(country, region, local.date())
            if off or not _hours(country, c["channel"], local.weekday(), local.time(), region):
                defer.append(f"hours of {country} in {name}")
        if company:
            continue
        if country == "CO":
            deny += ["visit"] * (c["channel"] == "visit") + ["not authorised"] * (not authorised)
        defer += _frequency(country, c, past, zones)
    return deny, defer


def utc(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
