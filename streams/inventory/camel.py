"""Data that camel-tools has installed, and its installer.

The catalogue is read from its file: `import camel_tools.data` fetches one where there is none, and only `install` may.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from streams.extraction.entities.camel_data import NoCamelData, catalogue, folder, has_catalogue
from streams.inventory import Checked, State
from streams.inventory.checksums import check

DEFAULT = "ner-arabert"  # the entity model that the camel engine takes unless told otherwise


class InstallError(Exception):
    """Nothing was installed; the text is one line that says why and what to do."""


class Package(NamedTuple):
    """One package of the catalogue. `installed` is the version that is there, or None; it is `current` or old."""

    name: str
    description: str
    bytes: int
    licence: str
    version: str
    installed: str | None

    @property
    def current(self) -> bool:
        return self.installed == self.version


def packages() -> list[Package]:
    """All packages that hold files, by name; none where camel-tools has no catalogue.

    Raises:
        NoCamelData: the catalogue is damaged.
    """
    if not has_catalogue():
        return []
    versions = _versions()
    return [
        Package(
            name,
            told.get("description", ""),
            told.get("size") or 0,
            told.get("license") or "",
            told.get("version") or "",
            versions.get(name),
        )
        for name, told in sorted(catalogue()["packages"].items())
        if told.get("package_type") != "meta"
    ]


def verify(names: frozenset[str] | None = None) -> Iterator[Checked]:
    """The check of every file of the installed packages (of those in `names`, if given) by the catalogue's checksums.

    Raises:
        NoCamelData: the catalogue is damaged.
    """
    for package in packages():
        if package.installed is None or (names is not None and package.name not in names):
            continue
        if not package.current:  # the catalogue knows the checksums of one version
            yield Checked(f"{package.name} {package.installed}", State.NO_CHECKSUM)
            continue
        told = catalogue()["packages"][package.name]
        for file in told.get("files") or ():
            path = folder() / "data" / told["destination"] / file["path"]
            yield Checked(f"{package.name}/{file['path']}", check(path, file.get("sha256")))


def install(package: str, *, force: bool = False) -> frozenset[str]:
    """Install a package, with those that it needs, by camel-tools' own installer; the names of what is then there.

    Raises:
        InstallError: there is no such package, no network, or what came is not what the catalogue says.
    """
    if has_catalogue():
        try:
            catalogue()
        except NoCamelData:
            (folder() / "catalogue.json").unlink()  # it is fetched anew by the import
    try:
        folder().mkdir(parents=True, exist_ok=True)
        from camel_tools.data import CATALOGUE, CatalogueError, DownloaderError
    except Exception as e:  # camel-tools raises what it likes: no network, no catalogue at that address, a full disk
        raise InstallError(_why(e)) from e
    known: Any = CATALOGUE
    try:
        wanted = frozenset(str(name) for name in known._get_dependencies(package))
        known.download_package(package, force=force, print_status=True)
    except CatalogueError:
        public = ", ".join(p.name for p in known.get_public_packages())
        raise InstallError(f"camel-tools has no package {package}; it has: {public}") from None
    except (DownloaderError, OSError) as e:
        raise InstallError(_why(e)) from e
    wrong = [c for c in verify(wanted) if c.state in (State.MISSING, State.CHANGED)]
    if wrong:
        files = ", ".join(f"{c.name} {c.state.value}" for c in wrong)
        raise InstallError(f"what was downloaded is not what the catalogue says ({files}): try again with --force")
    return wanted


def _why(error: Exception) -> str:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return (
        f"cannot download data of camel-tools into {folder()}: {reason.rstrip('.')}. "
        "Without a network, copy that folder from a machine that has it, or set CAMELTOOLS_DATA to a copy"
    )


def _versions() -> dict[str, str]:
    path = folder() / "versions.json"
    try:
        read = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as e:
        raise NoCamelData(f"{path} cannot be read: {e}") from None
    return {str(name): str(version) for name, version in read.items()}
