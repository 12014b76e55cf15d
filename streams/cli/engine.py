"""The extractor and the entity engine that the settings ask for."""

from typing import TYPE_CHECKING

from streams.cli.memory import keep_loaded
from streams.settings import Settings, SettingsError

if TYPE_CHECKING:
    from streams.extraction import Extractor
    from streams.extraction.entities.camel import CamelEngine


def load_extractor(settings: Settings) -> "Extractor":
    """The extractor with the engine of the settings.

    Raises:
        SettingsError: the engine's model is missing or unusable, or the file of known actors; the text says what to do.
    """
    from streams.extraction import Extractor
    from streams.extraction.actors.known_actors import KnownActorsError

    engine = load_camel(settings) if settings.entity_engine == "camel" else None
    try:
        extractor = Extractor.load(engine, settings.actors_file)
    except KnownActorsError as e:
        raise SettingsError(f"QAWL_ACTORS_FILE: {e}") from e
    keep_loaded()
    return extractor


def load_camel(settings: Settings) -> "CamelEngine":
    """The camel engine with the model of the settings.

    Raises:
        SettingsError: see `load_extractor`.
    """
    from streams.extraction.entities.camel import CamelEngine
    from streams.extraction.entities.camel_data import NoCamelData

    try:
        return CamelEngine.load(settings.camel_model)
    except NoCamelData as e:
        raise SettingsError(f"the camel entity engine cannot start: {e}") from e
