"""Which language a body is in: Arabic is told by its letters from what shares the script."""

from streams.extraction.text import arabic_share

_SAMPLE = 4000  # characters looked at
_PERSIAN = frozenset("پچژگ")
_URDU = frozenset("ٹڈڑےں")
_KURDISH = frozenset("ێۆڕڵ")
_ARABIC_ONLY = frozenset("ةيىكأإ")


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
    letters = [c for c in sample if c.isalpha()]
    own = sum(c in _ARABIC_ONLY for c in letters)
    counts = {
        "ckb": sum(c in _KURDISH for c in letters) * 3,
        "ur": sum(c in _URDU for c in letters) * 3,
        "fa": sum(c in _PERSIAN or c in "یک" for c in letters),
    }
    best = max(counts, key=lambda k: counts[k])
    return best if counts[best] > own else "ar"
