"""Duties (清单管理): who answers for which matter, grid by grid.

In: the list of matters and the optional table of steps as read, the crosswalk, the layers, the assignment. Out: `Matters`,
checked; the sheet of every grid (一格一清单): matter, lead and cooperating department, whom to call there, who does each step;
and the posts of 1+5+N.
"""

from gridmerge.duties.matters import mend_matters
from gridmerge.duties.posts import post_rows
from gridmerge.duties.sheets import duty_sheets

__all__ = ["duty_sheets", "mend_matters", "post_rows"]
