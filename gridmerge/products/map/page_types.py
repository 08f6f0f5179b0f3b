"""What a page is told, field by field: ``web/src/payload.ts`` is generated from these classes.

Tables are columns of equal length, so that a name is written once in the file and not once a row; the page turns
them into rows and reads every field by its name. Numbers that an audience may not see are null.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from gridmerge.findings import Severity
from gridmerge.geo.datum import Datum
from gridmerge.i18n.text import Language
from gridmerge.products.masking import Audience

Ring = list[int]  # arc numbers in order; ~n means arc n backwards
GridType = Literal["comprehensive", "exclusive"]
Duty = Literal["leader", "full_time", "part_time", "stand_in", "adviser", "other"]
SetAside = Literal["", "village_line", "narrow", "little_work", "further"]


class Words(TypedDict):
    """One thing said in both languages."""

    zh: str
    en: str


class Work(TypedDict):
    """What a workload is called, and its unit."""

    name: Words
    unit: Words


class Coverage(TypedDict):
    """Rings of every feature as arc numbers; arcs as ``[x0, y0, dx, dy, …]`` in units of 1/scale degree."""

    rings: list[list[Ring]]
    arcs: list[list[int]]


class Tiles(TypedDict):
    """The base map."""

    urls: list[str]
    subdomains: str
    datum: Datum


class Sizes(TypedDict):
    """Limits of a grid's size, in `unit`."""

    unit: str | None
    target: float | None
    min: float | None
    max: float | None


class Villages(TypedDict):
    """Columns: one row a village."""

    code: list[str]
    name: list[str]


class Grids(TypedDict):
    """Columns: one row a unified grid; `work` has a column for each of the page's `works`."""

    code: list[str]
    name: list[str]
    type: list[GridType]
    village: list[int]
    area: list[float]
    load: list[float | None]
    work: list[list[float | None]]


class Faces(Coverage):
    """Columns: one row a piece of land; `zone` is empty where no grid is exclusive."""

    id: list[str]
    village: list[int]
    grid: list[int]
    area: list[float]
    load: list[float | None]
    work: list[list[float | None]]
    zone: list[str]


class Members(TypedDict):
    """Columns: one row a member of the roster."""

    member_id: list[str]
    name: list[str]
    kind: list[str]
    capacity: list[float | None]
    phone: list[str]


class Duties(TypedDict):
    """Columns: one row a duty; grid and member as row numbers."""

    grid: list[int]
    member: list[int]
    duty: list[Duty]
    load: list[float | None]


class Layer(Coverage):
    """One departmental network; `claims` says of each face 0 for nobody, n for the n-th feature from 1, or several."""

    key: str
    title: Words
    role: str
    tolerance: float
    id: list[str]
    name: list[str]
    holder: list[str]
    claims: list[int | list[int]]


class Remarks(TypedDict):
    """Columns: one row a finding; without a place, lon and lat are null."""

    severity: list[Severity]
    kind: list[str]
    layer: list[str]
    source_id: list[str]
    zh: list[str]
    en: list[str]
    lon: list[float | None]
    lat: list[float | None]


class Side(TypedDict):
    """Who stands on one side of a line in dispute, and the land there; layers and faces as row numbers."""

    layers: list[int]
    faces: list[int]


class DocketItem(TypedDict):
    """Land that a meeting has to settle."""

    item: str
    id: str
    faces: list[int]
    aside: SetAside


class LandItem(DocketItem):
    """Land that nobody or more than one claims; `layer` is -1 where that holds for every department."""

    kind: Literal["gap", "double"]
    layer: int


class LineItem(DocketItem):
    """A line on which departments differ: `long` and `wide` in metres."""

    kind: Literal["line"]
    a: Side
    b: Side
    long: int
    wide: int


class VoteCount(TypedDict):
    """How a meeting voted."""

    yes: int
    no: int
    abstain: int


class PinnedNote(TypedDict):
    """A note where it was pinned, in the datum of the page's tiles."""

    lon: float
    lat: float
    text: str
    by: str


class Minutes(TypedDict):
    """What earlier meetings voted and noted; `stamp` tells one such state from another, and is "" for none."""

    stamp: str
    votes: dict[str, VoteCount]
    notes: list[PinnedNote]


class Addresses(TypedDict):
    """Sorted: `shared` characters with the one before and `rest`; `at` as x, y steps; `coarse`: without house numbers."""

    shared: list[int]
    rest: list[str]
    at: list[int]
    coarse: bool


class MovesMade(TypedDict):
    """How many moves the build was asked for, and how many it refused."""

    asked: int
    refused: int


class Figures(TypedDict):
    """Figures of report.json that the overview tells; null where the plan has none."""

    max_over_mean_floor: float | None
    moves: MovesMade | None
    mean_load_per_capacity: float | None
    max_load_per_capacity: float | None
    load_bound: float | None


class InputFile(TypedDict):
    """One input."""

    key: str
    path: str
    features: int


class MapPayload(TypedDict):
    """Everything the map page is told."""

    format: Literal["gridmerge-map/2"]
    version: str
    name: str
    code: str
    date: str
    crs: Words
    language: Language
    audience: Audience
    review: str
    basemap: Tiles
    base: str
    origin: tuple[float, float]
    scale: float
    works: list[str]
    words: dict[str, Work]
    sizes: Sizes
    villages: Villages
    grids: Grids
    faces: Faces
    members: Members
    duties: Duties
    layers: list[Layer]
    remarks: Remarks
    unlisted: int
    counts: dict[str, int]
    docket: list[LandItem | LineItem]
    meeting: Minutes
    addresses: Addresses
    figures: Figures
    sources: list[InputFile]
    inputs: dict[str, Words]


class Town(Coverage):
    """One township of the index: its villages as shared arcs."""

    name: str
    link: str
    networks: int
    villages: int
    grids: int
    members: int
    outside: int | None
    disputes: int | None
    date: str


class AtlasPayload(TypedDict):
    """Everything the index of townships is told."""

    language: Language
    origin: tuple[float, float]
    scale: float
    towns: list[Town]


class TroubleFindings(TypedDict):
    """Columns: one row a finding, its layer's name and its message in both languages; without a place, lon and lat are null."""

    severity: list[Severity]
    layer_zh: list[str]
    layer_en: list[str]
    zh: list[str]
    en: list[str]
    lon: list[float | None]
    lat: list[float | None]


class TroublePayload(Coverage):
    """Everything the page of findings is told: the villages, and what was found."""

    language: Language
    name: str
    origin: tuple[float, float]
    scale: float
    findings: TroubleFindings
    unlisted: int
