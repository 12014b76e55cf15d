-- What the gateway knows of the topics. Times are milliseconds since 1970; `json` is the record's value as it stands.
-- A change here: raise VERSION in store.py, and every index is built anew.

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The next record of each partition that is not in here, and by what the last one that is would be known.
CREATE TABLE positions (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next INTEGER NOT NULL,
    mark INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;

CREATE TABLE statements (
    row INTEGER PRIMARY KEY,
    statement_id TEXT NOT NULL UNIQUE,
    partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    told INTEGER NOT NULL,          -- when Qawl told it
    said INTEGER NOT NULL,          -- when its article was published, else when Qawl told it
    actor_id TEXT NOT NULL,
    actor_key TEXT NOT NULL,        -- the actor's name as a key
    latin_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    type TEXT NOT NULL,
    class TEXT NOT NULL,
    source TEXT,
    confidence REAL NOT NULL,
    article_id TEXT NOT NULL,
    json TEXT NOT NULL
);
CREATE INDEX statements_told ON statements (told DESC, statement_id DESC);
CREATE INDEX statements_actor ON statements (actor_id, told DESC, statement_id DESC);
CREATE INDEX statements_name ON statements (actor_key);
CREATE INDEX statements_latin ON statements (latin_key);
CREATE INDEX statements_said ON statements (actor_id, said);
CREATE INDEX statements_source ON statements (source, told DESC);
CREATE INDEX statements_article ON statements (article_id);
CREATE INDEX statements_place ON statements (partition, "offset");
CREATE VIRTUAL TABLE statement_words USING fts5 (words, tokenize = "unicode61");

CREATE TABLE actors (
    row INTEGER PRIMARY KEY,
    actor_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    statements INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    json TEXT NOT NULL
);
CREATE INDEX actors_statements ON actors (statements DESC, actor_id);
CREATE VIRTUAL TABLE actor_words USING fts5 (words, tokenize = "unicode61", prefix = '2 3');

-- What was found in an article, and the article: from two topics.
CREATE TABLE enriched (
    article_id TEXT PRIMARY KEY, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL, json TEXT NOT NULL
);
CREATE INDEX enriched_place ON enriched (partition, "offset");
CREATE TABLE raw (
    article_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (article_id, version)
);
CREATE INDEX raw_place ON raw (partition, "offset");
