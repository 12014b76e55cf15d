"""Who is who: the mentions of an article become actors, one a person or institution, with an id over articles.

`registry.py` resolves a mention to one of the drafts of `drafts.py`; `titles.py`, `offices.py`, `naming.py`,
`latest.py` and `issuers.py` tell whom it may mean and what that is called; `identity.py` gives ids, with
`known_actors.py`, and names in Latin letters, with `latin.py`. `same_actor.py` measures, and is no part of the method.
"""
