# All tests. `make check` runs what needs no root: units, the include check, the man pages.
# tests/run runs everything, the labs included.
dist_check_SCRIPTS = tests/check-includes
include tests/unit/local.mk
include tests/fuzz/local.mk
TESTS += tests/check-includes

# Programs and scripts for a real firewalld, which need root.
check_PROGRAMS += tests/lab/firewalld-adapter
tests_lab_firewalld_adapter_SOURCES = tests/lab/firewalld-adapter.c
tests_lab_firewalld_adapter_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS)
tests_lab_firewalld_adapter_LDADD = $(SYSTEM_LIBS)
dist_check_SCRIPTS += tests/lab/firewalld-adapter.sh
