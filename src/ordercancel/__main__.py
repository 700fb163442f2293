"""``python -m ordercancel``: the command line."""

import sys

from ordercancel.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
