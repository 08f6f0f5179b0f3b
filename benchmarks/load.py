"""Load and mend New York's networks beside plain GeoPandas: ``python -m benchmarks.load [city.toml …]``.

Each contender runs in a process of its own; processor seconds and peak memory are what that process used, imports left out
of the seconds. Plain means `geopandas.read_file`, `to_crs` and `make_valid` of the same files: no proof of place, no ids, no
findings. Of gridmerge a row more says where its seconds go: reading the files, mending the villages, and mending the networks
(place, datum, validity, ids, overlaps, gaps).
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import click

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "nyc"
PROJECTS = ("gridmerge.toml", "manhattan.toml", "city.toml")
REPEATS = 3  # the fastest counts: the machine may be busy with other things
KIB = 1024  # ru_maxrss is in KiB on Linux


Figures = tuple[int, dict[str, float]]  # features, and the seconds of each part


def plain(project: Path) -> Figures:
    """Read the same files and make them valid; returns the number of features."""
    import geopandas as gpd  # noqa: PLC0415

    from gridmerge.config.project_file import read_project  # noqa: PLC0415

    settings = read_project(project)
    count = 0
    for spec in (settings.villages, *settings.layers):
        for name in spec.path if isinstance(spec.path, (list, tuple)) else (spec.path,):
            frame = gpd.read_file(project.parent / name)
            frame = frame.set_crs(spec.crs, allow_override=True) if spec.crs else frame
            frame = frame if frame.crs is None else frame.to_crs(settings.project.crs)
            frame.geometry = frame.geometry.make_valid()
            count += len(frame)
    return count, {}


def ours(project: Path) -> Figures:
    """Load and mend the project; returns the number of features kept."""
    from gridmerge.clean import clean_layer, clean_township  # noqa: PLC0415
    from gridmerge.config.project_file import read_project  # noqa: PLC0415
    from gridmerge.io import read_input  # noqa: PLC0415

    settings = read_project(project)
    parts = dict.fromkeys(("reading", "villages", "networks"), 0.0)

    def timed(part: str, work: Callable[[], Any]) -> Any:
        started = time.process_time()
        result = work()
        parts[part] += time.process_time() - started
        return result

    raw = timed("reading", lambda: read_input(settings.villages, settings.folder, "villages"))
    township = timed("villages", lambda: clean_township(raw, settings))
    count = 0
    for spec in settings.layers:
        raw = timed("reading", partial(read_input, spec, settings.folder, spec.key))
        count += len(timed("networks", partial(clean_layer, raw, spec, township)).frame)
    return count, parts


CONTENDERS = {"plain": plain, "gridmerge": ours}


def _serve(name: str, project: Path, pipe: Connection) -> None:
    import resource  # noqa: PLC0415

    import geopandas  # noqa: F401, PLC0415 - imports are not loading

    import gridmerge.clean  # noqa: PLC0415
    import gridmerge.io  # noqa: F401, PLC0415

    started = time.process_time()
    count, parts = CONTENDERS[name](project)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB
    pipe.send((time.process_time() - started, peak, count, parts))


def measure(name: str, project: Path) -> tuple[float, float, int, dict[str, float]]:
    """Return processor seconds, peak megabytes, features, and the seconds of each part, of the fastest of several runs."""
    context = multiprocessing.get_context("spawn")
    runs = []
    for _ in range(REPEATS):
        pipe, other = context.Pipe()
        process = context.Process(target=_serve, args=(name, project, other))
        process.start()
        other.close()
        runs.append(pipe.recv())
        process.join()
    return min(runs, key=lambda run: run[0])


@click.command()
@click.argument("projects", nargs=-1)
def main(projects: tuple[str, ...]) -> None:
    """Print a row a project and contender, and the ratio."""
    for project in projects or PROJECTS:
        results = {name: measure(name, DATA / project) for name in CONTENDERS}
        for name, (seconds, megabytes, count, parts) in results.items():
            click.echo(
                f"{project:16} {name:10} {seconds:6.2f} s {megabytes:6.0f} MB {count:6} features"
            )
            if parts:
                click.echo(
                    f"{'':27} of these "
                    + ", ".join(f"{part} {value:.2f}" for part, value in parts.items())
                )
        time_ratio, memory_ratio = (results["gridmerge"][i] / results["plain"][i] for i in (0, 1))
        click.echo(f"{project:16} ratio      {time_ratio:6.2f}   {memory_ratio:6.2f}")


if __name__ == "__main__":
    main()
