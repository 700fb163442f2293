"""Tests on Spark, run by ``python -m pytest tests/spark`` in an environment that has PySpark.

PySpark is 450 MB and wants Java, so that it is no part of the ordinary environment: where it can't
be imported, nothing of this folder is collected, and nothing is said to have passed.
"""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pyspark") else ["test_*.py"]
