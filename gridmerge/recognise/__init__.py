"""A folder of files → the text of a commented gridmerge.toml: what each file is, how sure that is, what else was seen.

Every file is read, and every choice that can be proven against the villages is: coordinate system, datum, filter. What
is stated as sure rests on such proof or on names that leave no other reading.
"""

from gridmerge.recognise.proposal import Proposal, proposal, propose

__all__ = ["Proposal", "proposal", "propose"]
