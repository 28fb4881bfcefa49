# SPDX-License-Identifier: GPL-2.0-or-later
# All tests. `make check` runs what needs no root: units, the include check, the man pages.
# tests/run runs everything, the labs included.
dist_check_SCRIPTS = tests/check-includes
TESTS += tests/check-includes
include tests/unit/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/lab/local.mk
include tests/machine/local.mk
