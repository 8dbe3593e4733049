# make demo    restore the example photographs and draw before/after sheets: needs Python 3.11 and make, nothing else
# make test    everything, real GIMP and Krita included (installs them on Debian)     make quick   the fast tests only
# make lint    ruff, pyright, and a search for dead code                             make format  let ruff rewrite
# make docs    the manual and the API as a site, in build/site                        make coverage  how much of the code tests run
# make measure what the house measures, as a table
# make wheel   a wheel and an sdist          make installer   the standalone program and its packages (installer/README.md)
# make siege   an hour of attacks (SECURITY.md)    make sbom, make licences   what it is made of
# make bench   what the engine and the daemon cost on this machine (Krita: tests/benchmarks/krita.py)

PYTHON ?= python3
BIN := .venv/bin

.PHONY: docs typings coverage measure rented-archive hashes sbom licences audit siege wheel installer installer-check venv demo picture test quick bench lint format lock clean

venv: .venv/complete

# The stamp is written last, so an interrupted installation is finished, not trusted, by the next make.
# Everything by its hash; then torch, in the build at hand, with what that build needs.
.venv/complete: requirements.lock requirements.hashed pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.hashed
	$(BIN)/pip install --quiet --disable-pip-version-check $$(grep '^torch==' requirements.lock)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

demo: venv
	$(BIN)/python examples/demo.py

# The sheet in the README; after a new bundle.
picture: venv
	$(BIN)/python examples/demo.py docs/before-after.jpg

# As root on Debian 12 the hosts are installed without a hand (HOSTS=no leaves them out); elsewhere, and where that fails, tests
# whose host is absent are skipped with the reason. In CI an absent host is a failure.
test: venv
	if [ "$(HOSTS)" != no ] && [ "$$(id -u)" = 0 ] && grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then \
		tests/hosts/setup || [ -z "$(CI)" ]; fi
	@mkdir -p out/coverage
	$(BIN)/pytest $(if $(COVERAGE),$(MEASURED))
	$(if $(COVERAGE),$(COVERED))

# What a change of the product is tried by; after one of the training tree, QUICK=tests/training (a fifth as much).
# One thread each: for networks of a few weights the others only wait, and that costs, too. What was compiled is kept whatever the
# environment says: without it each run compiles all tests, and each of its hundreds of children all of the program.
QUICK ?= tests/backend tests/plugins tests/installer $(wildcard tests/test_*.py)
quick: venv
	OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -m "not slow and not hosts" --hypothesis-profile=quick $(QUICK)

# Branches of backend and client that tests run, children included; pages in out/coverage. COVER: the tests to run.
# With COVERAGE=yes in the environment, `make test` and .ci/run measure it on the way.
COVER ?= tests/backend tests/plugins
MEASURED = --cov --cov-report=term --cov-report=html:out/coverage --cov-report=json:out/coverage/figures.json
COVERED = $(BIN)/python tools/covered.py out/coverage/figures.json
export COVERAGE_FILE ?= $(CURDIR)/out/coverage/data
coverage: venv
	@mkdir -p out/coverage
	$(BIN)/pytest $(MEASURED) $(COVER)
	$(COVERED)

# What the house measures: lines, long files, places with the order's fields, start times (HOUSES="BEFORE AFTER" for two checkouts).
measure: venv
	@$(BIN)/python tools/measure.py $(HOUSES)

# Ratios hold on any machine; seconds only on one that does nothing else.
bench: venv
	$(BIN)/python tests/benchmarks/engine.py
	$(BIN)/python tests/benchmarks/daemon.py
	$(BIN)/python tests/benchmarks/studio.py

# Strict: a link that leads nowhere, and a name without its page, end it.
docs: venv
	$(BIN)/python -m mkdocs build

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/python tools/adapters.py
	$(BIN)/vulture

# The stubs of the hosts' modules anew, after an adapter uses something new of them: needs root and the tree of tests/hosts/setup.
typings:
	for host in gimp krita; do copy=$$(mktemp -d /tmp/typings-XXXX) && cp -r plugins/$$host $$copy/adapter && \
		tests/hosts/inroot trixie python3 -W ignore - $$host $$copy/adapter $$copy/stubs < tools/typings.py && \
		cp -r $$copy/stubs/. plugins/typings/ && rm -r $$copy || exit 1; done

format: venv
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# After a deliberate change of versions in .venv: pin what is there now.
lock:
	{ sed '/^[^#]/,$$d' requirements.lock; $(BIN)/pip freeze --exclude-editable | grep -v -e '^#' -e '^openvino-telemetry==' | sed 's/+cpu$$//' | LC_ALL=C sort -f; } > requirements.lock.new
	mv requirements.lock.new requirements.lock
	$(BIN)/python tools/supply.py bounds
	$(MAKE) hashes

# The hashes of the pins that have none yet, from the index.
hashes:
	$(BIN)/python tools/supply.py hashes

# What a rented GPU needs beside this repository, into the ignored folder .rented: photographs, and wheels of what such a machine
# lacks (training/README.md). PYTHON_THERE is its version.
PYTHON_THERE ?= 3.12
rented-archive: venv
	$(BIN)/restored-train pack .rented/photographs-1 --only-train --longest 1100 --quality 88 --part 1/2
	$(BIN)/restored-train pack .rented/photographs-2 --only-train --longest 1100 --quality 88 --part 2/2
	$(BIN)/restored-train pack .rented/photographs-3 --only-train --longest 880 --quality 84 --photographs $${RESTORED_SHARED:-../shared}/data/train/free-2
	$(BIN)/pip download --quiet --no-deps --python-version $(PYTHON_THERE) --only-binary :all: --platform manylinux2014_x86_64 -d .rented/wheels \
		$$(grep -E '^(pydantic|pydantic_core|annotated-types|typing-inspection|platformdirs)==' requirements.lock)

# What this program is made of: a CycloneDX list, and the licences for people. `audit` asks a vulnerability service: for hosted CI.
sbom: venv
	@$(BIN)/python tools/supply.py sbom

licences: venv
	@$(BIN)/python tools/supply.py licences

audit: venv
	$(BIN)/pip install --quiet --disable-pip-version-check pip-audit
	$(BIN)/python tools/supply.py audit

# An hour of attacks on two cores, by seed, resumable; one page with counts in out/siege/page.md (SIEGE="--minutes 5 --seed 7").
siege: venv
	$(BIN)/python tests/siege $(SIEGE)

# A wheel that installs anywhere with pip, the text encoder inside; and the sdist it can be made from again.
wheel: venv
	$(BIN)/python -m hatchling build -d dist

# The standalone program and this system's packages, in dist/installer. KEY=FILE: the public key that updates are signed with.
# FAST=1, here and below: packed in a tenth of the time, a twelfth larger, to try a build.
installer: venv
	$(BIN)/python installer/build.py $(if $(KEY),--key $(KEY)) $(if $(FAST),--fast)

# The packages tried in a root without Python or libraries, as an ordinary user: needs Linux and root.
installer-check: venv
	$(BIN)/python installer/check.py $(if $(FAST),--fast)

clean:
	rm -rf .venv build dist out tests/output
