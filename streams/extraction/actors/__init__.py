"""Who is who: the mentions of an article become actors, one a person or institution, with an id over articles.

`registry.py` resolves a mention; `titles.py`, `naming.py`, `latest.py` and `issuers.py` tell whom it may mean;
`identity.py` gives ids and names in Latin letters.
"""
