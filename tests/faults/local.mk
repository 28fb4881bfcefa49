# SPDX-License-Identifier: GPL-2.0-or-later
# Faults one by one: of memory, and of the kernel's answers.
dist_noinst_SCRIPTS += tests/faults/run tests/faults/calls.py

# The hook without memory. A sanitizer has an allocator of its own.
dist_check_SCRIPTS += tests/faults/hook-faults
if !SANITIZERS
check_PROGRAMS += tests/faults/failing-malloc.so
TESTS += tests/faults/hook-faults
endif
tests_faults_failing_malloc_so_SOURCES = tests/faults/failing-malloc.c
tests_faults_failing_malloc_so_CFLAGS = $(AM_CFLAGS) -fPIC
tests_faults_failing_malloc_so_LDFLAGS = -shared
tests_faults_failing_malloc_so_LDADD = -ldl
