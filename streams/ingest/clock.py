"""The hour in prose (`9:15 مساء`, `الساعة 9 ليلا`, `9 pm`), and the zone that it is told in."""

import re
from datetime import UTC, time, timedelta, timezone
from typing import NamedTuple

MIDNIGHT = time()
# What part of the day an hour is in: words, the hours to which 12 is added, whether its 12 o'clock is midnight.
# The letters are folded as `dates.py` folds them.
_PARTS = (
    (r"بعد الظهر|بعد العصر|مساء|عصرا|م\b|pm\b|p\.m", range(1, 12), False),
    (r"ظهرا", range(1, 6), False),  # `11:30 ظهرا` is before noon
    (r"ليلا", range(6, 12), True),  # `2:00 ليلا` is after midnight
    (r"بعد منتصف الليل|قبل الظهر|صباحا|فجرا|ص\b|am\b|a\.m", range(0), True),
)
_PART = rf"(?P<part>{'|'.join(words for words, _, _ in _PARTS)})"
_CLOCKS = (
    re.compile(rf"(?<!\d)(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?(?:[.,]\d+)?(?:\s*{_PART})?"),
    re.compile(rf"(?<![\d:])(?P<hour>\d{{1,2}})\s*{_PART}"),
    re.compile(r"الساعه\s+(?P<hour>\d{1,2})(?!\d)"),
)
_TOLD = re.compile("الساعه|الظهر|الليل|مساء|عصرا|ظهرا|ليلا|فجرا|صباحا|noon|midnight")
_OFFSET = re.compile(r"(?:gmt|utc|غرينتش|جرينتش)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?(?!\d)")
_BEHIND = re.compile(r"\s*([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)")  # the clock: `09:15:00+03:00`
_MECCA = re.compile("بتوقيت (?:مكه|السعوديه|الرياض)")
_UTC = re.compile(r"\b(?:gmt|utc)\b|غرينتش|جرينتش|\dz\b")


class Told(NamedTuple):
    """A time of day, and where in the text it ends."""

    time: time
    end: int


def read(text: str) -> Told | None:
    """The time of day in a folded text without its date, None where there is none; of two that whose zone is told.

    >>> [told and str(told.time) for told in map(read, ("9:15 مساء", "الساعه 9 ليلا", "11:30 ظهرا", "12 am", "امس"))]
    ['21:15:00', '21:00:00', '11:30:00', '00:00:00', None]

    Raises:
        ValueError: there is no such time.
    """
    all_told = next(filter(None, (list(clock.finditer(text)) for clock in _CLOCKS)), None)
    if all_told is None:
        return None
    # `21:15 (18:15 بتوقيت غرينتش)`
    zones = [zone.start() for zone in (pattern.search(text) for pattern in (_OFFSET, _MECCA, _UTC)) if zone]
    found = [one for one in all_told if zones and one.end() <= min(zones)][-1:] or all_told
    said = found[0].groupdict()
    hour = _of_day(int(said["hour"]), said.get("part") or "")
    return Told(time(hour, int(said.get("minute") or 0), int(said.get("second") or 0)), found[0].end())


def is_told(text: str) -> bool:
    """Whether a text speaks of an hour, read or not (`الساعه التاسعه مساء`)."""
    return _TOLD.search(text) is not None


def zone(text: str, told: Told | None) -> timezone | None:
    """The zone that a text names, by an offset or otherwise.

    >>> zone("10:00 غرينتش+3", None), zone("09:15 +0200", Told(MIDNIGHT, 5))
    (datetime.timezone(datetime.timedelta(seconds=10800)), datetime.timezone(datetime.timedelta(seconds=7200)))
    """
    offset = _OFFSET.search(text) or (_BEHIND.match(text, told.end) if told is not None else None)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    if _MECCA.search(text):
        return timezone(timedelta(hours=3))
    return UTC if _UTC.search(text) else None


def _of_day(hour: int, part: str) -> int:
    for words, later, midnight in _PARTS:
        if part and re.fullmatch(words, part):
            return 0 if midnight and hour == 12 else hour + 12 if hour in later else hour
    return hour
