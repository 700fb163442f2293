"""A worker of DBOS, for the shop of the tests. With ``clean_up``, what is done there at night."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from dbos import DBOS
from examples import with_dbos

from recipes.shop import equip

if __name__ == "__main__":
    equip(with_dbos)
    if sys.argv[1:] == ["clean_up"]:
        DBOS(config=with_dbos.CONFIG)
        DBOS.launch()
        with_dbos.clean_up(datetime.now(UTC) + timedelta(days=8), None)
        DBOS.destroy()
    else:
        with_dbos.EVERY_MINUTE = "* * * * * *"  # every second
        with_dbos.POLLING = 0.2
        with_dbos.main()
