"""The tables of gridmerge.toml. Every default of the project lives here, once, with its unit and its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    model_validator,
)
from pydantic_core import PydanticCustomError

from gridmerge.geo.datum import Datum
from gridmerge.i18n.text import Language
from gridmerge.privacy.patterns import scrub_text

PROJECT_FILE = "gridmerge.toml"
AREA_UNIT = "area_ha"  # always available as a sizing unit: needs no workload

Role = Literal["grid", "base", "exclusive", "barrier"]
Coverage = Literal["full", "partial"]


def _as_text(value: object) -> object:
    """Let `code = 510311104` stand for the text it means; codes are text always."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_paths(value: object) -> object:
    return (value,) if isinstance(value, str) else value


# What stands in every product: a phone in it is masked before anything can be written.
Shown = Annotated[str, AfterValidator(scrub_text)]
Code = Annotated[str, BeforeValidator(_as_text)]
Positive = Annotated[float, Field(gt=0)]
Paths = Annotated[tuple[str, ...], BeforeValidator(_as_paths), Field(min_length=1)]


class Section(BaseModel):
    """A table of the project file: frozen, and no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Reading(Section):
    """Where an input lies and how to read it: the keys every input table shares."""

    # relative to the project file; a list or a glob where one network comes in several files
    path: Paths
    layer: str | None = None  # in files of several layers
    where: str | None = None  # OGR SQL filter
    crs: Code | None = None  # when the file does not say, or lies
    # CSV of control points (x, y, to_x, to_y) of a local city system; never copied or logged
    control: str | None = None
    # None: the file's CRS is taken at its word, and the fit to the villages is measured
    datum: Datum | None = None
    encoding: str | None = None  # when detection fails
    geometry: str | None = None  # CSV/Excel: column with WKT or "lon,lat;lon,lat;..."
    lon: str | None = None  # CSV/Excel of points
    lat: str | None = None


class Project(Section):
    """[project]"""

    name: Shown = "未命名乡镇"
    code: Code | None = None  # 9 digits
    crs: Code | None = None  # default: the CGCS2000 3-degree Gauss-Kruger zone of the villages
    language: Language = "zh"


class Villages(Reading):
    """[villages]: the hard boundary."""

    code: str | None = None  # field; None: recognised by name and content
    name: str | None = None


class LayerSpec(Reading):
    """[[layers]]: one departmental network."""

    key: Shown = ""  # defaults to the department
    department: Shown = ""
    title: Shown | None = (
        None  # what people call the network's department; None: as the catalogue or [[departments]] does
    )
    id: str | None = None
    name: str | None = None
    holder: str | None = None
    # table without geometry: the column that lists villages, by code or name
    village: str | None = None
    role: Role = "grid"
    # whether its grids are meant to cover the township, or are estates here and there; None: by the land they cover
    coverage: Coverage | None = None
    rank: float | None = None  # None: from the catalogue
    weight: float = Field(default=1.0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _key_or_department(cls, data: Any) -> Any:
        if isinstance(data, dict):
            key, department = data.get("key"), data.get("department")
            if not key and not department:
                raise PydanticCustomError("no_key", "needs a key or a department")
            return {**data, "key": key or department, "department": department or key}
        return data


class DepartmentSpec(Section):
    """[[departments]]: one that the catalogue lacks, or another name, rank or further aliases for one it has."""

    key: Shown
    zh: Shown = ""  # what people call it; empty: the key
    en: Shown = ""  # the same in English; empty: as `zh`
    # other names, as [[layers]] and the list of matters may write it
    aliases: Paths | tuple[()] = ()
    # whose line wins, 1 first; None: the catalogue's, or after all others
    rank: float | None = None

    @property
    def names(self) -> frozenset[str]:
        """Everything it goes by, without case."""
        return frozenset(
            name.strip().casefold() for name in (self.key, self.zh, self.en, *self.aliases) if name
        )


class WorkloadSpec(Reading):
    """[[workload]]: what makes work."""

    name: Shown
    field: str | None = None  # summed; None: features are counted
    weight: float = Field(default=1.0, ge=0)  # 0: carried and reported, not balanced
    by: str | None = None  # polygons: share out by another workload's points inside them
    # how much a standard grid holds; None: the township's average
    reference: float | None = Field(default=None, gt=0)
    # a unit takes: then time is the weight, for every source weighed; a table where kinds of one source take different times
    minutes: Positive | dict[str, Positive] | None = None
    kind: str | None = None  # field with the kind that a table of minutes names
    # CSV/Excel: column with the village (code or name) of rows without coordinates
    village: str | None = None
    # CSV/Excel: key of the network whose grid codes the rows have, in the column `id`
    grids: str | None = None
    id: str | None = None
    walk: bool = False  # points: what counts is the metres of a round past all of them
    # how much more a unit takes in communities (居委会) and in villages (村委会): far apart, worse roads, or denser
    urban: float = Field(default=1.0, gt=0)
    rural: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _kinds_and_times(self) -> WorkloadSpec:
        if isinstance(self.minutes, dict) != (self.kind is not None):
            raise PydanticCustomError(
                "kinds_and_minutes", "a table of minutes needs kind, and kind a table"
            )
        return self


class Overlay(Section):
    """[overlay]"""

    # metres; None: estimated from the layers' residuals
    tolerance: float | None = Field(default=None, gt=0)


class Grids(Section):
    """[grids]: sizes of the unified grids, in `unit`.

    Defaults follow the common rule for towns of about 300 households a grid; every number is meant to be edited.
    """

    # None: "households" if there is such a workload, else the only workload, else area_ha
    unit: str | None = None
    target: float | None = Field(default=None, gt=0)
    min: float | None = Field(default=None, ge=0)
    max: float | None = Field(default=None, gt=0)
    # prices of the objective (docs/en/partition.md); a border is counted in sides of a typical grid, so 1 is a grid's side
    agree: float = Field(default=1.0, ge=0)  # a side of border where no department has a line
    # any side of border: short lines win where departments do not care
    compact: float = Field(default=0.25, ge=0)
    # share of a border's price forgiven along rivers and main roads
    barrier: float = Field(default=0.5, ge=0, le=1)
    # extra price of a side that cuts a grid of a `base` network
    whole: float = Field(default=0.5, ge=0)
    # uneven work: from 25 % to 15 % off the mean is worth a fifth of a side
    even: float = Field(default=5.0, ge=0)
    # the village's whole work changing its grid, against an earlier plan
    steady: float = Field(default=20.0, ge=0)
    # moves tried per face: about a second for 150 faces; beyond 150, they grow as the square root of the faces
    effort: float = Field(default=4000.0, gt=0)
    # how much is spent on a lower bound: rounds of column generation in villages of up to 60 faces (12 close most gaps, at many
    # times the time of the search), and as many times the usual rounds of a spreading metric in all
    proof: int = Field(default=1, ge=0)
    # grids of a village (by code or name), instead of total / target
    number: dict[str, PositiveInt] = Field(default_factory=dict)
    # comprehensive grids of the whole township, shared out by `apportion`
    headcount: int | None = Field(default=None, gt=0)
    # the divisor method without bias to size
    apportion: Literal["sainte_lague", "dhondt", "hamilton"] = "sainte_lague"
    # gridmerge.gpkg of an earlier build: codes last, and the plan changes only where it must
    previous: str | None = None
    locks: str | None = None  # a table (kind, a, b): what people have fixed
    # CSV (face_a, face_b): bridges and ferries that join faces without a common border
    links: str | None = None


class RosterSpec(Reading):
    """[roster]"""


class Staffing(Section):
    """[staffing]: who may take which grid."""

    # default: a full-timer each, leaders by village, part-timers where work exceeds; 1+3+N: leader, full-timer, part-timer,
    # adviser and N others on each grid, as far as the roster has them; 1+5+N: as default, and the posts of law enforcement by area
    # (squad, five residents, N on call) in duties.csv
    pattern: Literal["default", "1+3+N", "1+5+N"] = "default"
    # share of the best evenness given up for nearness: nobody notices two per cent, everyone a longer way
    slack: float = Field(default=0.02, ge=0, le=1)
    # False: a grid is one main member's, a part-timer is on one grid, so that it is clear who answers; True: work of any grid
    # may be shared by several, which is evener and means more people on more grids
    split: bool = False
    own_village: bool = False  # members take grids of their own village only
    # longest way from home to a grid, as the crow flies
    max_km: float | None = Field(default=None, gt=0)
    # member_id → grid codes the member must stand on
    pin: dict[Shown, Paths] = Field(default_factory=dict)
    # member_id → grid codes the member must not take
    exclude: dict[Shown, Paths] = Field(default_factory=dict)
    # grid code (or village code) → departments or skills wanted of who takes it, as in the roster's `departments`
    needs: dict[str, Paths] = Field(default_factory=dict)


class MattersSpec(Reading):
    """[matters]: the list of matters (事项清单)."""


class StepsSpec(Reading):
    """[steps]: the steps of a matter, each with its role and its hours (节点管理)."""


class AddressesSpec(Reading):
    """[addresses]: addresses or place names to search the map by; nothing about persons."""

    field: str | None = None  # None: recognised by name


class PlacesSpec(AddressesSpec):
    """[places]: natural villages, estates, streets: what people call the land; grids are named after them."""


class Publish(Section):
    """[publish]"""

    contacts: Literal["masked", "full", "none"] = "masked"


class Settings(Section):
    """A whole project file, checked.

    Attributes
    ----------
    file
        The project file; paths inside are relative to its folder.
    layers
        Sorted by key, so that nothing after this point can depend on the order in the file.
    """

    file: Path
    project: Project = Project()
    villages: Villages
    departments: tuple[DepartmentSpec, ...] = ()
    layers: tuple[LayerSpec, ...] = ()
    workload: tuple[WorkloadSpec, ...] = ()
    overlay: Overlay = Overlay()
    grids: Grids = Grids()
    roster: RosterSpec | None = None
    staffing: Staffing = Staffing()
    matters: MattersSpec | None = None
    steps: StepsSpec | None = None
    addresses: AddressesSpec | None = None
    places: PlacesSpec | None = None
    publish: Publish = Publish()

    @property
    def department_names(self) -> dict[str, str]:
        """Names of the project's own departments, without case, and their keys."""
        return {name: one.key for one in self.departments for name in sorted(one.names)}

    @property
    def folder(self) -> Path:
        """The folder that input paths are relative to."""
        return self.file.parent


# names of the contract's own columns: a workload of that name would overwrite one of them in some product
RESERVED_NAMES = frozenset(
    [
        "area_ha",
        "area_m2",
        "boundary_text",
        "departments",
        "face_id",
        "fid",
        "geom",
        "geometry",
        "grid_code",
        "grid_name",
        "grid_type",
        "layer",
        "leader",
        "members",
        "name",
        "share_of_grid",
        "share_of_source",
        "source_id",
        "village_code",
        "village_name",
        "workload",
        "zone",
    ]
)
# target, min, max: towns of about 300 households a grid (domain practice)
HOUSEHOLD_SIZES = (300.0, 150.0, 450.0)
AREA_SIZES = (50.0, 10.0, 200.0)  # hectares: only used when a project has no workload at all
