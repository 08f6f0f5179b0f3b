"""Build → files: GeoJSON, GeoPackage, tables, the map, the workbook, the report.

Comes in: a finished `Build`. Goes out: every file of the contract in the output folder, all of them or none.
"""

from __future__ import annotations

from gridmerge.products.build_inputs import list_finished_inputs
from gridmerge.products.data.alternative_plans import write_alternatives
from gridmerge.products.data.docket import docket_items
from gridmerge.products.data.summary import summarize_build
from gridmerge.products.export import ExportResult, export_grids
from gridmerge.products.overwrite_guard import list_build_inputs
from gridmerge.products.publication import (
    ALL_BUILD_FILES,
    BUILD_FILES,
    CHECK_FILES,
    publish_build,
    write_check_files,
    write_files,
)
from gridmerge.products.transaction import prepare_output, recover_output

__all__ = [
    "ALL_BUILD_FILES",
    "BUILD_FILES",
    "CHECK_FILES",
    "ExportResult",
    "docket_items",
    "export_grids",
    "list_build_inputs",
    "list_finished_inputs",
    "prepare_output",
    "publish_build",
    "recover_output",
    "summarize_build",
    "write_alternatives",
    "write_check_files",
    "write_files",
]
