# Floor 2: adapters, one outside thing each.
noinst_LIBRARIES += libguard-system.a
libguard_system_a_CPPFLAGS = $(AM_CPPFLAGS) $(DBUS_CFLAGS) $(SQLITE_CFLAGS) $(INIH_CFLAGS)
libguard_system_a_SOURCES = \
	guard/system/clock.c guard/system/clock.h \
	guard/system/filewatch.c guard/system/filewatch.h \
	guard/system/lock.c guard/system/lock.h
SYSTEM_LIBS = libguard-system.a $(MODEL_LIBS) $(DBUS_LIBS) $(SQLITE_LIBS) $(INIH_LIBS)
