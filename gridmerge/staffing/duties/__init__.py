"""Duties (清单管理): who answers for which matter, grid by grid.

In: the list of matters and the optional table of steps as read, the crosswalk, the layers, the assignment. Out: `Matters`,
checked; the sheet of every grid (一格一清单): matter, lead and cooperating department, whom to call there, who does each step;
and the posts of 1+5+N.
"""

from gridmerge.staffing.duties.grid_sheets import duty_sheets
from gridmerge.staffing.duties.matter_lists import clean_matters
from gridmerge.staffing.duties.support_posts import post_rows

__all__ = ["clean_matters", "duty_sheets", "post_rows"]
