# Floor 4: the command line.
sbin_PROGRAMS += reload-guard
reload_guard_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(JANSSON_CFLAGS)
reload_guard_SOURCES = guard/cli/main.c
reload_guard_LDADD = $(WATCH_LIBS)
