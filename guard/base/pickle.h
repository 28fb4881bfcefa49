/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pickle - Python's pickle format, protocol 2 to 5, read as data
 *
 * What fail2ban answers with. Nothing is ever built, imported or called: what a
 * program would make of it is opaque here, but for str(x), which is x. Every
 * opcode that is not on the list is an error. The stack, the nesting and the
 * number of values are bounded, and strings stay where they are in the input.
 *
 * Values may hold each other in a circle (a list can be put into itself). Who
 * reads them goes down to the depth that the answer is known to have, never
 * until there is nothing left.
 *
 * Questions are written in protocol 0, which is ASCII.
 */
#ifndef GUARD_BASE_PICKLE_H
#define GUARD_BASE_PICKLE_H

#include "guard/base/err.h"

enum pickle_type {
	PICKLE_NONE,
	PICKLE_BOOL,
	PICKLE_INT,
	PICKLE_STRING,
	PICKLE_LIST, /* and sets */
	PICKLE_TUPLE,
	PICKLE_DICT,   /* key, value, key, value… */
	PICKLE_OPAQUE, /* numbers too large, floats, bytes, objects, functions */
};

enum {
	PICKLE_E_MALFORMED = 1, /* not a pickle, beyond the bounds, or with an unknown opcode */
	PICKLE_E_TRUNCATED,     /* so far a good one, but it goes on */
};

#define PICKLE_STACK_MAX  8192    /* Python writes lists in batches of 1,000 */
#define PICKLE_MARKS_MAX  64      /* nesting */
#define PICKLE_VALUES_MAX 2000000 /* and of what is remembered */

struct pickle_value;
struct pickle_cell;

struct pickle {
	struct pickle_value *values; /* owned */
	size_t n_values, values_capacity;
	struct pickle_cell *cells; /* owned; what lists hold */
	size_t n_cells, cells_capacity;
	size_t root;
};
#define PICKLE_NULL      ((struct pickle){0})
#define _cleanup_pickle_ _cleanup_(pickle_deinit)

/* Goes through a list, tuple or dict: pickle_iterate(), then pickle_next() until it says no. */
struct pickle_iterator {
	const struct pickle *pickle;
	size_t cell;
};

int pickle_parse(struct pickle *out, const void *data, size_t length, struct err *err) _must_check_;
void pickle_deinit(struct pickle *pickle);
size_t pickle_root(const struct pickle *pickle);
enum pickle_type pickle_type(const struct pickle *pickle, size_t value);
bool pickle_int(const struct pickle *pickle, size_t value, int64_t *out);
const char *pickle_string(const struct pickle *pickle, size_t value, size_t *length);
int pickle_string_new(char **out, const struct pickle *pickle, size_t value) _must_check_;
size_t pickle_count(const struct pickle *pickle, size_t value);
struct pickle_iterator pickle_iterate(const struct pickle *pickle, size_t value);
bool pickle_next(struct pickle_iterator *iterator, size_t *value);

int pickle_write_strings(char **out, const char *const *strings, size_t n) _must_check_;

#endif
