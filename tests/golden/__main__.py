"""`python -m tests.golden`: write expected.json again."""

from tests.golden import write

write()
