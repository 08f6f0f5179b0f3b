"""The values that travel through the pipeline: frozen, keyword-only, checked once at birth, picklable.

Geometry is in the project's working CRS (projected metres) in everything but `RawLayer`. Codes and ids are text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridmerge.config.settings import Grids, LayerSpec, Settings
from gridmerge.findings import Finding
from gridmerge.i18n.text import Text


def _require_columns(frame: pd.DataFrame, columns: tuple[str, ...], what: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"{what} lacks the columns {missing}")


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where an input came from: what `report.json` says under `inputs`.

    Parameters
    ----------
    key
        ``villages``, a layer's key, ``workload:NAME`` or ``roster``.
    path
        As in the project file.
    sha256
        Of the file; of the sorted list of `files` where one input is several.
    files
        (path, sha256) of every file that was read, sidecars too.
    driver, encoding, crs
        What it was read as.
    features
        How many were in it.
    """

    key: str
    path: str
    sha256: str
    files: tuple[tuple[str, str], ...] = ()
    driver: str = ""
    encoding: str = ""
    crs: str = ""
    features: int = 0


@dataclass(frozen=True, kw_only=True)
class RawLayer:
    """An input as read: every column of the file, geometry as it stands there (may be null, invalid, or absent).

    `frame.crs` is what the file or the project file declares, or None. `control` is the table of control points of a local
    city system, as read, where the project file names one.
    """

    source: Source
    frame: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()
    control: pd.DataFrame | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Township:
    """The hard boundary: villages as a valid coverage.

    `villages` has the columns village_code, village_name, geometry (Polygon or MultiPolygon), sorted by code.
    """

    name: str
    code: str | None
    crs: CRS
    villages: gpd.GeoDataFrame
    source: Source
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        _require_columns(
            self.villages, ("village_code", "village_name", "geometry"), "Township.villages"
        )
        if not self.villages["village_code"].is_unique:
            raise ValueError("village codes are not unique")


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One departmental network, mended: township CRS, valid polygons (lines for barriers), unique source ids.

    `frame` has the columns source_id, name, holder (text, "" when unknown), geometry; sorted by source_id.
    `title` is what people call it (the department's Chinese name, or the key); `rank` 1 wins over 2.
    """

    key: str
    department: str
    title: str
    frame: gpd.GeoDataFrame
    spec: LayerSpec
    rank: float
    source: Source
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        _require_columns(
            self.frame, ("source_id", "name", "holder", "geometry"), f"Layer {self.key}"
        )
        if not self.frame["source_id"].is_unique:
            raise ValueError(f"source ids of {self.key} are not unique")


@dataclass(frozen=True, kw_only=True)
class Work:
    """One source of workload, mended.

    `frame` has value (float) and geometry (points, polygons or lines), sorted by content; and minutes (of a unit of each
    feature) where kinds of one source take different times. `reference` is how much a standard grid holds (None: the
    township's average), `minutes` what a unit takes (None: `weight` counts), or on average where the frame says.
    `listed`: polygons are villages or departmental grids that rows of a table name. `counted`: each feature is one thing, which
    is not shared out. `urban` and `rural` are how much more a unit takes in communities and in villages.
    """

    name: str
    weight: float
    by: str | None
    frame: gpd.GeoDataFrame
    source: Source
    reference: float | None = None
    minutes: float | None = None
    listed: bool = False
    counted: bool = False
    urban: float = 1.0
    rural: float = 1.0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Roster:
    """The grid members.

    `members` has member_id, name, kind (full_time | part_time | leader | adviser | other), capacity (float),
    village_code ("" when unknown), phone, departments, geometry (home point or None); sorted by member_id.
    """

    members: gpd.GeoDataFrame
    source: Source
    findings: tuple[Finding, ...] = ()


GAPS = ("layer", "village_code", "area_m2", "faces", "geometry")
CLAIMS = ("layer", "source_ids", "village_code", "area_m2", "faces", "geometry")
DISPUTES = (
    "village_code", "layers_a", "layers_b", "faces_a", "faces_b", "faces", "length_m", "width_m", "area_m2", "geometry",
)  # fmt: skip


def no_land(columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return an empty frame with these columns."""
    return gpd.GeoDataFrame({column: [] for column in columns}, geometry="geometry")


@dataclass(frozen=True, kw_only=True)
class Mosaic:
    """The smallest pieces after lines are agreed.

    Parameters
    ----------
    faces
        face_id, village_code, zone (``layer/source_id`` of the exclusive zone it belongs to, else ""), area_m2,
        geometry.
    memberships
        face_id, layer, source_id: which departmental grids claim a face. Nobody's land has no row, a double claim two.
    borders
        face_a, face_b (face_a < face_b, same village), length_m, agreement (0..1: weighted share of departments that
        have a line there), barrier (share 0..1 of its length along a barrier line).
    gaps
        layer, village_code, area_m2, faces (ids joined by ";"), geometry: land inside a village that a department does not
        claim, in connected pieces; layer "" is land that none claims.
    claims
        layer, source_ids (joined by ";"), village_code, area_m2, faces, geometry: land that one department claims twice.
    disputes
        The docket: village_code, layers_a, layers_b (joined by ";"), faces_a, faces_b, faces (the land between), length_m,
        width_m, area_m2, geometry. Departments of side a draw their line along one edge of a strip, those of side b along
        the other: for a, the strip belongs with `faces_a`. Longest first; households at stake are those of `faces`.
    figures
        For report.json: tolerance, per-layer role, p50/p95/max displacement, shifts; `zones`, the name of each exclusive zone
        by ``layer/source_id``; `failed_villages`, the codes of villages
        that could not be cut (each is left as one face, with an error finding).
    """

    faces: gpd.GeoDataFrame
    memberships: pd.DataFrame
    borders: pd.DataFrame
    gaps: gpd.GeoDataFrame = field(default_factory=lambda: no_land(GAPS))
    claims: gpd.GeoDataFrame = field(default_factory=lambda: no_land(CLAIMS))
    disputes: gpd.GeoDataFrame = field(default_factory=lambda: no_land(DISPUTES))
    figures: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        _require_columns(
            self.faces, ("face_id", "village_code", "zone", "area_m2", "geometry"), "Mosaic.faces"
        )
        _require_columns(self.memberships, ("face_id", "layer", "source_id"), "Mosaic.memberships")
        _require_columns(
            self.borders, ("face_a", "face_b", "length_m", "agreement", "barrier"), "Mosaic.borders"
        )
        _require_columns(self.gaps, GAPS, "Mosaic.gaps")
        _require_columns(self.claims, CLAIMS, "Mosaic.claims")
        _require_columns(self.disputes, DISPUTES, "Mosaic.disputes")


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What every face weighs.

    Parameters
    ----------
    faces
        face_id, one column per workload name, and workload (the combined measure that is balanced); a row per face.
    names
        The workload names, as in the project file.
    pieces
        The indivisible bits the columns were summed from: work (name), face_id, value, geometry (a point, or the part
        of a polygon or line inside the face).
    totals
        Per workload: name, weight (minutes on a standard grid where minutes are given), total, inside, outside,
        estimated (bool), reference (amount on a standard grid), share (of the combined measure).
    efforts
        face_id and a column per workload name: what it makes of work, where kinds take different minutes or town and country
        count differently; summing to the same as in `faces`. None: the columns of `faces` themselves.
    """

    faces: pd.DataFrame
    names: tuple[str, ...]
    pieces: gpd.GeoDataFrame
    totals: pd.DataFrame
    efforts: pd.DataFrame | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PreviousPlan:
    """An earlier plan.

    Attributes
    ----------
    grids
        grid_code, village_code, grid_type, grid_name, village_name, geometry: as the
        earlier build wrote them, in the project's CRS.
    retired
        Code -> successors, of every code that was ever in use and is no more.
    """

    grids: gpd.GeoDataFrame
    retired: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlanConstraints:
    """What is fixed beforehand.

    Attributes
    ----------
    villages, grids
        Codes (or names) of villages, and grid codes, that stay as the earlier plan has them.
    faces
        Face -> name of the grid it must lie in: faces with one name share a grid, with two names never.
    together, apart
        Pairs of faces.
    links
        Pairs of faces joined by a bridge or ferry.
    earlier
        The plan to change as little as possible.
    findings
        What was found while reading them.
    """

    villages: frozenset[str] = frozenset()
    grids: frozenset[str] = frozenset()
    faces: dict[str, str] = field(default_factory=dict)
    together: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    earlier: PreviousPlan | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GridPlan:
    """The unified grids.

    Parameters
    ----------
    grids
        grid_code, grid_name, grid_type (comprehensive | exclusive), village_code, village_name, area_m2, workload, one
        column per workload name, boundary_text (its four sides in words, once described), geometry; sorted by grid_code.
    faces
        face_id, grid_code.
    sizes
        The limits in force.
    figures
        For report.json: share in range, floors, bounds and gaps per village.
    constraints
        What was fixed beforehand, and still holds when people move faces.
    before
        face_id, grid_code, price: the grid a face is in when the earlier plan changes nowhere, and what it costs to be in another;
        no row for faces that no earlier plan was laid on.
    """

    grids: gpd.GeoDataFrame
    faces: pd.DataFrame
    sizes: Grids
    figures: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    constraints: PlanConstraints = field(default_factory=PlanConstraints)
    before: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(
            {"face_id": [], "grid_code": [], "price": []}, dtype=object
        )
    )


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Who does what.

    Parameters
    ----------
    assignments
        grid_code, member_id, duty (full_time | part_time | leader | stand_in | adviser | other), load.
    members
        member_id, name, kind, capacity, load, load_per_capacity, grids (count), km_from_home.
    stand_ins
        member_id (who leaves), grid_code, stand_in_id, duty, load, load_per_capacity, over_limit, km.
    figures
        For report.json: max/mean load per capacity with its bound.
    """

    assignments: pd.DataFrame
    members: pd.DataFrame
    stand_ins: pd.DataFrame = field(default_factory=pd.DataFrame)
    figures: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Matters:
    """The list of matters (事项清单), checked.

    Parameters
    ----------
    frame
        matter_code, category, matter, lead, cooperating (tuples of department keys), law, problem, flow, by_grid, by_town,
        by_county, list, status, temporary (bool); sorted by matter_code.
    steps
        matter_code ("" for every matter), step, role, hours, departments (keys, where the role is one); in the order of the
        file.
    sources
        The one or two files.
    """

    frame: pd.DataFrame
    steps: pd.DataFrame
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...] = ()


# of duties.csv: a row per grid, matter and step
STAND_IN_COLUMNS = (
    "member_id",
    "grid_code",
    "stand_in_id",
    "duty",
    "load",
    "load_per_capacity",
    "over_limit",
    "km",
)
DUTY_COLUMNS = (
    "grid_code",
    "matter_code",
    "category",
    "matter",
    "lead",
    "lead_contact",
    "cooperating",
    "cooperating_contacts",
    "member",
    "leader",
    "temporary",
    "step",
    "role",
    "person",
    "hours",
    "list",
)


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Places people look for by name.

    `frame` has address (text, down to the building) and geometry (points inside the township), sorted by address, each once.
    """

    frame: gpd.GeoDataFrame
    source: Source
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Places:
    """What people call the land: natural villages, estates.

    `frame` has name and geometry (points inside the township), sorted by name and position.
    """

    frame: gpd.GeoDataFrame
    source: Source
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Move:
    """A face that a meeting gave to another grid; `refused` says why the build did not do it."""

    face: str
    from_grid: str
    to_grid: str
    refused: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What a meeting voted on an item of the docket, named by its `key` (`publish.docket.docket`)."""

    key: str
    yes: int
    no: int
    abstain: int


@dataclass(frozen=True, kw_only=True)
class Note:
    """What somebody said about a place: WGS84 degrees."""

    lon: float
    lat: float
    text: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """What meetings decided on the map: the edits files of a build, in the order given.

    Parameters
    ----------
    moves
        Every move that was asked for.
    votes
        One an item: the last.
    notes
        In the order they were made, none twice.
    """

    moves: tuple[Move, ...] = ()
    votes: tuple[Vote, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Build:
    """A finished build: everything `publish` writes.

    `crosswalk` has the columns of crosswalk.csv; `findings` are all that were made on the way; `date` is a day, ISO.
    """

    settings: Settings
    township: Township
    layers: tuple[Layer, ...]
    mosaic: Mosaic
    weights: Weights
    plan: GridPlan
    crosswalk: pd.DataFrame
    roster: Roster | None
    assignment: Assignment | None
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]
    seconds: dict[str, float]
    date: str
    duties: pd.DataFrame | None = None
    meeting: Meeting = field(default_factory=Meeting)
    addresses: Addresses | None = None

    @property
    def networks(self) -> tuple[Layer, ...]:
        """The layers that are departmental networks: all but roads, rivers and other barriers."""
        return tuple(layer for layer in self.layers if layer.spec.role != "barrier")

    @property
    def ranked(self) -> tuple[Layer, ...]:
        """The layers as products list them: by rank, and by key where ranks are equal."""
        return tuple(sorted(self.layers, key=lambda layer: (layer.rank, layer.key)))
