// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gaptable fill|drop|exists - the guard's own table by itself, without a wipe
 *
 * fill reads lines: "has ITEM" for what the firewall has, "default ZONE", and
 * "SECONDS ITEM" for a rule whose ban ends in so many seconds, 0 for never. Rules that
 * a set cannot stand in for are named on stdout. Prints how long it took.
 */
#include <stdio.h>
#include <string.h>

#include "guard/system/host/clock.h"
#include "guard/system/kernel/gaptable.h"

static struct firewall fw;
static struct gaptable table = {{-1}};
static struct gap gap = {.port_of = gaptable_port_of};

static int has(const char *text, struct err *err)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	int r = item_parse(&item, text, err);

	if (r == 0)
		r = firewall_put(&fw, &item, &entry);
	if (r == 0)
		entry->flags = FIREWALL_RUNTIME;
	return r;
}

static int ban(const char *line, struct err *err)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	const char *text = strchr(line, ' ');
	int64_t seconds = strtol(line, NULL, 10);
	int r = text ? item_parse(&item, text + 1, err) : ITEM_E_SYNTAX;

	if (r == 0)
		r = gap_add_item(&gap, &fw, &item, seconds ? clock_now_us() + seconds * 1000000 : 0,
		                 err);
	if (r != GAP_E_UNFIT)
		return r;
	printf("left to the rule: %s: %s\n", text + 1, err_text(err, r));
	*err = ERR_NULL;
	return 0;
}

static int fill(struct err *err)
{
	_cleanup_gap_sets_ struct gap_sets sets = GAP_SETS_NULL;
	int64_t begin_us;
	char line[ITEM_VALUE_MAX];
	int r = 0;

	while (r == 0 && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "has ", 4) == 0)
			r = has(line + 4, err);
		else if (strncmp(line, "default ", 8) == 0)
			r = firewall_set_default_zone(&fw, line + 8);
		else
			r = ban(line, err);
	}
	begin_us = clock_now_us();
	if (r == 0)
		r = gap_sets_build(&sets, &gap, begin_us);
	if (r == 0)
		r = gaptable_fill(&table, &sets, &gap, begin_us, err);
	if (r == 0)
		printf("%zu bans in %zu sets, %lld us\n", gap.n, sets.n,
		       (long long)(clock_now_us() - begin_us));
	return r;
}

int main(int argc, char **argv)
{
	const char *command = argc == 2 ? argv[1] : "";
	struct err err = ERR_NULL;
	bool exists = true;
	int r;

	if (strcmp(command, "fill") == 0) {
		r = fill(&err);
	} else if (strcmp(command, "drop") == 0) {
		r = gaptable_drop(&table, &err);
	} else if (strcmp(command, "exists") == 0) {
		r = gaptable_exists(&table, &exists, &err);
	} else {
		fprintf(stderr, "usage: gaptable fill|drop|exists\n");
		return 2;
	}
	if (r)
		fprintf(stderr, "gaptable: %s\n", err_text(&err, r));
	gaptable_close(&table);
	gap_deinit(&gap);
	firewall_deinit(&fw);
	return r ? 2 : !exists;
}
