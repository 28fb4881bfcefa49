# All tests. `make check` runs what needs no root: units, the include check, the man pages.
# tests/run runs everything, the labs included.
include tests/unit/local.mk
include tests/machine/local.mk
dist_check_SCRIPTS = tests/check-includes
TESTS += tests/check-includes
