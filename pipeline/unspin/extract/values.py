"""Dates as ISO 8601, amounts as a currency or unit and a number."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from unspin.layout import MONTHS, NUMBER_WORDS

DAYS = {
    name: number
    for number, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}
NUMBERS = {name: number for number, name in enumerate(NUMBER_WORDS)} | {
    "a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {
    "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 1_000_000_000_000,
    "k": 1_000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000, "tn": 1_000_000_000_000,
    "dozen": 12, "crore": 10_000_000, "lakh": 100_000,
}  # fmt: skip
CURRENCIES = {
    "$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₺": "TRY", "₴": "UAH",
    "₦": "NGN", "₩": "KRW", "₪": "ILS", "c$": "CAD", "a$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD",
    "r$": "BRL",
    "dollar": "USD", "dollars": "USD", "usd": "USD", "euro": "EUR", "euros": "EUR", "eur": "EUR", "pound": "GBP",
    "pounds": "GBP", "gbp": "GBP", "sterling": "GBP", "yen": "JPY", "jpy": "JPY", "yuan": "CNY", "renminbi": "CNY",
    "cny": "CNY", "rupees": "INR", "rupee": "INR", "rubles": "RUB", "roubles": "RUB", "zloty": "PLN", "zlotys": "PLN",
    "naira": "NGN", "rand": "ZAR", "shekels": "ILS", "hryvnia": "UAH", "hryvnias": "UAH", "won": "KRW", "chf": "CHF",
    "lira": "TRY", "liras": "TRY", "cedi": "GHS", "cedis": "GHS", "forint": "HUF", "real": "BRL", "reais": "BRL",
    "forints": "HUF", "kronor": "SEK", "baht": "THB", "ringgit": "MYR", "rupiah": "IDR", "taka": "BDT", "birr": "ETB",
    "tenge": "KZT", "koruna": "CZK",
    "cents": "USD", "cent": "USD",
}  # fmt: skip

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_WEEKDAY = r"(?:(?:on\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
PATTERNS = tuple(
    re.compile(p + r"\.?$")
    for p in (
        r"(?P<iso>\d{4}-\d\d-\d\d)(?:[t ]\d\d:\d\d(?::\d\d)?)?",
        rf"{_WEEKDAY}(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}",
        rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_WEEKDAY}(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}",
        rf"{_WEEKDAY}{_MONTH}\s+{_DAY}",
        rf"(?:(?:early|late|mid|mid-|the\s+end\s+of|the\s+start\s+of)[\s-]+)?{_MONTH},?\s+(?:of\s+)?{_YEAR}",
        rf"(?:the\s+year\s+|early\s+|late\s+|mid-?\s*)?{_YEAR}",
        rf"(?P<when>last|next|this)\s+{_MONTH}",
        rf"{_MONTH}(?:\s+(?P<which>last|next|this)\s+year)?",
        r"(?P<word>today|yesterday|tomorrow|tonight)",
        r"(?:(?:on|late|early)\s+)?(?P<when>last|next|this)?\s*(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|"
        r"sun)day)(?:\s+(?:morning|afternoon|evening|night))?",
        r"(?P<when>last|next|this|the\s+(?:past|coming|current))\s+(?P<unit>year|month|week|decade|century)",
        r"(?P<count>\d+|\w+)\s+(?P<ago>day|week|month|year)s?\s+(?:ago|earlier)",
        rf"(?P<season>spring|summer|autumn|fall|winter)\s+(?:of\s+)?{_YEAR}",
        r"the\s+(?P<decade>(?:1[5-9]|20)\d0)s",
    )
)


def _month(name: str) -> int:
    return MONTHS[name] if name in MONTHS else MONTHS[name[:3]]


def published_date(published: str) -> dt.date | None:
    """Read the date out of an ISO 8601 time stamp."""
    try:
        return dt.date.fromisoformat(published[:10])
    except ValueError:
        return None


def iso_date(text: str, published: str = "") -> str:
    """Give a date phrase as ISO 8601, as precise as the phrase is; empty where it is no date.

    Phrases without a year count from the publication date; a weekday is the
    nearest one before it.

    >>> iso_date("3 March 2025"), iso_date("last year", "2025-03-03T10:28:00"), iso_date("Friday", "2025-03-03")
    ('2025-03-03', '2024', '2025-02-28')
    """
    phrase = re.sub(r"\s+", " ", text.lower().strip(" ,."))
    today = published_date(published)
    for pattern in PATTERNS:
        found = pattern.match(phrase)
        if found is None:
            continue
        g = found.groupdict()
        try:
            return _resolve(g, today)
        except (ValueError, OverflowError):
            return ""
    return ""


def _resolve(g: dict[str, str | None], today: dt.date | None) -> str:
    if g.get("iso"):
        return dt.date.fromisoformat(str(g["iso"])).isoformat()
    if g.get("season"):
        return str(g["year"])
    if g.get("decade"):
        return f"{g['decade']}/{str(g['decade'])[:3]}9"
    if g.get("year"):
        year = int(str(g["year"]))
        if not g.get("month"):
            return f"{year:04}"
        month = _month(str(g["month"]))
        if not g.get("day"):
            return f"{year:04}-{month:02}"
        return dt.date(year, month, int(str(g["day"]))).isoformat()
    if today is None:
        return ""
    when = (g.get("when") or "").split(" ")[-1]
    steps = {"last": -1, "past": -1, "next": 1, "coming": 1, "this": 0, "current": 0}
    step = steps.get(when, 0)
    if g.get("month"):
        month = _month(str(g["month"]))
        if g.get("which"):
            return f"{today.year + steps[str(g['which'])]:04}-{month:02}"
        if "when" in g and when and "unit" not in g:
            year = today.year + step
            if step == -1 and month < today.month and not g.get("day"):
                year = today.year  # "last January", said in March, is this year's
            if step == 1 and month > today.month:
                year = today.year
            return f"{year:04}-{month:02}"
        # The nearest such month: news speaks of the months around it.
        year = today.year
        if month - today.month > 6:
            year -= 1
        if g.get("day"):
            return dt.date(year, month, int(str(g["day"]))).isoformat()
        return f"{year:04}-{month:02}"
    if g.get("word"):
        days = {"yesterday": -1, "tomorrow": 1}.get(str(g["word"]), 0)
        return (today + dt.timedelta(days)).isoformat()
    if g.get("weekday"):
        back = (today.weekday() - DAYS[str(g["weekday"])]) % 7
        if step == 1:
            return (today + dt.timedelta(7 - back)).isoformat()
        return (today - dt.timedelta(back or (7 if when == "last" else 0))).isoformat()
    if g.get("unit"):
        unit = g["unit"]
        if unit == "year":
            return f"{today.year + step:04}"
        if unit == "month":
            at = today.year * 12 + today.month - 1 + step
            return f"{at // 12:04}-{at % 12 + 1:02}"
        if unit == "week":
            year, week, _ = (today + dt.timedelta(7 * step)).isocalendar()
            return f"{year:04}-W{week:02}"
        return ""
    if g.get("ago"):
        word = str(g["count"])
        count = int(word) if word.isdigit() else NUMBERS.get(word)
        if count is None:
            return ""
        unit = g["ago"]
        if unit == "year":
            return f"{today.year - count:04}" if count < today.year else ""
        if unit == "month":
            at = today.year * 12 + today.month - 1 - count
            return f"{at // 12:04}-{at % 12 + 1:02}"
        return (today - dt.timedelta(count * (7 if unit == "week" else 1))).isoformat()
    return ""


NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<scale>hundred|thousand|million|billion|"
    r"trillion|dozen|crore|lakh|bn|mn|tn|k|m)?\b",
    re.I,
)


#: What is no one number: a range (*$5-6 million*, *20 to 30*), *a couple of million*.
SEVERAL = re.compile(
    r"\d(?: ?(?:thousand|million|billion|trillion|per cent|%))?\s?(?:[–—-]|to|or|and)\s?[$€£¥₹]?\d"
    r"|\b(?:couple|few|several)\b",
    re.I,
)

#: Half of a scale.
HALF = re.compile(r"\bhalf an? (?P<scale>hundred|thousand|million|billion|trillion|dozen)\b", re.I)


def number(text: str) -> str:
    """Give the first number of a phrase in digits; empty where there is none, or more than one is meant.

    >>> number("about 3.5 million"), number("two dozen"), number("1,260 cases")
    ('3500000', '24', '1260')
    >>> number("half a million"), number("5-6 million"), number("a couple of million")
    ('500000', '', '')
    """
    if SEVERAL.search(text):
        return ""
    if half := HALF.search(text):
        return str(SCALES[half["scale"].lower()] // 2)
    found = NUMBER.search(text)
    if found:
        try:
            value = Decimal(found["digits"].replace(",", ""))
        except InvalidOperation:
            return ""
        if found["scale"]:
            value *= SCALES[found["scale"].lower()]
        return _plain(value)
    words = re.findall(r"[a-z]+", text.lower())
    total, current, seen = 0, 0, False
    for word in words:
        if word in NUMBERS and (word not in {"a", "an"} or not seen):
            current += NUMBERS[word]
            seen = seen or word not in {"a", "an"}
        elif word in SCALES and len(word) > 2 and (current or seen):
            current = (current or 1) * SCALES[word]
            if SCALES[word] >= 1000:
                total, current = total + current, 0
            seen = True
        elif seen and word not in {"and"}:
            break
    return str(total + current) if seen else ""


def _plain(value: Decimal) -> str:
    if value == value.to_integral_value():
        return str(int(value))
    return format(value.normalize(), "f")


def money(text: str) -> str:
    """Give an amount as ISO 4217 code and number; empty where either is missing.

    >>> money("€480 million"), money("$6.4 million"), money("five-euro"), money("two dollars")
    ('EUR 480000000', 'USD 6400000', 'EUR 5', 'USD 2')
    """
    amount = number(text)
    low = text.lower()
    if "per cent" in low or "percent" in low:
        return ""
    for mark in re.findall(r"(?:us|c|a|nz|hk|s|r)?\$|[€£¥₹₽₺₴₦₩₪]|[a-z]+", low):
        code = CURRENCIES.get(mark)
        if code and amount:
            if mark in {"cents", "cent"}:
                return f"{code} {_plain(Decimal(amount) / 100)}"
            return f"{code} {amount}"
    return ""


def percent(text: str) -> str:
    """Give a percentage as ``PERCENT n``.

    >>> percent("0.8 per cent"), percent("more than 18%")
    ('PERCENT 0.8', 'PERCENT 18')
    """
    amount = number(text)
    return f"PERCENT {amount}" if amount else ""


UNITS = {
    "kilometres": "km", "kilometers": "km", "kilometre": "km", "kilometer": "km", "km": "km", "miles": "mi",
    "mile": "mi",
    "metres": "m", "meters": "m", "metre": "m", "meter": "m", "feet": "ft", "foot": "ft", "tonnes": "t", "tonne": "t",
    "tons": "ton", "kilograms": "kg", "kilogrammes": "kg", "kg": "kg", "pounds": "lb", "litres": "l", "liters": "l",
    "hectares": "ha", "acres": "acre", "mw": "MW", "megawatts": "MW", "gw": "GW", "gigawatts": "GW", "kw": "kW",
    "barrels": "bbl", "gallons": "gal", "inches": "in", "degrees": "deg", "centimetres": "cm", "cm": "cm", "mm": "mm",
}  # fmt: skip


def quantity(text: str) -> str:
    """Give a measure as unit and number; empty where either is missing.

    >>> quantity("40 MW"), quantity("about 3,000 square feet")
    ('MW 40', 'ft2 3000')
    """
    amount = number(text)
    if not amount:
        return ""
    words = re.findall(r"[a-z]+", text.lower())
    power = "2" if "square" in words else "3" if "cubic" in words else ""
    for word in words:
        if word in UNITS:
            return f"{UNITS[word]}{power} {amount}"
    return ""


def value(text: str, label: str, published: str = "") -> str:
    """Normalise what spaCy tagged as a date or an amount; empty where a rule cannot tell."""
    if label == "DATE":
        return iso_date(text, published)
    if label == "MONEY":
        return money(text)
    if label == "PERCENT":
        return percent(text)
    if label == "QUANTITY":
        return quantity(text)
    return ""
