/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jobwatch - what systemd does to firewalld and fail2ban
 *
 * Asks systemd to tell of its jobs and picks out those of the two units, on the
 * main connection. A job's type is asked for at once, and the systemctl behind
 * it looked for, since root's systemctl is not seen on the bus. Where there is no
 * systemd there is no evidence.
 *
 * Evidence is told when the job is heard of, and again, with the same serial,
 * when its type is known.
 */
#ifndef GUARD_SYSTEM_HOST_JOBWATCH_H
#define GUARD_SYSTEM_HOST_JOBWATCH_H

#include "guard/model/cause.h"
#include "guard/system/host/bus.h"

struct jobwatch;

struct jobwatch_options {
	struct bus *bus;  /* borrowed, must outlive the watch */
	const char *proc; /* NULL: /proc; tests have their own */
	void (*on_evidence)(const struct cause_evidence *evidence, void *userdata);
	uint64_t (*next_serial)(void *userdata);
	void *userdata;
};

int jobwatch_new(struct jobwatch **out, const struct jobwatch_options *options) _must_check_;
void jobwatch_free(struct jobwatch *watch); /* before its bus */
bool jobwatch_is_told(const struct jobwatch *watch);

#endif
