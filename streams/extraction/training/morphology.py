"""Compile the table of analysed word forms from a camel-tools database, for the frequent forms of news.

    python -m streams.extraction.training.morphology ../shared/morphology ../shared/corpus

camel-tools' Analyzer (1.5 ms a word, 300 MB) is the teacher; what the worker needs of its answers for the frequent
forms of the raw corpus goes into `models/morphology.tsv`. Readings that differ only in case, state or the exact kind of
an attached و become one; their probabilities come from the database's corpus counts (`pos_lex_logprob`, base 10).
Takes some four minutes on two cores.
"""

import argparse
import gzip
import json
import math
import os
import shutil
import tempfile
from collections import Counter, defaultdict
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from streams.extraction.text import written
from streams.extraction.tokens import WORD, tokenize
from streams.extraction.training.provenance import write_note

TARGET = Path(__file__).parent.parent / "models" / "morphology.tsv"
FORMS = 90_000
_FLOOR = -11.0  # a reading that the database's counts never saw (-99 there)
_LEAST = 0.02  # readings below this share are left out
_CLITICS = {"wa_conj": "wa", "wa_sub": "wa", "fa_conj": "fa", "fa_sub": "fa", "fa_conn": "fa", "fa_rc": "fa"}
# Log10 of how much rarer a reading is in news than its lemma's count, which knows no inflection, says.
_RARER = {"passive": -0.8, "first person": -1.5, "feminine plural verb": -1.5}
_RARE = ("wa_prep", "wa_part", "bi_part", ">a_ques")  # oaths and questions: noise in news

_analyzer: Any = None


def _open_database(folder: str) -> None:
    global _analyzer  # one a process: the pool's workers are told nothing else
    os.environ["CAMELTOOLS_DATA"] = folder
    from camel_tools.morphology.analyzer import Analyzer
    from camel_tools.morphology.database import MorphologyDB

    _analyzer = Analyzer(MorphologyDB(f"{folder}/camel_morph_msa.db", "a"))


def readings(form: str) -> list[tuple[str, str, float]]:
    """(tag, lemma, probability) of a written form, the likeliest first; a tag is the features joined by `|`."""
    scores: dict[tuple[str, str], float] = defaultdict(lambda: -99.0)
    analyses = _analyzer.analyze(form)
    usual = [a for a in analyses if not any(a.get(k) in _RARE for k in ("prc3", "prc2", "prc1"))]
    for a in usual or analyses:
        verb = a["pos"].startswith("verb")
        clitics = [_CLITICS.get(a.get(k, "0"), a.get(k, "0")) for k in ("prc2", "prc1", "prc0", "enc0")]
        inflection = [a.get("asp", "-"), a.get("vox", "-"), a.get("per", "-")] if verb else ["-", "-", "-"]
        tag = "|".join([a["pos"], a.get("gen", "-"), a.get("num", "-"), *inflection, *clitics])
        key = (tag, plain_lemma(a["lex"]))
        score = max(float(a.get("pos_lex_logprob", _FLOOR)), _FLOOR)
        if verb:
            score += _RARER["passive"] * (inflection[1] == "p")
            score += _RARER["first person"] * (inflection[2] == "1")
            score += _RARER["feminine plural verb"] * (a.get("gen") == "f" and a.get("num") == "p")
        scores[key] = max(scores[key], score)
    weights = {key: 10**score for key, score in scores.items()}
    total = sum(weights.values())
    found = sorted(((tag, lemma, w / total) for (tag, lemma), w in weights.items()), key=lambda r: (-r[2], r[0], r[1]))
    return [r for r in found if r[2] >= _LEAST][:8]


def plain_lemma(lex: str) -> str:
    """The lemma without vowels and sense number."""
    return written(lex.split("_")[0].split("-")[0].replace("/", "").replace(" ", "_"))


def frequent_forms(corpus: Path) -> list[tuple[str, int]]:
    """The most frequent Arabic written forms of the raw articles with their counts."""
    counts: Counter[str] = Counter()
    for name in ("large.jsonl.gz", "news.jsonl.gz"):
        with gzip.open(corpus / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                body = json.loads(line)["body"]
                counts.update(written(t.form.text) for t in tokenize(body) if t.form.kind is WORD)
    return [(form, n) for form, n in counts.most_common() if not form.isascii()][:FORMS]


def main() -> None:
    """Compile and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("morphology", type=Path, help="folder of catalogue.json and camel_morph_msa.db.gz")
    parser.add_argument("corpus", type=Path, help="folder of large.jsonl.gz and news.jsonl.gz")
    a = parser.parse_args()
    forms = frequent_forms(a.corpus)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(a.morphology / "catalogue.json", folder)
        with (
            gzip.open(a.morphology / "camel_morph_msa.db.gz") as db,
            Path(folder, "camel_morph_msa.db").open("wb") as out,
        ):
            shutil.copyfileobj(db, out)
        with Pool(2, _open_database, (folder,)) as pool:
            analysed = pool.map(readings, [form for form, _ in forms], chunksize=500)
    tags = Counter(tag for found in analysed for tag, _, _ in found)
    number = {tag: n for n, (tag, _) in enumerate(tags.most_common())}
    with TARGET.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        out.writelines(f"{tag}\n" for tag in number)
        out.write("\n")
        for (form, count), found in zip(forms, analysed, strict=True):
            cells = [f"{number[tag]}/{lemma}/{max(1, round(p * 100))}" for tag, lemma, p in found]
            out.write(f"{form}\t{math.log2(count):.0f}\t{' '.join(cells)}\n")
    known = sum(n for (_, n), found in zip(forms, analysed, strict=True) if found)
    write_note(
        TARGET,
        seed=0,
        scores={
            "forms": len(forms),
            "forms_analysed": sum(map(bool, analysed)),
            "share_of_their_running_words_analysed": round(known / sum(n for _, n in forms), 4),
        },
        sources=[
            "Camel Morph MSA 1.0 (CAMeL Lab, NYU Abu Dhabi; Khairallah et al. 2024; CC BY 4.0): analyses",
            "70,916 Arabic news articles (counts of words only; no text is kept)",
        ],
    )


HEADER = """\
# Analysed written forms of Arabic news, from Camel Morph MSA 1.0 (CC BY 4.0). Two parts, parted by an empty line.
# 1. tags, one a line, numbered from 0: pos|gender|number|aspect|voice|person|conjunction|preposition|article|pronoun
# 2. forms by falling frequency: written form (no vowels), log2 of its count, readings TAG/LEMMA/PERCENT by spaces
"""

if __name__ == "__main__":
    main()
