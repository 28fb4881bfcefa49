/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config - /etc/reload-guard/reload-guard.conf, and conf.d beside it
 *
 * Every key is optional, and so is the file when it is the default one. What is
 * not understood is an error that names file, line and the nearest valid name:
 * a guard that ignores a misspelt `require` guards nothing. Each key is one row of a
 * table, each type of value another; what is written about keys is printed from the
 * first, or checked against it.
 */
#ifndef GUARD_SYSTEM_HOST_CONFIG_H
#define GUARD_SYSTEM_HOST_CONFIG_H

#include "guard/model/scope.h"

#define CONFIG_DEFAULT_PATH      SYSCONFDIR "/reload-guard/reload-guard.conf"
#define CONFIG_FOLDER            "conf.d" /* beside the file */
#define CONFIG_DEFAULT_STATE_DIR LOCALSTATEDIR "/lib/reload-guard"

enum config_restore_bans {
	CONFIG_RESTORE_BANS_SAFE, /* all but those that cover a legitimate client range */
	CONFIG_RESTORE_BANS_ALL,
	CONFIG_RESTORE_BANS_NONE,
};

struct config {
	/* [guard] */
	struct scope scope; /* zones, services, require */
	bool restore;       /* no: watch and tell, change nothing */
	bool repair;        /* a firewalld that is broken: reload it, or have it restarted */
	enum config_restore_bans restore_bans;
	bool close_gap; /* deny lost bans by a table of our own until their rules are back */
	bool persist;
	unsigned settle_ms; /* how long firewalld must be quiet before a snapshot counts */
	unsigned keep_days;
	unsigned audit_s; /* 0: never */
	/* [clients] */
	struct strv client_ranges; /* addresses and prefixes, checked */
	struct strv ranges_files;  /* absolute paths; read by rangesfile.h */
	bool use_fail2ban_ignoreip;
	struct strv learn_logs; /* absolute paths */
	unsigned learn_days;
	/* [fail2ban]; NULL: ask the running fail2ban, else the distribution's */
	char *fail2ban_database;
	char *fail2ban_socket;
	char *fail2ban_pidfile;
	/* [check] */
	struct strv check_skip;     /* names of checks */
	struct strv check_services; /* that a zone of mail is to have; empty: the usual ones */
	/* [report]; NULL: none, root, SENDMAIL_DEFAULT_PATH */
	char *mail_to;
	char *mail_from;
	bool report_quiet;
	char *sendmail;
	/* [store]; NULL: guard.db in the state directory */
	char *store_path;
	/* "FILE:LINE" of each key that a file has, NULL of the others; NULL: no file has any */
	char **origins;
};
#define CONFIG_NULL      ((struct config){0})
#define _cleanup_config_ _cleanup_(config_deinit)

/* One key, as people are told about it; --check-config and the example print the table of them. */
struct config_option {
	const char *section;
	const char *key;
	const char *standard; /* the default, as it would be written; "": see help */
	const char *example;  /* NULL: the default */
	const char *unit;     /* NULL: none */
	const char *help;
};

/* Words that others own, for the lists that are made of them; NULL: any name is taken. */
struct config_known {
	const char *const *checks;
	size_t n_checks;
};

enum {
	CONFIG_E_INVALID = 1, /* the file or something in it is refused; err says where and why */
};

void config_init(struct config *config);
void config_deinit(struct config *config);
int config_load(struct config *out, const char *path, bool required,
                const struct config_known *known, struct err *err) _must_check_;
int config_load_anyway(struct config *out, const char *path, bool required,
                       const struct config_known *known, struct strv *mistakes,
                       struct err *err) _must_check_;
int config_parse(struct config *out, const char *name, const char *text, size_t length,
                 const struct config_known *known, struct err *err) _must_check_;
size_t config_n_options(void);
const struct config_option *config_option(size_t index);
bool config_is_list(size_t index);
const char *config_origin(const struct config *config, size_t index);
int config_format(char **out, const struct config *config, size_t index) _must_check_;

#endif
