"""Which language a body is in: Arabic is told by its letters from what shares the script."""

from streams.extraction.text import arabic_share

_SAMPLE = 1500  # characters looked at
_PERSIAN = "پچژگیک"
_URDU = "ٹڈڑےں"
_KURDISH = "ێۆڕڵ"
_ARABIC_ONLY = "ةيىكأإ"


def detect_language(body: str) -> str:
    """`ar` for Arabic, `fa`, `ur` or `ckb` for languages in Arabic script, `und` for everything else.

    >>> detect_language("قال الوزير إن الطريق مفتوح"), detect_language("The minister said so"), detect_language("123")
    ('ar', 'und', 'und')
    >>> detect_language("وزیر خارجه گفت که این گفتگوها پیش می‌رود و ایران چنین می‌گوید")
    'fa'
    """
    sample = body[:_SAMPLE]
    if arabic_share(sample) < 0.5:
        return "und"
    own = _count(sample, _ARABIC_ONLY)
    counts = {
        "ckb": _count(sample, _KURDISH) * 3,
        "ur": _count(sample, _URDU) * 3,
        "fa": _count(sample, _PERSIAN),
    }
    best = max(counts, key=lambda k: counts[k])
    return best if counts[best] > own else "ar"


def _count(text: str, letters: str) -> int:
    return sum(map(text.count, letters))
