"""``python -m gridmerge``: the command line."""

from gridmerge.cli import main

if __name__ == "__main__":
    main()
