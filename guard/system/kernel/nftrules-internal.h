/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftrules-internal - what the readers of nft's JSON share (libnftables-json(5)) */
#ifndef GUARD_SYSTEM_KERNEL_NFTRULES_INTERNAL_H
#define GUARD_SYSTEM_KERNEL_NFTRULES_INTERNAL_H

#include <jansson.h>

#include "guard/system/kernel/nftrules.h"

#define NFTRULES_FIREWALLD "firewalld" /* its table */

struct nftrules_reader {
	struct ruleset *ruleset;
	json_t *objects;             /* all of them, borrowed */
	struct ruleset_chain *chain; /* the one that a rule is for */
	const char *text;            /* the rule's, for a person */
	bool all;                    /* firewalld's own, too */
};

const char *nftrules_string(const json_t *object, const char *key);
bool nftrules_is_firewalld(const json_t *object);

const json_t *nftrules_find_set(const struct nftrules_reader *reader, const json_t *rule,
                                const char *name);
json_t *nftrules_bare(const json_t *element);

/* @command: takes it away; NULL: that of the rule which it is a part of does */
typedef int nftrules_fn(struct nftrules_reader *reader, const json_t *rule, const char *command);
int nftrules_expand(struct nftrules_reader *reader, const json_t *whole,
                    nftrules_fn *fn) _must_check_;

int nftrules_take_expression(const struct nftrules_reader *reader, const json_t *rule,
                             struct ruleset_step *step, const char *key,
                             const json_t *value) _must_check_;
bool nftrules_is_translated(const json_t *left);

int nftrules_take_set(struct ruleset *ruleset, const json_t *set) _must_check_;
int nftrules_take_match(const struct nftrules_reader *reader, const json_t *rule,
                        struct ruleset_step *step, const json_t *expression) _must_check_;
int nftrules_add_name(struct ruleset_step *step, enum ruleset_field field,
                      const char *name) _must_check_;
bool nftrules_port(const json_t *value, unsigned *out);
bool nftrules_is_mark(const json_t *left);
bool nftrules_bits(const json_t *value, uint32_t *bits);

void nftrules_see_own(struct ruleset_kernel *kernel, const json_t *object);
void nftrules_take_policies(struct nftrules_reader *reader);

int nftrules_fill_families(struct ruleset *ruleset) _must_check_;

void nftrules_write(char *out, size_t size, const json_t *rule);

#endif
