"""`qawl explain`: for one article, which rule made each statement and why its actor was chosen."""

import time
from typing import TYPE_CHECKING, BinaryIO

import click

from streams.cli.plain import article_or_json_of
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.extraction.document import Document
    from streams.extraction.statements import StatementDraft

_OPENERS = {
    "complementizer": "the clause behind أن or إن",
    "quotation": "what stands in quotation marks",
    "colon": "what stands behind the colon",
    "linked": "what the encoder sees, beside the rules",
    "bare": "what follows the subject, which nothing opens",
    "nominal": "the noun phrase that the verb governs",
    "heading": "what follows the attribution",
    "preceding": "what stands before the attribution",
}
_LONG = 70  # characters of a content that are shown


@click.command("explain")
@click.argument("file", type=click.File("rb"), default="-")
def command(file: BinaryIO) -> None:
    """Why each statement of the article in FILE (- for standard input) was found, and its actor chosen.

    FILE is plain text, or one article as JSON, of which the body is read.

    Of each: the cue as it is read, what made its content, how probable it is that it reports, where the speaker stands,
    whom it could stand for else, and the confidence that all of it is right; a statement is not told
    below 0.5, a speech act (`انتقد الاتفاق`) below 0.7.
    """
    # Imported here: a wrong option answers without loading the models.
    from streams.cli.engine import load_extractor
    from streams.extraction.pipeline import Stages

    settings = Settings.load()
    article = article_or_json_of(file, settings.max_body_chars)
    found = load_extractor(settings).find(article, Stages(time.perf_counter))
    if found.doc is None:
        click.echo(f"not Arabic but {found.language}: nothing is looked for")
        return
    told = [draft for draft in found.drafts if draft.is_told]
    doubted = [draft for draft in found.drafts if not draft.is_told]
    doubts = f", {len(doubted)} too doubtful to be told" if doubted else ""
    click.echo(f"{len(told)} statement{'' if len(told) == 1 else 's'}{doubts}")
    for number, draft in enumerate([*told, *doubted], 1):
        who = f"{draft.actor.name} ({draft.actor.kind})" if draft.actor else "nobody that the article names"
        click.echo(f"\n{number}. {who}{'' if draft.is_told else ', not told'}")
        for label, text in _lines(found.doc, draft):
            click.echo(f"   {label:<11}{text}")


def _lines(doc: "Document", draft: "StatementDraft") -> list[tuple[str, str]]:
    proposal = draft.proposal
    cue, content, reading = proposal.cue, proposal.content, proposal.cue.reading
    token = doc.tokens[cue.at]
    said = " … ".join(doc.body[a:b] for a, b in content.spans)
    shown = said if len(said) <= _LONG else f"{said[:_LONG]}…"
    form = f"{reading.entry.lemma}, {reading.form}, {cue.construction}"
    lines = [
        ("cue", f"{token.form.text} [{token.start}, {token.end}): {form}"),
        ("content", f"{shown.replace(chr(10), ' ')} ({content.type}): {_OPENERS[proposal.opener]}"),
        ("reports", f"{draft.probability:.2f}"),
    ]
    if proposal.mention is not None:
        start, end = doc.span(*proposal.mention)
        where = "before" if start < token.start else "behind"
        mention = f"{doc.text(*proposal.mention)} [{start}, {end})"
        lines.append(("speaker", f"{mention}, {where} the cue: {draft.speaker_share:.2f}"))
    else:
        others = "".join(f"; or {name} {share:.2f}" for name, share in draft.rivals)
        lines.append(("speaker", f"implied: {draft.speaker_share:.2f}"))
        lines.append(("stands for", f"the actor: {draft.antecedent_share:.2f}{others}"))
    if draft.via:
        lines.append(("via", draft.via))
    if draft.nested_in is not None:
        lines.append(("nested in", doc.tokens[draft.nested_in.proposal.cue.at].form.text))
    lines.append(("confidence", f"{draft.confidence:.2f}"))
    return lines
