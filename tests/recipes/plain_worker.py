"""A worker of the plain loop, for the shop of the tests."""

from __future__ import annotations

import sys

from examples import plain_loop

from recipes.shop import equip

if __name__ == "__main__":
    equip(plain_loop)
    plain_loop.IDLE = 0.2
    plain_loop.main(sys.argv[1])
