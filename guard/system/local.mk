# SPDX-License-Identifier: GPL-2.0-or-later
# Floor 2: adapters, one outside thing each.
noinst_LIBRARIES += libguard-system.a
libguard_system_a_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(SQLITE_CFLAGS) $(INIH_CFLAGS) \
	$(JANSSON_CFLAGS) $(EXPAT_CFLAGS) $(NFTABLES_CPPFLAGS) $(OPENSSL_CFLAGS) \
	$(LIBSYSTEMD_CFLAGS)
libguard_system_a_SOURCES = \
	guard/system/bootid.c guard/system/bootid.h \
	guard/system/bus.c guard/system/bus.h \
	guard/system/busmonitor.c guard/system/busmonitor.h \
	guard/system/busname.c guard/system/busname.h \
	guard/system/clock.c guard/system/clock.h \
	guard/system/confwatch.c guard/system/confwatch.h \
	guard/system/config.c guard/system/config.h \
	guard/system/f2bdatabase.c guard/system/f2bdatabase.h \
	guard/system/f2bignoreip.c guard/system/f2bignoreip.h \
	guard/system/f2bprocess.c guard/system/f2bprocess.h \
	guard/system/f2breading.c guard/system/f2breading.h \
	guard/system/f2bsocket.c guard/system/f2bsocket.h \
	guard/system/f2btime.c guard/system/f2btime.h \
	guard/system/dropchain.c guard/system/dropchain.h \
	guard/system/fail2ban.c guard/system/fail2ban.h \
	guard/system/fail2ban-history.c guard/system/fail2ban-history.h \
	guard/system/filewatch.c guard/system/filewatch.h \
	guard/system/firewalld.c guard/system/firewalld.h \
	guard/system/firewalld_internal.h \
	guard/system/firewalld_probe.c \
	guard/system/firewalld_read.c \
	guard/system/firewalld_rules.c guard/system/firewalld_rules.h \
	guard/system/firewalld_wait.c \
	guard/system/fwmessage.c guard/system/fwmessage.h \
	guard/system/gaptable.c guard/system/gaptable.h \
	guard/system/fwruleset.c guard/system/fwruleset.h \
	guard/system/jobwatch.c guard/system/jobwatch.h \
	guard/system/journal.c guard/system/journal.h \
	guard/system/listeners.c guard/system/listeners.h \
	guard/system/lock.c guard/system/lock.h \
	guard/system/logfollow.c guard/system/logfollow.h \
	guard/system/loop.c guard/system/loop.h \
	guard/system/nfbatch.c guard/system/nfbatch.h \
	guard/system/probe.c guard/system/probe.h \
	guard/system/nftrules.c guard/system/nftrules.h \
	guard/system/process.c guard/system/process.h \
	guard/system/rangesfile.c guard/system/rangesfile.h \
	guard/system/route.c guard/system/route.h \
	guard/system/sendmail.c guard/system/sendmail.h \
	guard/system/spool.c guard/system/spool.h \
	guard/system/store-ban.c \
	guard/system/store-ban-query.c \
	guard/system/store-client.c \
	guard/system/store-file.c \
	guard/system/store-history.c \
	guard/system/store-migrate.c \
	guard/system/store-prune.c \
	guard/system/store-release.c \
	guard/system/store-snapshot.c \
	guard/system/store-statements.c \
	guard/system/store-transaction.c \
	guard/system/store-wipe.c \
	guard/system/store.c guard/system/store.h guard/system/store-internal.h \
	guard/system/tls.c guard/system/tls.h \
	guard/system/zonefile.c guard/system/zonefile.h \
	guard/system/zonexml.c guard/system/zonexml.h
nodist_libguard_system_a_SOURCES = guard/system/migrations.c
SYSTEM_LIBS = libguard-system.a $(MODEL_LIBS) $(DBUS_LIBS) $(SQLITE_LIBS) $(INIH_LIBS) \
	$(JANSSON_LIBS) $(EXPAT_LIBS) $(OPENSSL_LIBS) $(LIBSYSTEMD_LIBS)
