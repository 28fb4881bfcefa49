/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * picture - everything that a question is about, read once
 *
 * A question says which parts it needs; picture_read() reads them and nothing else, each once,
 * and in an order in which they fit together. What could not be read is not empty (law 2):
 * each part is known, or has the reason why not. Whoever judges reads nothing: a picture is a
 * plain value, which a test fills by hand.
 */
#ifndef GUARD_AUDIT_PICTURE_H
#define GUARD_AUDIT_PICTURE_H

#include <net/if.h>

#include "guard/audit/heard.h"
#include "guard/model/ban/actionlog.h"
#include "guard/model/mail/services.h"
#include "guard/model/packet/absent.h"
#include "guard/model/ban/banplace.h"
#include "guard/model/packet/verdict.h"
#include "guard/restore/clientranges.h"
#include "guard/restore/missing.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/firewalld/firewalld-session.h"
#include "guard/system/host/selinux.h"
#include "guard/system/kernel/listeners.h"
#include "guard/system/kernel/route.h"

/* The parts, for questions and answers. */
enum {
	PICTURE_FIREWALLD = 1 << 0, /* what it holds: runtime, permanent, what is missing */
	PICTURE_SETTINGS = 1 << 1,  /* of firewalld.conf, as firewalld read it */
	PICTURE_FILES = 1 << 2,     /* the administrator's files of zones */
	PICTURE_RULES = 1 << 3,     /* all that firewalld decides by, with what services are */
	PICTURE_TABLES =
	    1 << 4, /* the kernel's: those of others, and whether firewalld's are there */
	PICTURE_LINKS = 1 << 5,    /* interfaces and addresses of this machine */
	PICTURE_SOCKETS = 1 << 6,  /* who listens, and who is connected */
	PICTURE_FAIL2BAN = 1 << 7, /* its jails and tickets */
	PICTURE_STORE = 1 << 8,    /* what is on record */
	PICTURE_DAMAGE = 1 << 9,   /* whether the store is sound */
	PICTURE_CLIENTS = 1 << 10, /* where legitimate clients come from */
	PICTURE_HOST = 1 << 11, /* the guard as a service, its disk, which mail servers there are */
	PICTURE_N_PARTS = 12,
	PICTURE_ALL = (1 << PICTURE_N_PARTS) - 1,
};

/* All borrowed. */
struct picture_question {
	unsigned parts;
	const struct config *config;
	const char *config_path; /* NULL: the default */
	const char *state_dir;
	const char *spool_dir;
	struct firewalld_session *session; /* one that is open; NULL: a session of its own */
	int64_t now_us;
	int silence_ms; /* how long firewalld may answer nothing; 0: FIREWALLD_SESSION_MS */
	/* When all that do not answer have been waited for, clock_monotonic_ms(); 0: none. */
	int64_t deadline_ms;
	bool settled; /* what is shut by a reload is looked at when that has ended */
};

/* An address of this machine that others can have an answer from. */
struct picture_address {
	char interface[IF_NAMESIZE];
	struct cidr cidr;
};

/* A network that this machine reaches without a gateway. */
struct picture_network {
	char interface[IF_NAMESIZE];
	struct cidr cidr;
};

/* Files of ours that a person's own hand may have made, as reload_guard.fc labels them. */
#define PICTURE_N_LABELS 3
extern const struct selinux_label picture_labels[PICTURE_N_LABELS];

struct picture_file {
	char *zone;   /* owned */
	char *broken; /* owned; why firewalld will refuse it */
	bool old;     /* the file before is there, too */
};

struct picture {
	const struct config *config; /* borrowed, as the next three */
	const char *config_path;
	const char *state_dir;
	const char *spool_dir;
	int64_t now_us;
	unsigned asked; /* parts that somebody wants to know of */
	unsigned known; /* those of them that were read */
	struct err why[PICTURE_N_PARTS];
	int result; /* of asking firewalld: a FIREWALLD_E_* or negative errno; 0: it answers */

	/* firewalld */
	int64_t
	    gone_us; /* as the watcher has it on record; 0: it has not, or firewalld came back */
	bool open;   /* firewalld is gone, and nothing of it is in the kernel */
	char *gone;  /* owned; how it went then, in words */
	int64_t silent_since_us; /* as the watcher has it on record; 0: it has not, or it answers */
	enum firewall_state state;
	struct firewall firewall; /* with the ends and marks that are on record */
	struct missing missing;
	unsigned n_skipped;         /* entries that the model does not understand; left out */
	char skipped[256];          /* the first of them */
	char *backend;              /* owned; FirewallBackend; NULL: not known */
	char *flush_all;            /* owned; FlushAllOnReload; NULL: not known */
	char *file_default_zone;    /* owned; DefaultZone of firewalld.conf; NULL: not known */
	struct picture_file *files; /* those that are broken */
	size_t n_files, files_capacity;
	bool passes_over_files; /* it loads the others, and does not fail */
	char *refused; /* owned; what else firewalld says is wrong with its files; NULL: nothing */
	/* Also of a firewalld that is not RUNNING; then it is not known. Of one that does not
	 * answer it is remembered from the last snapshot, with the kernel's as they are; without
	 * one it is bare. */
	struct ruleset ruleset;
	struct absent
	    absent; /* what of it the kernel has no rule for, each time it was looked at */
	struct foreign
	    foreign;       /* what others have in iptables' tables; where the kernel's are known */
	char *own_trouble; /* owned; why the addresses of forward ports are not known */

