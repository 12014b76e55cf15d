"""`qawl analyze`: the words of a text with what they are read as in their context."""

from typing import BinaryIO

import click

from streams.cli.plain import text_of


@click.command("analyze")
@click.argument("file", type=click.File("rb"), default="-")
def command(file: BinaryIO) -> None:
    """The words of the text in FILE (- for standard input), one a line, tab separated.

    Word, stem, lemma, part of speech (verbs with aspect and voice), gender and number, attached particles, likelihood
    in context, cluster; `?` before a part of speech that is guessed because the form is not in the table.
    """
    # Imported here: a wrong option answers without loading the models.
    from streams.extraction.document import read
    from streams.extraction.lexicon import load_lexicon
    from streams.extraction.tokens import WORD
    from streams.extraction.words.encoder import Encoder
    from streams.extraction.words.morphology import load_morphology

    doc = read(text_of(file))
    words = Encoder.load(load_lexicon(), load_morphology()).in_context(doc)
    for i, token in enumerate(doc.tokens):
        if token.form.kind is not WORD:
            continue
        word = words[i]
        r = word.reading
        cells = (
            word.text,
            word.stem,
            r.lemma or "-",
            ("" if word.known else "?") + r.category.removeprefix("w+"),
            f"{r.gender}{r.number}".strip("-") or "-",
            "+".join(word.clitics) or "-",
            f"{r.probability:.2f}",
            "-" if word.cluster is None else str(word.cluster[0]),
        )
        click.echo("\t".join(cells))
