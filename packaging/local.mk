# SPDX-License-Identifier: GPL-2.0-or-later
# What a distribution expects: units, the configuration example, man pages,
# the bash completion; and the recipes for Debian and RPM packages.
PACKAGING_GENERATED = packaging/reload-guard.service packaging/reload-guard-metrics.service \
	packaging/reload-guard-report.service packaging/reload-guard-rollback.service
EXTRA_DIST += $(PACKAGING_GENERATED:=.in)
PACKAGING_PLAIN = packaging/reload-guard.socket packaging/reload-guard-metrics.timer \
	packaging/reload-guard-report.timer
CLEANFILES += $(PACKAGING_GENERATED)

# Full paths are known only when make runs: sbindir hangs on prefix.
INSTALL_PATHS = $(SED) -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@libexecdir[@]|$(libexecdir)|g' \
	-e 's|@sysconfdir[@]|$(sysconfdir)|g' -e 's|@localstatedir[@]|$(localstatedir)|g'

$(PACKAGING_GENERATED): Makefile
	$(AM_V_GEN)$(MKDIR_P) packaging && $(INSTALL_PATHS) $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
packaging/reload-guard.service: packaging/reload-guard.service.in
packaging/reload-guard-metrics.service: packaging/reload-guard-metrics.service.in
packaging/reload-guard-report.service: packaging/reload-guard-report.service.in
packaging/reload-guard-rollback.service: packaging/reload-guard-rollback.service.in

if HAVE_SYSTEMD_UNITS
nodist_systemdsystemunit_DATA = $(PACKAGING_GENERATED) hooks/reload-guard-after-boot.service \
	hooks/reload-guard-restore.service
dist_systemdsystemunit_DATA = $(PACKAGING_PLAIN)
endif

dist_man_MANS += packaging/man/reload-guard.8 packaging/man/reload-guard.conf.5 packaging/man/reload-guard-fleet.7

# For Prometheus and what shows it.
monitoringdir = $(pkgdatadir)/monitoring
dist_monitoring_DATA = packaging/monitoring/reload-guard.rules.yml packaging/monitoring/dashboard.json

# The role for Ansible; see reload-guard-fleet(7).
roledir = $(pkgdatadir)/ansible/reload_guard
roledefaultsdir = $(roledir)/defaults
rolefilesdir = $(roledir)/files
rolehandlersdir = $(roledir)/handlers
rolemetadir = $(roledir)/meta
roletasksdir = $(roledir)/tasks
roletemplatesdir = $(roledir)/templates
ROLE = packaging/ansible/reload_guard
dist_roledefaults_DATA = $(ROLE)/defaults/main.yml
dist_rolefiles_DATA = $(ROLE)/files/reload-guard-export.service $(ROLE)/files/reload-guard-export.timer
dist_rolehandlers_DATA = $(ROLE)/handlers/main.yml
dist_rolemeta_DATA = $(ROLE)/meta/main.yml
dist_roletasks_DATA = $(ROLE)/tasks/main.yml
dist_roletemplates_DATA = $(ROLE)/templates/ansible.conf.j2

dist_bashcompletion_DATA = packaging/completion/reload-guard

# The example, with all keys, is printed from the table of keys. What a machine gets that has
# no configuration is a short one, which says where settings go; an administrator's file is
# never touched, neither here nor by uninstall, which removes what is as it was installed.
packaging/reload-guard.conf: reload-guard$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) packaging && $(NATIVE_GUARD) --example-config >$@.tmp && mv $@.tmp $@
CLEANFILES += packaging/reload-guard.conf packaging/reload-guard.conf.tmp
nodist_hookexamples_DATA = packaging/reload-guard.conf
EXTRA_DIST += packaging/etc/reload-guard.conf packaging/etc/conf.d/README
guardconfdir = $(sysconfdir)/reload-guard
install-data-hook:
	for file in reload-guard.conf conf.d/README; do \
	  test -e '$(DESTDIR)$(guardconfdir)'/$$file && continue; \
	  $(INSTALL) -D -m 0644 '$(srcdir)/packaging/etc'/$$file '$(DESTDIR)$(guardconfdir)'/$$file || exit 1; \
	done
# Also what `reload-guard hook enable` has written: its action is gone.
uninstall-hook:
	for file in reload-guard.conf conf.d/README; do \
	  cmp -s '$(srcdir)/packaging/etc'/$$file '$(DESTDIR)$(guardconfdir)'/$$file || continue; \
	  rm -f '$(DESTDIR)$(guardconfdir)'/$$file; \
	done
	rm -f '$(DESTDIR)$(sysconfdir)/fail2ban/jail.d/zz-reload-guard.local'
	rmdir '$(DESTDIR)$(guardconfdir)/conf.d' '$(DESTDIR)$(guardconfdir)' 2>/dev/null || :

# Lint the man pages where mandoc is there; what they say is what the binary has.
dist_check_SCRIPTS += packaging/man/lint packaging/check-docs packaging/check-completion \
	packaging/check-units
TESTS += packaging/man/lint packaging/check-docs packaging/check-completion packaging/check-units

# The SELinux module is built where it is loaded, or by the RPM; the AppArmor profiles are
# installed by the Debian package.
selinuxexamplesdir = $(docdir)/examples/selinux
dist_selinuxexamples_DATA = packaging/selinux/reload_guard.te packaging/selinux/reload_guard.fc \
	packaging/selinux/reload_guard.if
EXTRA_DIST += packaging/apparmor/reload-guard

EXTRA_DIST += packaging/debian packaging/reload-guard.spec packaging/rpmlint.toml packaging/rpm.macros
dist_noinst_SCRIPTS += packaging/build-deb packaging/check-rpm packaging/demo packaging/demo-steps.sh
