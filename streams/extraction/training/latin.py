"""Compile how names are written in Latin letters, from arabic-name-romanizer's Wikidata data (CC0).

    python -m streams.extraction.training.latin

The package spells a name in 10 to 30 ms, which is as long as the extraction of three articles; what it knows of single
words is compiled into a table here: for each word of a name the spelling that most people of that name have. Wikidata's
labels are of people, so that the parts of some were laid on each other wrongly (الثبيتي as Al-Otaibi): a spelling must
have the name's consonants, all of them where few people have it. Writes `models/latin.tsv`; ten seconds.
"""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from importlib.resources import files

from streams.extraction.actors.latin import TABLE
from streams.extraction.text import name_key
from streams.extraction.training.provenance import write_note
from streams.extraction.training.sounds import load_sounds, strangeness

_SPELT = re.compile(r"[A-Za-zÀ-ɏ'’ʿʾ-]+(?: [A-Za-zÀ-ɏ'’ʿʾ-]+)?")
_LONGEST = 2  # words of a name's part: `أبو شاويش`
_SERVANT = "عبد"
_ATTESTED = 3  # people from whom on a spelling may lack a consonant (`Edmond`, إدمون), or a third of them
_PARTICLES = {"بن": "bin", "بنت": "bint", "آل": "Al"}  # Wikidata has them within longer names only


def spellings() -> dict[str, str]:
    """Key of a name's part -> its most frequent Latin spelling, capitalized."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with sqlite3.connect(str(files("arabic_name_romanizer") / "resources" / "names.sqlite3")) as db:
        for part, latin, count in db.execute("select arabic_key, latin, sum(count) from units group by 1, 2"):
            key = name_key(part)
            words = len(key.split())
            if 0 < words <= _LONGEST and _SPELT.fullmatch(latin) and len(latin.split()) <= words + latin.count("Al "):
                found[key][latin[0].upper() + latin[1:]] += count
        for full, latin, count in db.execute("select arabic_key, latin, sum(count) from full_names group by 1, 2"):
            key = name_key(full)
            if key.startswith(_SERVANT) and len(key.split()) == 1:
                found[key][latin] += count
    found |= {name_key(particle): Counter([latin]) for particle, latin in _PARTICLES.items()}
    sounds = load_sounds()
    chosen = {key: _chosen(key, counts, sounds) for key, counts in sorted(found.items())}
    return {key: latin for key, latin in chosen.items() if latin is not None}


def _chosen(key: str, counts: Counter[str], sounds: Mapping[str, tuple[str, ...]]) -> str | None:
    """The most frequent spelling that can be one of the name, None where there is none."""
    for latin in sorted(counts, key=lambda latin: (-counts[latin], latin)):
        lacking, consonants = strangeness(key, latin, sounds)
        if lacking <= (max(1, consonants // 3) if counts[latin] >= _ATTESTED else 0):
            return latin
    return None


def main() -> None:
    """Write the table and its note."""
    table = spellings()
    with TABLE.open("w", encoding="utf-8") as out:
        out.write("# Parts of names: normalized Arabic, its most frequent Latin spelling\n")
        out.writelines(f"{key}\t{latin}\n" for key, latin in table.items())
    write_note(TABLE, seed=0, scores={"parts": len(table)}, sources=["arabic-name-romanizer (MIT; Wikidata, CC0)"])


if __name__ == "__main__":
    main()
