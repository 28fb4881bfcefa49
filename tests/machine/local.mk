# The machine test; tests/run runs it.
dist_noinst_SCRIPTS += tests/machine/run
EXTRA_DIST += tests/machine/machine.sh
