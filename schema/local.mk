# SPDX-License-Identifier: GPL-2.0-or-later
# schema: what the database looks like; the migrations become part of the binary
SCHEMA_SQL = \
	schema/sql/001-first.sql \
	schema/sql/002-wipe-bans.sql \
	schema/sql/003-bans.sql \
	schema/sql/004-learn-log.sql \
	schema/sql/005-event-item.sql \
	schema/sql/006-told.sql \
	schema/sql/007-ban-shape.sql \
	schema/sql/008-trust.sql \
	schema/sql/009-event-jail.sql \
	schema/sql/010-timed-trait.sql \
	schema/sql/011-foreign.sql \
	schema/sql/012-loaded.sql
EXTRA_DIST += schema/embed-migrations $(SCHEMA_SQL)

guard/system/store/migrations.c: schema/embed-migrations $(SCHEMA_SQL)
	$(AM_V_GEN)$(MKDIR_P) guard/system/store && \
	cd $(srcdir) && $(SHELL) schema/embed-migrations $(SCHEMA_SQL) \
		> $(abs_builddir)/$@.tmp && mv $(abs_builddir)/$@.tmp $(abs_builddir)/$@
CLEANFILES += guard/system/store/migrations.c guard/system/store/migrations.c.tmp

# What each answer in JSON looks like.
schemadir = $(pkgdatadir)/schema/json
dist_schema_DATA = \
	schema/json/after-boot.schema.json \
	schema/json/bans.schema.json \
	schema/json/check.schema.json \
	schema/json/check-config.schema.json \
	schema/json/check-list.schema.json \
	schema/json/clients-change.schema.json \
	schema/json/clients-learn.schema.json \
	schema/json/clients-list.schema.json \
	schema/json/conflicts.schema.json \
	schema/json/explain.schema.json \
	schema/json/history.schema.json \
	schema/json/persist.schema.json \
	schema/json/probe.schema.json \
	schema/json/release-list.schema.json \
	schema/json/release.schema.json \
	schema/json/report.schema.json \
	schema/json/restore.schema.json \
	schema/json/setup-answer.schema.json \
	schema/json/setup.schema.json \
	schema/json/snapshot-diff.schema.json \
	schema/json/snapshot-list.schema.json \
	schema/json/snapshot-show.schema.json \
	schema/json/snapshot-take.schema.json \
	schema/json/status-zones.schema.json \
	schema/json/status.schema.json \
	schema/json/trust-end.schema.json \
	schema/json/trust-list.schema.json \
	schema/json/trust.schema.json
