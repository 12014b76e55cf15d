"""`qawl analyze`: the words of a text with what they are read as in their context."""

from typing import TextIO

import click


@click.command("analyze")
@click.argument("file", type=click.File("r", encoding="utf-8-sig", errors="replace"), default="-")
def command(file: TextIO) -> None:
    """The words of the text in FILE (- for standard input), one a line, tab separated.

    Word, stem, lemma, part of speech (verbs with aspect and voice), gender and number, attached particles, likelihood
    in context, cluster; `?` before a part of speech that is guessed because the form is not in the table.
    """
    # Imported here: a wrong option answers without loading the models.
    from streams.extraction.document import read
    from streams.extraction.lexicon import load_lexicon
    from streams.extraction.words.analysis import strip
    from streams.extraction.words.context import read_words
    from streams.extraction.words.encoder import Encoder
    from streams.extraction.words.morphology import load_morphology

    morphology = load_morphology()
    encoder = Encoder.load(load_lexicon(), morphology)
    for word in read_words(read(file.read()), encoder, morphology):
        r = word.reading
        clitics = "+".join(c for c in (r.conjunction, r.preposition, r.article, r.pronoun) if c not in ("0", "-"))
        cells = (
            word.token.form.text,
            strip(word.analysis.written, r),
            r.lemma or "-",
            ("" if word.analysis.known else "?") + r.category.removeprefix("w+"),
            f"{r.gender}{r.number}".strip("-") or "-",
            clitics or "-",
            f"{word.likelihood:.2f}",
            "-" if word.cluster is None else str(word.cluster[0]),
        )
        click.echo("\t".join(cells))
