"""Where camel-tools keeps its data, read without importing camel-tools.

`import camel_tools.data` (which `.ner`, `.morphology` and `.disambig` do) fetches a catalogue over the network where
none is installed. A worker must not do that unasked, nor fail on it, so its files are read here as they lie.
"""

import json
import os
from pathlib import Path
from typing import Any

ENTITIES = "NamedEntityRecognition"  # the component's name in the catalogue


class NoCamelData(Exception):
    """Data of camel-tools is missing or unusable; the text is one line that says what to do."""


def folder() -> Path:
    """The data folder, as camel-tools chooses it: $CAMELTOOLS_DATA or ~/.camel_tools."""
    named = os.environ.get("CAMELTOOLS_DATA")
    return Path.home() / ".camel_tools" if named is None else Path(named).expanduser().absolute()


def has_catalogue() -> bool:
    """Whether a catalogue is installed."""
    return (folder() / "catalogue.json").is_file()


def catalogue() -> dict[str, Any]:
    """The installed catalogue.

    Raises:
        NoCamelData: there is none, or it is damaged.
    """
    path = folder() / "catalogue.json"
    try:
        read: dict[str, Any] = json.loads(path.read_bytes())
        if not isinstance(read["packages"], dict) or not isinstance(read["components"], dict):
            raise ValueError
    except FileNotFoundError:
        raise NoCamelData(f"no data of camel-tools is installed in {folder()}: run `qawl models install`") from None
    except OSError as e:
        raise NoCamelData(f"{path} cannot be read: {e.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise NoCamelData(f"{path} is damaged: run `qawl models install`, which fetches it again") from None
    return read


def model_folder(model: str | None) -> Path:
    """The folder of an entity model: a folder as it is, else a model of the catalogue by name, None for its default.

    Raises:
        NoCamelData: there is no such model; the text names the command that installs it.
    """
    if model is not None and (given := Path(model).expanduser()).is_dir():
        return _checked(given, f"{given} is no entity model")
    if model is not None and "/" in model:
        raise NoCamelData(f"there is no folder {model}")
    component = catalogue()["components"].get(ENTITIES, {"datasets": {}, "default": None})
    name = model or component["default"]
    if name not in component["datasets"]:
        known = ", ".join(sorted(component["datasets"])) or "none"
        raise NoCamelData(f"no folder and no entity model of camel-tools is called {name} (it has: {known})")
    path = folder() / "data" / component["datasets"][name]["path"]
    return _checked(path, f"camel-tools' entity model {name} is not installed, run `qawl models install`")


def _checked(path: Path, otherwise: str) -> Path:
    """The folder, if it has what `BertForTokenClassification` and `BertTokenizer` load from it."""
    for needed in (("config.json",), ("model.safetensors", "pytorch_model.bin"), ("vocab.txt", "tokenizer.json")):
        # Large models lie in several files, with an index beside them.
        if not any((path / name).is_file() or (path / f"{name}.index.json").is_file() for name in needed):
            raise NoCamelData(f"{otherwise} ({path} has no {' or '.join(needed)})")
    return path
