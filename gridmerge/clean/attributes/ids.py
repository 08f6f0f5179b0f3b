"""Unique source ids: what the department wrote, made unique in an order that the rows' order in the file cannot change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge.clean.attributes.fields import read_code_column
from gridmerge.clean.attributes.spoilt_codes import without_dashes
from gridmerge.findings import Finding, make_finding
from gridmerge.model import RawLayer, Township
from gridmerge.privacy.patterns import scrub_codes

COUNTY_DIGITS = 6  # digits of a county's code, with which those of its townships and villages begin


def unique_ids(
    frame: pd.DataFrame, shapes: NDArray[np.object_], layer: str, named: bool
) -> tuple[pd.DataFrame, list[Finding]]:
    """Give every row an id of its own and sort by content.

    Parameters
    ----------
    frame
        source_id, name, holder as text.
    shapes
        Geometry of each row, any CRS; may hold None.
    layer
        Its key, for findings.
    named
        Whether the file has an id column at all; if not, rows are numbered by place.

    Returns
    -------
    DataFrame, list of Finding
        The rows sorted by id with unique `source_id`, and a column `row`: their position in `frame`.
    """
    work = frame.assign(row=np.arange(len(frame)), order=_rank_rows(frame, shapes))
    if not named:
        work = work.sort_values("order", kind="stable")
        work["source_id"] = [str(number) for number in range(1, len(work) + 1)]
        return _sort_rows(work), [make_finding("id_by_order", layer=layer, measure=len(work))]
    work, findings = _without_copies(work, shapes, layer)
    work = work.sort_values("order", kind="stable")
    taken = set(work["source_id"])
    ids = []
    repeats: dict[str, int] = {}
    for given, name in zip(work["source_id"], work["name"], strict=True):
        fresh = given
        if not given or given in repeats:
            fresh = _next_free_id(given or "_", repeats, taken)
            kind = "id_duplicate" if given else "id_missing"
            findings.append(
                make_finding(kind, layer=layer, source_id=fresh, given=given, name=name)
            )
        repeats.setdefault(given, 1)
        taken.add(fresh)
        ids.append(fresh)
    return _sort_rows(work.assign(source_id=ids)), findings


def given_ids(
    raw: RawLayer, name: str | None, layer: str, township: Township
) -> tuple[pd.Series, list[Finding]]:
    """The ids that a file gives its rows: in the normal form, "" where there is none or a sign for none, phones masked.

    Parameters
    ----------
    raw
        The file.
    name
        Its column; None where it has no ids.
    layer
        Its key, for the finding.
    township
        Its villages' codes tell codes of this place from phones.
    """
    return without_phones(
        without_dashes(read_code_column(raw, name)), layer, county_codes(township)
    )


def without_phones(
    ids: pd.Series, layer: str, own: tuple[str, ...] = ()
) -> tuple[pd.Series, list[Finding]]:
    """Mask the phones that stand as codes.

    Parameters
    ----------
    ids
        As text; "" where there is none.
    layer
        Its key, for the finding.
    own
        Beginnings of the codes of this place (`county_codes`), which are no phones.
    """
    shown = scrub_codes(ids, own)
    if not shown:
        return ids, []
    count, example = int(ids.isin(list(shown)).sum()), min(shown.values())
    return ids.replace(shown), [
        make_finding("phone_as_code", layer=layer, measure=count, shown=example)
    ]


def county_codes(township: Township) -> tuple[str, ...]:
    """The first six digits of the villages' codes."""
    return tuple(
        sorted(
            {
                code[:COUNTY_DIGITS]
                for code in township.villages["village_code"]
                if len(code) > COUNTY_DIGITS
            }
        )
    )


def _next_free_id(given: str, repeats: dict[str, int], taken: set[str]) -> str:
    count = repeats.get(given, 1)
    while True:
        count += 1
        candidate = f"_{count - 1}" if given == "_" else f"{given}-{count}"
        if candidate not in taken:
            repeats[given] = count
            return candidate


def _rank_rows(frame: pd.DataFrame, shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Rank of each row by content: place first, then text, then the geometry's bytes."""
    bounds = np.nan_to_num(shapely.bounds(shapes), nan=np.inf)
    places = pd.DataFrame(bounds, index=frame.index, columns=["x0", "y0", "x1", "y1"])
    keys = pd.concat([places, frame[["source_id", "name", "holder"]]], axis=1)
    tied = keys.duplicated(keep=False).to_numpy()
    wkb = np.full(len(frame), b"", dtype=object)
    wkb[tied] = [value or b"" for value in shapely.to_wkb(shapes[tied])]
    order = keys.assign(wkb=wkb).sort_values([*keys.columns, "wkb"], kind="stable").index
    rank = pd.Series(np.arange(len(frame)), index=order)
    return rank.reindex(frame.index).to_numpy()


def _without_copies(
    work: pd.DataFrame, shapes: NDArray[np.object_], layer: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Drop rows that repeat another in id, name and geometry."""
    suspects = work[work.duplicated(["source_id", "name", "holder"], keep=False)]
    wkb = pd.Series(
        [value or b"" for value in shapely.to_wkb(shapes[suspects["row"]])],
        index=suspects.index,
        dtype=object,
    )
    copies = (
        suspects.assign(wkb=wkb)
        .sort_values("order")
        .duplicated(["source_id", "name", "holder", "wkb"])
    )
    dropped = copies.index[copies.to_numpy()]
    counts = work.loc[dropped].groupby("source_id").size()
    findings = [
        make_finding("duplicate_feature", layer=layer, source_id=str(one), measure=n)
        for one, n in counts.items()
    ]
    return work.drop(index=dropped), findings


def _sort_rows(work: pd.DataFrame) -> pd.DataFrame:
    return work.drop(columns="order").sort_values("source_id", ignore_index=True)
