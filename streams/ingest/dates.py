"""Dates in any form that wires and papers use, as instants with an offset.

ISO 8601, RFC 822, seconds since 1970, and Arabic prose: both vocabularies of months (نيسان, أبريل), those of the
Maghreb, Arabic digits, Hijri dates by the Umm al-Qura calendar; `clock.py` reads the hour in prose.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import partial

from streams.ingest import clock, library

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "كانون الثاني|كانون ثاني|يناير|جانفي|january|jan",
            "شباط|فبراير|فيفري|february|feb",
            "اذار|مارس|march|mar",
            "نيسان|ابريل|افريل|april|apr",
            "ايار|مايو|ماي|may",
            "حزيران|يونيو|يونيه|جوان|june|jun",
            "تموز|يوليو|يوليه|يوليوز|جويليه|july|jul",
            "اب|اغسطس|غشت|اوت|august|aug",
            "ايلول|سبتمبر|شتنبر|september|sept|sep",
            "تشرين الاول|تشرين اول|اكتوبر|october|oct",
            "تشرين الثاني|تشرين ثاني|نوفمبر|نونبر|november|nov",
            "كانون الاول|كانون اول|ديسمبر|دجنبر|december|dec",
        ),
        1,
    )
    for name in names.split("|")
}
_HIJRI = {
    name: number
    for number, names in enumerate(
        (
            "محرم|المحرم",
            "صفر",
            "ربيع الاول|ربيع الاولي",
            "ربيع الاخر|ربيع الثاني",
            "جمادي الاولي|جمادي الاول",
            "جمادي الاخره|جمادي الثانيه|جمادي الاخر",
            "رجب",
            "شعبان",
            "رمضان",
            "شوال",
            "ذو القعده|ذي القعده",
            "ذو الحجه|ذي الحجه",
        ),
        1,
    )
    for name in names.split("|")
}
_DIGITS = {ord(c): str(n) for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for n, c in enumerate(digits)}
_SAME = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىی", "ي"),
        "ة": "ه",
        "ـ": None,
        "\u200f": None,
        "\u200e": None,
        "،": ",",
        "\u00a0": " ",
    }
)
_NAMES = "|".join(sorted((re.escape(n).replace(r"\ ", r"\s+") for n in {**_MONTHS, **_HIJRI}), key=len, reverse=True))
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s*(?:من\s+)?({_NAMES})\b\D{{0,30}}?(\d{{4}})(?!\d)")
_MONTH_FIRST = re.compile(rf"\b({_NAMES})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s*(\d{{4}})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})(?!\d)")
# The forms of a date, and where year, month and day stand in each.
_DATES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str, str]]], ...] = (
    (_DAY_FIRST, lambda m: (m[3], m[2], m[1])),
    (_MONTH_FIRST, lambda m: (m[3], m[1], m[2])),
    (_YEAR_FIRST, lambda m: (m[1], m[2], m[3])),
    (_YEAR_LAST, lambda m: (m[3], m[2], m[1])),
)
_RFC822 = re.compile(
    r"(?:[a-z]{3,9},?\s+)?\d{1,2}\s+[a-z]{3,9}\s+\d{2,4}\s+"
    r"\d{1,2}:\d{2}(?::\d{2})?(?:\s+(?:[+-]\d{4}|(?![ap]m\b)[a-z]{1,5}))?",
    re.I,
)
_HIJRI_YEARS, _YEARS = range(1343, 1501), range(1900, 10_000)  # hijridate knows the first; an embargo may be for ever
_MOST_CHARS = 100
_ARABIA = timezone(timedelta(hours=3))
_SECONDS, _MILLISECONDS = 10**8, 10**11  # since 1970: from 1973 on, and what has more digits than seconds have


def instant(value: object, zone: tzinfo = UTC, *, exact: bool = False) -> datetime | None:
    """The instant that a value of a feed tells, None where it tells none; `zone` is that of a date without one.

    An hour that is not understood leaves the day, from its beginning on; with `exact` there is no instant then.

    >>> print(instant("Tue, 03 Mar 2026 09:15:00 +0300"), instant("٣ آذار/مارس ٢٠٢٦ - 9:15 مساءً بتوقيت غرينتش"))
    2026-03-03 09:15:00+03:00 2026-03-03 21:15:00+00:00
    >>> print(instant("الثلاثاء 14 رمضان 1447 هـ"))
    2026-03-03 00:00:00+00:00
    >>> print(instant("3 مارس 2026 الساعة التاسعة مساء"), instant("3 مارس 2026 الساعة التاسعة مساء", exact=True))
    2026-03-03 00:00:00+00:00 None
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()[:_MOST_CHARS].translate(_DIGITS)
    for read in (_iso, _seconds, _rfc822, partial(_prose, exact=exact)):
        try:
            found = read(text, zone)
            if found is not None and found.year in _YEARS:
                return found if found.tzinfo else found.replace(tzinfo=zone)
        except (ValueError, OverflowError, OSError, TypeError, IndexError):
            continue
    return None


def _iso(text: str, zone: tzinfo) -> datetime | None:
    # Eight digits are a date, other numbers are seconds.
    return datetime.fromisoformat(text) if len(text) == 8 or not text.isdigit() else None


def _seconds(text: str, zone: tzinfo) -> datetime | None:
    number = float(text)
    if number < _SECONDS:
        return None  # a year, or nothing that anybody could tell
    return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)


def _rfc822(text: str, zone: tzinfo) -> datetime | None:
    if not _RFC822.fullmatch(text):
        return None  # the library would take what it knows of it, and leave `pm` or `GMT+3`
    found = parsedate_to_datetime(text)
    if text.endswith("AST"):
        return found.replace(tzinfo=_ARABIA)  # not the Atlantic's, which the library takes it for
    return found.replace(tzinfo=UTC) if text.endswith("-0000") else found


def _prose(text: str, zone: tzinfo, *, exact: bool) -> datetime | None:
    folded = re.sub("[\u064b-\u0652]", "", text.translate(_SAME)).casefold()
    day = _day(folded)
    if day is None:
        return None
    for pattern, _ in _DATES:
        folded = pattern.sub(" | ", folded)  # a hyphen in a date is the sign of no offset
    told = clock.read(folded)
    if told is None and exact and clock.is_told(folded):
        return None
    return datetime.combine(day, told.time if told else clock.MIDNIGHT, clock.zone(folded, told) or zone)


def _day(text: str) -> date | None:
    # A paper that dates itself twice gives the Hijri date first: the Gregorian one needs no calendar.
    days: list[tuple[int, str, int]] = []
    for pattern, order in _DATES:
        for match in pattern.finditer(text):
            year, month, day = order(match)
            days.append((int(year), " ".join(month.split()), int(day)))
    for y, month, d in days:
        if y in _YEARS and month not in _HIJRI:
            return date(y, _MONTHS[month] if month in _MONTHS else int(month), d)
    for y, month, d in days:
        if y in _HIJRI_YEARS and month not in _MONTHS:
            number = _HIJRI[month] if month in _HIJRI else int(month)
            found = library("hijridate").Hijri(y, number, d).to_gregorian()
            return date(found.year, found.month, found.day)
    return None
