# schema: what the database looks like; the migrations become part of the binary
SCHEMA_SQL = \
	schema/sql/001-first.sql
EXTRA_DIST += schema/embed-migrations $(SCHEMA_SQL)

guard/system/migrations.c: schema/embed-migrations $(SCHEMA_SQL)
	$(AM_V_GEN)$(MKDIR_P) guard/system && \
	cd $(srcdir) && $(SHELL) schema/embed-migrations $(SCHEMA_SQL) \
		> $(abs_builddir)/$@.tmp && mv $(abs_builddir)/$@.tmp $(abs_builddir)/$@
CLEANFILES += guard/system/migrations.c guard/system/migrations.c.tmp
