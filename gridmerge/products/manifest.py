"""manifest.json: the fingerprint of every file of a build, of every input it read, and what it was made with.

Files that other commands write into OUT later (`map`, `posters`, `leave`, `build --alternatives` …) renew their entries as they
are moved in.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyogrio
import pyproj
import shapely
from pydantic import BaseModel, ValidationError

from gridmerge.config.settings import Settings
from gridmerge.errors import OutputError
from gridmerge.model import Build
from gridmerge.privacy.patterns import scrub_text

MANIFEST_FILE = "manifest.json"
LIBRARIES = (
    "ezdxf",
    "folium",
    "geopandas",
    "jinja2",
    "numpy",
    "pandas",
    "pyogrio",
    "pyproj",
    "python-calamine",
    "rtree",
    "scipy",
    "shapely",
    "xlsxwriter",
)


class ManifestEntry(BaseModel):
    """A file: where, its fingerprint, and for files of other commands what made them."""

    path: str
    sha256: str
    size: int | None
    options: dict[str, Any] | None = None


class Manifest(BaseModel):
    """What manifest.json holds.

    Parameters
    ----------
    gridmerge
        The version.
    made_with
        The libraries and the machine that results may depend on in the last digit.
    settings
        The project file as it was understood.
    inputs
        Every file that was read, the project file among them; paths relative to the project file's folder.
    files
        Every file that was written, by its path in OUT; this one is not among them.
    """

    gridmerge: str
    made_with: dict[str, str]
    settings: dict[str, Any]
    inputs: list[ManifestEntry]
    files: list[ManifestEntry]


def made_with() -> dict[str, str]:
    """Return what this program runs on, as far as it may decide the last digit of a result."""
    libraries = {name: version(name) for name in LIBRARIES}
    libraries["python"] = ".".join(platform.python_version_tuple()[:2])
    libraries["machine"] = f"{sys.platform} {platform.machine()}"
    libraries["geos"] = shapely.geos_version_string
    libraries["gdal"] = pyogrio.__gdal_version_string__
    libraries["proj"] = pyproj.proj_version_str
    return dict(sorted(libraries.items()))


def plain_settings(settings: Settings) -> dict[str, Any]:
    """Return the keys of a project file that are set, as JSON knows them, without what must not be shown.

    Where the file lies is no part of them.
    """
    shown: dict[str, Any] = _redact_settings(
        settings.model_dump(mode="json", exclude={"file"}, exclude_none=True)
    )
    return shown


def _redact_settings(value: Any) -> Any:
    if isinstance(value, dict):
        return {scrub_text(key): _redact_settings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_redact_settings(item) for item in value]
    return scrub_text(value) if isinstance(value, str) else value


def write_manifest(build: Build, folder: Path) -> None:
    """Write the manifest of the files in a folder, the last of them.

    Parameters
    ----------
    build
        What the files were written from.
    folder
        Holds them and nothing else of their names.
    """
    manifest = Manifest(
        gridmerge=version("gridmerge"),
        made_with=made_with(),
        settings=plain_settings(build.settings),
        inputs=_input_entries(build),
        files=[
            make_manifest_entry(file, file.name) for file in sorted(folder.iterdir()) if file.suffix
        ],
    )
    _write_file(manifest, folder / MANIFEST_FILE)


def read_manifest(out: Path) -> Manifest:
    """Read the manifest of a finished build.

    Raises
    ------
    OutputError
        There is none, or it is not what a build writes.
    """
    file = out / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{error.error_count()}"
        raise OutputError(
            f"{file} 不是 gridmerge build 写出的清单（{reason}）；请重新运行 gridmerge build。",
            f"{file} is not the manifest that gridmerge build writes ({reason}); run gridmerge build again.",
        ) from error


def renew_manifest(
    out: Path,
    aside: Path,
    names: Iterable[str],
    gone: Iterable[str],
    options: Mapping[str, Any] | None = None,
) -> list[str]:
    """Write into `aside` the manifest of OUT as it will be once `names` have been moved in; nothing where OUT has none.

    Parameters
    ----------
    out
        The folder that files go to, or one above it.
    aside
        Where they lie until then.
    names, gone
        Files that come and files that go.
    options
        What made them, where they can be made again.

    Returns
    -------
    list of str
        The names of what is to be moved in: the manifest too, where there is one.
    """
    names = list(names)
    if MANIFEST_FILE in names or not is_build(out):
        return names
    _write_file(
        _replace_entries(
            out, {name: make_manifest_entry(aside / name, name, options) for name in names}, gone
        ),
        aside / MANIFEST_FILE,
    )
    return [*names, MANIFEST_FILE]


def renewed_above(out: Path, names: Iterable[str]) -> str:
    """Return the manifest of the folder above OUT with the files of OUT as they are now (posters, amended tables)."""
    fresh = {
        f"{out.name}/{name}": make_manifest_entry(out / name, f"{out.name}/{name}")
        for name in names
    }
    return _manifest_text(_replace_entries(out.parent, fresh, ()))


def is_build(folder: Path) -> bool:
    """Whether a folder has a manifest of ours; other programs have files of that name too."""
    try:
        read_manifest(folder)
    except OutputError:
        return False
    return True


def make_manifest_entry(
    file: Path, path: str, options: Mapping[str, Any] | None = None
) -> ManifestEntry:
    """Return the entry of a file under the path it is known by."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return ManifestEntry(
        path=path,
        sha256=digest,
        size=file.stat().st_size,
        options=None if options is None else dict(options),
    )


def _input_entries(build: Build) -> list[ManifestEntry]:
    """Every file that was read, once; its fingerprint is that of the moment it was read."""
    folder, project = build.settings.folder, build.settings.file
    read = {
        path: sha256
        for source in build.sources
        for path, sha256 in source.files or ((source.path, source.sha256),)
    }
    entries = [
        ManifestEntry(path=path, sha256=sha256, size=_file_size(folder / path))
        for path, sha256 in sorted(read.items())
    ]
    return [*([make_manifest_entry(project, project.name)] if project.is_file() else []), *entries]


def _file_size(file: Path) -> int | None:
    """Bytes of an input; None where it is known by a name that leads nowhere (a file of another drive)."""
    return file.stat().st_size if file.is_file() else None


def _replace_entries(
    out: Path, fresh: Mapping[str, ManifestEntry], gone: Iterable[str]
) -> Manifest:
    """Return the manifest in OUT with these entries in place of earlier ones."""
    manifest, lost = read_manifest(out), set(gone)
    kept = {one.path: one for one in manifest.files if one.path not in lost}
    files = [one for _, one in sorted({**kept, **fresh}.items())]
    return manifest.model_copy(update={"files": files})


def _write_file(manifest: Manifest, file: Path) -> None:
    file.write_text(_manifest_text(manifest), "utf-8", newline="\n")


def _manifest_text(manifest: Manifest) -> str:
    return json.dumps(manifest.model_dump(), ensure_ascii=False, indent=1) + "\n"
