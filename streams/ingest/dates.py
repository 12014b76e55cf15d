"""Dates in any form that wires and papers use, as instants with an offset.

ISO 8601, RFC 822, seconds since 1970, and Arabic prose: both vocabularies of months (نيسان, أبريل), those of the
Maghreb, Arabic digits, Hijri dates by the Umm al-Qura calendar.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from streams.ingest import library

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "كانون الثاني|يناير|جانفي|january|jan",
            "شباط|فبراير|فيفري|february|feb",
            "اذار|مارس|march|mar",
            "نيسان|ابريل|افريل|april|apr",
            "ايار|مايو|ماي|may",
            "حزيران|يونيو|يونيه|جوان|june|jun",
            "تموز|يوليو|يوليه|يوليوز|جويليه|july|jul",
            "اب|اغسطس|غشت|اوت|august|aug",
            "ايلول|سبتمبر|شتنبر|september|sept|sep",
            "تشرين الاول|اكتوبر|october|oct",
            "تشرين الثاني|نوفمبر|نونبر|november|nov",
            "كانون الاول|ديسمبر|دجنبر|december|dec",
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
_SAME = str.maketrans(
    {
        **{c: str(n) for n, c in enumerate("٠١٢٣٤٥٦٧٨٩")},
        **{c: str(n) for n, c in enumerate("۰۱۲۳۴۵۶۷۸۹")},
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
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(صباحا|مساء|ظهرا|ص\b|م\b|am\b|pm\b|a\.m|p\.m)?")
_HALF_DAY = re.compile(r"\d\s*[ap]\.?m\b", re.I)
_OFFSET = re.compile(r"(?:gmt|utc|غرينتش|جرينتش|\d)\s*([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_MECCA = re.compile("بتوقيت (?:مكه|السعوديه|الرياض)")
_UTC = re.compile(r"\b(?:gmt|utc)\b|غرينتش|جرينتش|\dz\b")
_HIJRI_YEARS, _YEARS = range(1343, 1501), range(1900, 10_000)  # hijridate knows the first; an embargo may be for ever
_MOST_CHARS = 100
_SECONDS, _MILLISECONDS = 10**8, 10**11  # since 1970: from 1973 on, and what has more digits than seconds have


def instant(value: object, zone: tzinfo = UTC) -> datetime | None:
    """The instant that a value of a feed tells, None where it tells none; `zone` is that of a date without one.

    >>> print(instant("Tue, 03 Mar 2026 09:15:00 +0300"), instant("٣ آذار/مارس ٢٠٢٦ - 9:15 مساءً بتوقيت غرينتش"))
    2026-03-03 09:15:00+03:00 2026-03-03 21:15:00+00:00
    >>> print(instant("الثلاثاء 14 رمضان 1447 هـ"))
    2026-03-03 00:00:00+00:00
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()[:_MOST_CHARS]
    for read in (_iso, _seconds, _rfc822, _prose):
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
    return None if _HALF_DAY.search(text) else parsedate_to_datetime(text)  # which would read 9 pm as 9 am


def _prose(text: str, zone: tzinfo) -> datetime | None:
    folded = re.sub("[\u064b-\u0652]", "", text.translate(_SAME)).casefold()
    day = _day(folded)
    if day is None:
        return None
    offset = _OFFSET.search(folded)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        zone = timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    elif _MECCA.search(folded):
        zone = timezone(timedelta(hours=3))
    elif _UTC.search(folded):
        zone = UTC
    return datetime.combine(day, _clock(folded), zone)


def _day(text: str) -> date | None:
    makers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str, str]]], ...] = (
        (_DAY_FIRST, lambda m: (m[3], m[2], m[1])),
        (_MONTH_FIRST, lambda m: (m[3], m[1], m[2])),
        (_YEAR_FIRST, lambda m: (m[1], m[2], m[3])),
        (_YEAR_LAST, lambda m: (m[3], m[2], m[1])),
    )
    # A paper that dates itself twice gives the Hijri date first: the Gregorian one needs no calendar.
    days: list[tuple[int, str, int]] = []
    for pattern, order in makers:
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


def _clock(text: str) -> time:
    found = _CLOCK.search(text)
    if found is None:
        return time()
    hour, half = int(found[1]), found[4] or ""
    if half[:1] in ("م", "p", "ظ") and hour < 12:
        hour += 12
    elif half[:1] in ("ص", "a") and hour == 12:
        hour = 0
    return time(hour, int(found[2]), int(found[3] or 0))
