"""Where to, in what format: the ending of DEST decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridmerge.errors import OutputError
from gridmerge.geo.datum import Datum
from gridmerge.i18n.text import Text
from gridmerge.products.build_inputs import list_finished_inputs
from gridmerge.products.export import gis, profiles
from gridmerge.products.export.finished_grids import (
    FinishedGrids,
    read_finished_grids,
    restrict_grids,
    shift_grids,
)
from gridmerge.products.export.options import ExportOptions, Profile
from gridmerge.products.export.postgis import write_postgis
from gridmerge.products.export.sql import write_sql
from gridmerge.products.masking import Audience
from gridmerge.products.transaction import files_of, prepare_output, stage_output

Writer = Callable[[FinishedGrids, Path], list[Text]]

_BY_ENDING: dict[str, Writer] = {
    ".geojson": profiles.write_geojson_profile,
    ".json": profiles.write_geojson_profile,
    ".csv": profiles.write_flat_csv,
    ".gpkg": gis.write_gpkg,
    ".shp": gis.write_shp,
    ".fgb": gis.write_fgb,
    ".kml": gis.write_kml,
    ".dxf": gis.write_dxf,
    ".parquet": gis.write_parquet,
    ".sql": write_sql,
}
_JSON = (".geojson", ".json")
_BY_PROFILE: dict[Profile, tuple[Writer, tuple[str, ...]]] = {
    "geojson": (profiles.write_geojson_profile, _JSON),
    "rings": (profiles.write_rings, _JSON),
    "wkt-json": (profiles.write_wkt_json, _JSON),
    "vertices-csv": (profiles.write_vertices, (".csv",)),
}
_DATABASES = ("postgresql://", "postgres://")


@dataclass(frozen=True, kw_only=True)
class ExportResult:
    """What was exported.

    Parameters
    ----------
    dest
        The file, as it is named in the end, or the database without its password.
    grids
        How many.
    notes
        What the format could not hold, or what a database did.
    """

    dest: str
    grids: int
    notes: tuple[Text, ...] = ()


def export_grids(
    out: str | Path,
    dest: str | Path,
    *,
    profile: Profile | None = None,
    coord: Datum = "wgs84",
    audience: Audience = "platform",
    review_number: str = "",
) -> ExportResult:
    """Write the unified grids of a finished build in another format.

    Parameters
    ----------
    out
        The output folder of a build.
    dest
        A file, whose ending picks the format (.geojson .json .csv .gpkg .shp .fgb .kml .dxf .parquet .sql), or
        ``postgresql://…``. Written under exactly this name; shifted coordinates are told by a note where the name does
        not tell them, and by the content always.
    profile, coord, audience, review_number
        See `ExportOptions`.

    Returns
    -------
    Exported
        Where it lies, how many grids, and what the format could not hold.

    Raises
    ------
    OutputError
        OUT holds no build, the format is unknown or does not go with the profile, or DEST cannot be written or is a file
        of OUT or an input of its project.
    """
    options = ExportOptions(
        profile=profile, coord=coord, audience=audience, review_number=review_number
    )
    database = str(dest).startswith(_DATABASES)
    inputs = [] if database else list_finished_inputs(Path(out))
    if not database:
        _choose_writer(Path(dest), options)
        prepare_output(Path(dest).parent, files_of(Path(dest)), inputs)
    grids = shift_grids(
        restrict_grids(read_finished_grids(Path(out)), options.audience, options.review_number),
        options.coord,
    )
    if database:
        _refuse_profile(options, str(dest))
        return ExportResult(
            dest=_without_password(str(dest)),
            grids=len(grids.rows),
            notes=tuple(write_postgis(grids, str(dest))),
        )
    file = Path(dest)
    notes = _write_aside(grids, file, _choose_writer(file, options), inputs)
    return ExportResult(
        dest=str(file), grids=len(grids.rows), notes=(*notes, *_unnamed_shift(file, options))
    )


def _write_aside(
    grids: FinishedGrids, file: Path, writer: Writer, inputs: Sequence[Path]
) -> list[Text]:
    """Write aside and move in; a Shapefile's companions come along."""
    with stage_output(file.parent, (), inputs) as folder:
        return writer(grids, folder / file.name)


def _unnamed_shift(file: Path, options: ExportOptions) -> list[Text]:
    """Say that coordinates are shifted when the file's name does not: somebody will lay it over a map that is not."""
    if options.coord == "wgs84" or options.coord in file.stem.lower():
        return []
    better = file.with_name(f"{file.stem}_{options.coord}{file.suffix}").name
    return [
        Text(
            f"{file.name} 的坐标已偏移为 {options.coord}，文件名没有写明；转交他人前建议改名为 {better}。",
            f"{file.name} holds coordinates shifted to {options.coord}, which its name does not say; "
            f"{better} would be a safer name to hand on.",
        )
    ]


def _choose_writer(file: Path, options: ExportOptions) -> Writer:
    ending = file.suffix.lower()
    if options.profile is not None:
        writer, endings = _BY_PROFILE[options.profile]
        if ending not in endings:
            _refuse_profile(options, str(file))
        return writer
    if ending not in _BY_ENDING:
        known = " ".join(_BY_ENDING)
        raise OutputError(
            f"不认识的格式 {file.name}；可用的文件后缀：{known}，或 postgresql:// 地址。",
            f"{file.name} is of no known format; use one of {known}, or a postgresql:// address.",
        )
    return _BY_ENDING[ending]


def _refuse_profile(options: ExportOptions, dest: str) -> None:
    if options.profile is None:
        return
    endings = " ".join(_BY_PROFILE[options.profile][1])
    raise OutputError(
        f"--profile {options.profile} 只能写入 {endings} 文件，不能写入 {_without_password(dest)}。",
        f"--profile {options.profile} goes into {endings} files, not into {_without_password(dest)}.",
    )


def _without_password(dest: str) -> str:
    head, at, tail = dest.rpartition("@")
    return dest if not at or "://" not in head else f"{head.split('://')[0]}://…@{tail}"
