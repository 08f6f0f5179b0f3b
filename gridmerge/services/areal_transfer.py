"""Figures a department keeps by its own grids, restated to the unified grids, and back: totals kept, estimates marked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from gridmerge.errors import InputError, OutputError
from gridmerge.io.tables.plain_tables import (
    code_texts,
    find_column,
    mostly_amounts,
    parse_amounts,
    read_table,
)
from gridmerge.products import list_finished_inputs
from gridmerge.products.data.csv_tables import to_records, write_csv
from gridmerge.products.labels import name_column
from gridmerge.products.transaction import prepare_output, stage_output

KEY_COLUMNS = ("layer", "source_id", "grid_code")
AREA_COLUMN = "area_m2"
# share: less than this of a grid elsewhere is a line drawn twice, and no estimate
MIN_PART_SHARE = 1e-6
# How many ids an error lists.
MAX_LISTED = 5


def transfer_figures(
    out: str | Path,
    figures: str | Path,
    layer: str,
    dest: str | Path,
    *,
    back: bool = False,
    by: str | None = None,
) -> pd.DataFrame:
    """Restate a table of figures from a department's grids to the unified grids, or back.

    Parameters
    ----------
    out
        The folder of a finished build: its crosswalk.csv says what went where.
    figures
        CSV, Excel or any other table that an input may be: a column source_id (原网格编码; back: grid_code, 网格编码), and
        columns of numbers; other columns are left aside.
    layer
        The department's key.
    dest
        CSV to write.
    back
        From unified grids to the department's.
    by
        Workload whose spread is followed (say households); None: the first of the crosswalk. Where a grid has none of it,
        or the crosswalk none at all, by area.

    Returns
    -------
    pandas.DataFrame
        grid_code (back: source_id), the numbers, and estimated (bool: part of it comes from a grid that was shared out);
        sorted. What cannot be placed stands in a last row with a blank id, so that totals are kept.

    Raises
    ------
    OutputError
        OUT has no crosswalk, or DEST cannot be written or is read.
    InputError
        The figures lack the column of ids or any number, a cell among numbers is none, an id is there twice, or the layer is
        not in the crosswalk.
    """
    file, inputs = Path(dest), [Path(figures), *list_finished_inputs(Path(out))]
    prepare_output(file.parent, (file.name,), inputs)
    source, target = ("grid_code", "source_id") if back else ("source_id", "grid_code")
    shares = _transfer_shares(Path(out), layer, source, by)
    table = _read_figures(Path(figures), source)
    counted = [str(name) for name in table if name != source]
    placed = table.merge(shares, on=source, how="left")
    lost = placed["share"].isna()
    placed[target] = placed[target].fillna("")
    placed[counted] = placed[counted].mul(placed["share"].fillna(1.0), axis=0)
    is_part = placed["share"].between(MIN_PART_SHARE, 1 - MIN_PART_SHARE, inclusive="neither")
    placed["estimated"] = ~lost & is_part
    totals = {**dict.fromkeys(counted, "sum"), "estimated": "any"}
    result = placed.groupby(target, as_index=False).agg(totals)
    result = _sort_blank_last(result, target)
    with stage_output(file.parent, (file.name,), inputs) as folder:
        write_csv(folder / file.name, list(result.columns), to_records(result))
    return result


def _sort_blank_last(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows by an id; what has none comes last."""
    ids = table[column].to_numpy(dtype=str)
    order = np.lexsort((ids, ids == ""))
    return table.iloc[order].reset_index(drop=True)


def _transfer_shares(out: Path, layer: str, source: str, by: str | None) -> pd.DataFrame:
    """Pairs of ids with the share of the first that goes to the second; shares of one id sum to 1."""
    table = _read_crosswalk(out)
    works = [name for name in table.columns[6:] if name not in KEY_COLUMNS]
    rows = table[table["layer"] == layer]
    unknown_work = by is not None and by not in works
    if rows.empty or unknown_work:
        layers = "、".join(sorted(set(table["layer"])))
        listed = "、".join(works)
        raise InputError(
            f"对照表中没有图层 {layer} 或工作量 {by or ''}；图层有：{layers}；工作量有：{listed}。",
            f"the crosswalk has no layer {layer} or no workload {by or ''}; layers: {layers}; workloads: {listed}.",
        )
    pairs = rows[["source_id", "grid_code"]]
    by_source = rows.groupby(source)
    area_share = rows[AREA_COLUMN] / by_source[AREA_COLUMN].transform("sum")
    if by is None and not works:
        return pairs.assign(share=area_share)
    unit = by or works[0]
    total = by_source[unit].transform("sum")
    has_work = total > 0
    work_share = rows[unit] / total.where(has_work, 1)
    return pairs.assign(share=np.where(has_work, work_share, area_share))


def _read_crosswalk(out: Path) -> pd.DataFrame:
    text_columns = dict.fromkeys(KEY_COLUMNS, str)
    try:
        return pd.read_csv(out / "crosswalk.csv", dtype=text_columns, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise OutputError(
            f"{out} 中没有 crosswalk.csv；请先运行 gridmerge build。",
            f"{out} has no crosswalk.csv; run gridmerge build first.",
        ) from error


def _read_figures(file: Path, source: str) -> pd.DataFrame:
    """The ids, as text, and every column of numbers."""
    table = read_table(file, "figures")
    label = name_column(source, "zh")
    named = find_column(table, source, label)
    counted = [str(name) for name in table if str(name) != named and mostly_amounts(table[name])]
    if named is None or not counted:
        listed = [str(name) for name in table]
        raise InputError(
            f"{file} 需要一列 {source}（{label}）和至少一列数字；现有：{'、'.join(listed)}。",
            f"{file} needs a column {source} and a column of numbers; it has: {', '.join(listed)}.",
        )
    ids = code_texts(table, named)
    is_repeated = ids.duplicated() & (ids != "")
    repeated = sorted(set(ids[is_repeated]))[:MAX_LISTED]
    if repeated:
        raise InputError(
            f"{file} 中 {source} {'、'.join(repeated)} 重复；请先合并。",
            f"{file} has {source} {', '.join(repeated)} twice; merge those rows.",
        )
    values = {name: parse_amounts(table[name], file).fillna(0.0) for name in counted}
    return pd.DataFrame({source: ids, **values})