	/* this machine */
	struct strv interfaces; /* without loopback */
	struct picture_address *addresses;
	size_t n_addresses, addresses_capacity;
	struct picture_network *networks; /* each once, by cidr_cmp() */
	size_t n_networks, networks_capacity;
	char client_interface[IF_NAMESIZE]; /* that most clients come in on; "": nobody can tell */
	struct listeners listeners;         /* with the names of processes */
	struct listeners_peers peers;       /* who is connected; where these are known */
	/* On which interface packets of an address come in; false: not known. May be NULL. */
	bool (*way)(const struct cidr *address, struct packet *packet, void *userdata);
	void *way_userdata;
	struct route route; /* of the address that was asked about last */
	struct strv units;  /* of systemd, those of mail servers that are installed */
	bool mail_log;      /* servers of mail write into a file */

	/* fail2ban; one that was ended in order holds no ticket, which is known */
	enum fail2ban_state fail2ban;
	bool fail2ban_installed; /* or was once: there is a database */
	struct tickets tickets;
	struct banplaces places; /* where jails keep bans outside of firewalld; read before these */
	bool places_known;
	struct actionlog actionlog; /* which actions fail; nothing, where its log is not read */
	char *actionlog_why;     /* owned; why it is not; NULL: it is, or it is not known where */
	struct banshapes shapes; /* what they look like in firewalld, as far as it was seen */
	struct heard heard;      /* what the hook told of them; where the store is known, too */

	/* the guard */
	struct watcher_state watcher;
	bool store_absent;  /* not known, for there is none yet */
	bool store_blocked; /* not known, for what has its name is no file of its own */
	bool store_denied;  /* not known, for whoever asks is not root */
	int store_result;   /* STORE_E_*, negative errno; 0: it can be used */
	bool has_wipe;
	struct store_wipe_info wipe; /* the last one */
	/* Bans that it took, each once however many rules it has, and what became of them. */
	struct {
		bool known;
		size_t n, n_open, n_by[STORE_STEP_N];
	} wipe_bans;
	bool wipe_open;              /* is being dealt with right now */
	int64_t unwiped_us;          /* see mismatch.h */
	struct store_timeds timeds;  /* what is no item, and firewalld ends by itself */
	struct store_trusts trusts;  /* whom a person trusts for a while */
	struct foreign foreign_lost; /* what firewalld took from others; some may be back */
	struct firewall last;        /* the last snapshot */
	int64_t last_us;             /* when firewalld was seen so; 0: there is none */
	char *damage;                /* owned; what is wrong inside of the store; NULL: nothing */
	struct clientranges clients;
	bool store_fixed;       /* its file system is mounted read-only */
	int64_t free_mib;       /* of the store's disk; -1: not known, or there is no folder */
	int64_t setup_until_us; /* what `setup` did is undone then; 0: by nobody; -1: none waits */
	bool systemd, unit_masked, unit_installed, unit_wanted;
	bool netavark_installed, netavark_wanted; /* the service that hears of reloads for Podman */
	struct strv rivals; /* units that a boot starts, and firewalld cannot run beside */
	bool selinux;       /* it is enforced */
	char program[256];  /* this one's path; "": not known */
	char program_type[SELINUX_TYPE_SIZE]; /* as SELinux sees it; "": it has no label */
	struct strv mislabelled;              /* files of ours that the module would not label so */
	bool dnf;                             /* packages are RPMs, and come by it */
};
#define PICTURE_NULL      ((struct picture){.unwiped_us = -1, .setup_until_us = -1, .free_mib = -1})
#define _cleanup_picture_ _cleanup_(picture_deinit)

/* What became of the bans that the last wipe took; of very many their rules are counted. */
struct picture_bans {
	size_t n, restored, by_fail2ban, ended, left_out, failed, open;
	bool rules;
};

int picture_read(struct picture *out, const struct picture_question *question) _must_check_;
void picture_deinit(struct picture *picture);
bool picture_knows(const struct picture *picture, unsigned parts);
bool picture_is_whole(const struct picture *picture);
const char *picture_why(const struct picture *picture, unsigned part);
const char *picture_part_name(unsigned part);
const char *picture_unreached_words(const struct picture *picture);
const char *picture_kernel_words(const struct picture *picture);
bool picture_is_unseen(const struct picture *picture, const struct jail *jail,
                       const struct jail_action *action);
enum jail_fate picture_action_fate(const struct picture *picture, const struct jail *jail,
                                   const struct jail_action *action);
enum jail_fate picture_jail_fate(const struct picture *picture, const struct jail *jail);
enum jail_fate picture_iptables_fate(const struct picture *picture);
bool picture_uses_iptables(const struct picture *picture);
bool picture_is_for_root(const struct picture *picture);
bool picture_restores(const struct picture *picture);
const char *picture_why_shut(const struct picture *picture, const struct service *service);
bool picture_restores_bans(const struct picture *picture);
bool picture_is_flushed(const struct picture *picture);
bool picture_knows_tickets(const struct picture *picture);
bool picture_stands_in(const struct picture *picture);
const struct cidr *picture_local(const struct picture *picture, const char *interface,
                                 enum cidr_family family);
struct picture_bans picture_wipe_bans(const struct picture *picture);
const char *picture_default_after(const struct picture *picture);
bool picture_stranger(struct cidr *out, enum cidr_family family, size_t index);
int picture_gets_packets(const struct picture *picture, const struct firewall *fw,
                         const char *zone) _must_check_;

#endif
