"""Commands about figures: restate them between grids, fit weights to experience."""

from __future__ import annotations

import click

from gridmerge.cli.console import Console
from gridmerge.cli.options import out_argument, with_console


@click.command()
@out_argument
@click.argument("figures", type=click.Path())
@click.option("--layer", required=True, help="Key of the department's network. 部门网格的 key")
@click.option("--to", "dest", type=click.Path(), required=True, help="CSV to write. 结果文件")
@click.option(
    "--back", is_flag=True, help="From unified grids to the department's. 由综合网格还原到部门网格"
)
@click.option("--by", help="Workload whose spread is followed. 按哪项工作量分摊")
@with_console
def restate(
    console: Console, out: str, figures: str, layer: str, dest: str, back: bool, by: str | None
) -> None:
    """Restate FIGURES (a CSV by a department's grids) to the unified grids, or back; totals are kept, estimates marked.

    把部门按原网格统计的数据换算到综合网格（或还原），合计不变，估算值有标记。
    """
    from gridmerge.services.areal_transfer import transfer_figures as run

    table = run(out, figures, layer, dest, back=back, by=by)
    console.line(
        f"已写出 {dest}：{len(table)} 行，其中估算 {int(table['estimated'].sum())} 行。",
        f"Wrote {dest}: {len(table)} rows, {int(table['estimated'].sum())} of them estimates.",
    )
    console.summary({"dest": dest, "rows": len(table), "estimated": int(table["estimated"].sum())})


@click.command()
@out_argument
@click.argument("hours", type=click.Path())
@with_console
def calibrate(console: Console, out: str, hours: str) -> None:
    """Fit weights of the workloads to HOURS (a CSV with grid_code and hours); refuses on too little data.

    用各网格的实际工时标定工作量权重；数据太少时拒绝。
    """
    from gridmerge.services.calibration import calibrate_weights as run

    table = run(out, hours)
    console.table(
        list(table.columns),
        [[str(row[0]), *(f"{value:.4g}" for value in row[1:])] for row in table.to_numpy()],
    )
    console.summary({"weights": table.to_dict("records")})
