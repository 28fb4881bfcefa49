/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * foreign - rules in iptables' tables, counted by chain
 *
 * A reload of firewalld may empty them, whoever filled them. What it took, and from whom, is
 * told by how many rules each chain had before and has after it; what the rules say nobody
 * needs to know for that.
 */
#ifndef GUARD_MODEL_BAN_FOREIGN_H
#define GUARD_MODEL_BAN_FOREIGN_H

#include "guard/model/ban/owner.h"

struct foreign_chain {
	uint8_t family; /* NFPROTO_IPV4, _IPV6 or _BRIDGE */
	char *table;    /* owned, as the next */
	char *name;
	size_t n;                  /* of its rules */
	const struct owner *owner; /* static, by its name; NULL: not known */
};

struct foreign {
	struct foreign_chain *chains; /* each once */
	size_t n, capacity;
};
#define FOREIGN_NULL      ((struct foreign){0})
#define _cleanup_foreign_ _cleanup_(foreign_deinit)

void foreign_deinit(struct foreign *foreign);
int foreign_add(struct foreign *foreign, uint8_t family, const char *table, const char *name,
                size_t n) _must_check_;
int foreign_missing(struct foreign *out, const struct foreign *before, const struct foreign *now,
                    bool shared) _must_check_;
size_t foreign_count(const struct foreign *foreign, const struct foreign_chain *chain);
bool foreign_has(const struct foreign *foreign, const struct owner *owner);
bool foreign_next(const struct foreign *foreign, size_t *at, const struct owner **owner);
int foreign_list(char **out, const struct foreign *foreign, const struct owner *owner) _must_check_;

#endif
