"""An operator's own file of known actors, read again whenever it changes."""

import logging
from pathlib import Path

from streams.extraction import Extractor
from streams.extraction.actors.identity import Identities
from streams.extraction.actors.known_actors import KnownActorsError

logger = logging.getLogger(__name__)


class ActorsFile:
    """Watches one file. It is looked at before each article or list of them, which takes a microsecond."""

    def __init__(self, path: Path) -> None:
        """`path` was read when the extractor was loaded."""
        self._path = path
        self._seen = self._state()

    def renew(self, extractor: Extractor) -> Extractor:
        """The extractor with what the file says now.

        A file that cannot be used is told once and changes nothing: what it said before goes on to hold.
        """
        state = self._state()
        if state == self._seen:
            return extractor
        self._seen = state
        try:
            renewed = extractor.with_identities(Identities.load(self._path))
        except KnownActorsError as e:
            logger.error("known actors stay as they were: %s", e)
            return extractor
        logger.info("known actors were read again from %s", self._path)
        return renewed

    def _state(self) -> tuple[int, int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None  # gone, or half-way replaced; told when it is read
        return stat.st_mtime_ns, stat.st_size, stat.st_ino
