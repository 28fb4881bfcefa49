# SPDX-License-Identifier: GPL-2.0-or-later
# The machine test; tests/run runs it.
dist_noinst_SCRIPTS += tests/machine/run tests/machine/in-suite tests/machine/layer tests/machine/speak
EXTRA_DIST += tests/machine/machine.sh tests/machine/packages.sh tests/machine/setup.sh tests/machine/fleet.sh
