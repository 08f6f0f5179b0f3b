"""A folder of files → the text of a commented gridmerge.toml: what each file is, how sure that is, what else was seen.

Every file is read, and every choice that can be proven against the villages is: coordinate system, datum, filter. What
is stated as sure rests on such proof or on names that leave no other reading.
"""

from gridmerge.discover.proposal import ProjectProposal, make_proposal, propose_project_file

__all__ = ["ProjectProposal", "make_proposal", "propose_project_file"]
