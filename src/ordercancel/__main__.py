"""``python -m ordercancel``: the command line."""

import sys

from ordercancel.cli.main import main

sys.exit(main())
