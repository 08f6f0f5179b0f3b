"""Print a command of README.md: the code block after the line ``<!-- ci: NAME -->``, so that CI runs what readers run."""

import pathlib
import re
import sys

readme = pathlib.Path(__file__).parents[1].joinpath("README.md").read_text("utf-8")
block = re.search(rf"<!-- ci: {sys.argv[1]} -->\n```bash\n(.*?)```", readme, re.DOTALL)
if block is None:
    sys.exit(f"README.md has no block named {sys.argv[1]}")
print(block.group(1), end="")
