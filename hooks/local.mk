# SPDX-License-Identifier: GPL-2.0-or-later
# What other programs call: the fail2ban action, the after-boot unit, a drop-in.
# They only call the command line.
HOOKS_GENERATED = hooks/reload-guard.conf hooks/reload-guard-after-boot.service \
	hooks/reload-guard-restore.service hooks/fail2ban.service.d/reload-guard.conf
EXTRA_DIST += $(HOOKS_GENERATED:=.in)
CLEANFILES += $(HOOKS_GENERATED)

fail2banactiondir = $(sysconfdir)/fail2ban/action.d
nodist_fail2banaction_DATA = hooks/reload-guard.conf
hookexamplesdir = $(docdir)/examples
if HAVE_SYSTEMD_UNITS
fail2bandropindir = $(systemdsystemunitdir)/fail2ban.service.d
nodist_fail2bandropin_DATA = hooks/fail2ban.service.d/reload-guard.conf
endif

$(HOOKS_GENERATED): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(INSTALL_PATHS) $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
hooks/reload-guard.conf: hooks/reload-guard.conf.in
hooks/reload-guard-after-boot.service: hooks/reload-guard-after-boot.service.in
hooks/reload-guard-restore.service: hooks/reload-guard-restore.service.in
hooks/fail2ban.service.d/reload-guard.conf: hooks/fail2ban.service.d/reload-guard.conf.in
