// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/pickle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/base/text.h"

#define PROTOCOL_MAX 5
#define NAME_MAX_LEN 255
#define STRING_MAX   65536 /* that we write */
#define NO_CELL      SIZE_MAX

/* Named as in Python's pickletools. */
enum opcode {
	OP_MARK = '(',
	OP_STOP = '.',
	OP_POP = '0',
	OP_POP_MARK = '1',
	OP_DUP = '2',
	OP_BINFLOAT = 'G',
	OP_BININT = 'J',
	OP_BININT1 = 'K',
	OP_BININT2 = 'M',
	OP_NONE = 'N',
	OP_REDUCE = 'R',
	OP_BINUNICODE = 'X',
	OP_EMPTY_LIST = ']',
	OP_APPEND = 'a',
	OP_BUILD = 'b',
	OP_GLOBAL = 'c',
	OP_DICT = 'd',
	OP_APPENDS = 'e',
	OP_BINGET = 'h',
	OP_LONG_BINGET = 'j',
	OP_LIST = 'l',
	OP_BINPUT = 'q',
	OP_LONG_BINPUT = 'r',
	OP_SETITEM = 's',
	OP_TUPLE = 't',
	OP_EMPTY_TUPLE = ')',
	OP_SETITEMS = 'u',
	OP_EMPTY_DICT = '}',
	OP_BINBYTES = 'B',
	OP_SHORT_BINBYTES = 'C',
	OP_PROTO = 0x80,
	OP_NEWOBJ = 0x81,
	OP_TUPLE1 = 0x85,
	OP_TUPLE2 = 0x86,
	OP_TUPLE3 = 0x87,
	OP_NEWTRUE = 0x88,
	OP_NEWFALSE = 0x89,
	OP_LONG1 = 0x8a,
	OP_LONG4 = 0x8b,
	OP_SHORT_BINUNICODE = 0x8c,
	OP_BINUNICODE8 = 0x8d,
	OP_BINBYTES8 = 0x8e,
	OP_EMPTY_SET = 0x8f,
	OP_ADDITEMS = 0x90,
	OP_FROZENSET = 0x91,
	OP_NEWOBJ_EX = 0x92,
	OP_STACK_GLOBAL = 0x93,
	OP_MEMOIZE = 0x94,
	OP_FRAME = 0x95,
};

struct pickle_value {
	enum pickle_type type;
	bool is_str; /* opaque: the function builtins.str */
	union {
		int64_t number;
		struct {
			const char *text; /* in the input */
			size_t length;
		} string;
		struct {
			size_t first, last, n; /* of its cells */
		} items;
	};
};

struct pickle_cell {
	size_t value, next;
};

struct reader {
	struct pickle *pickle;
	const unsigned char *data;
	size_t length, at;
	size_t stack[PICKLE_STACK_MAX];
	size_t n_stack;
	size_t marks[PICKLE_MARKS_MAX];
	size_t n_marks;
	size_t *memo; /* owned; values */
	size_t n_memo, memo_capacity;
	bool done;
	struct err *err;
};

/* The codes stand by themselves, so that a compiler sees that they are not 0. */
#define malformed(reader, what)                                                                    \
	(err_set((reader)->err, PICKLE_E_MALFORMED, "%s at byte %zu", what, (reader)->at),         \
	 PICKLE_E_MALFORMED)
#define truncated(reader, what)                                                                    \
	(err_set((reader)->err, PICKLE_E_TRUNCATED, "%s, at byte %zu", what, (reader)->length),    \
	 PICKLE_E_TRUNCATED)

/* --- bytes ------------------------------------------------------------------------------- */

static int take(struct reader *reader, size_t n, const unsigned char **out)
{
	if (n > reader->length - reader->at)
		return truncated(reader, "ends in the middle");
	*out = reader->data + reader->at;
	reader->at += n;
	return 0;
}

/* Little endian, up to eight bytes. */
static int take_uint(struct reader *reader, size_t n, uint64_t *out)
{
	const unsigned char *bytes = NULL;
	int r = take(reader, n, &bytes);

	if (r != 0)
		return r;
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out |= (uint64_t)bytes[i] << (8 * i);
	return 0;
}

static int take_counted(struct reader *reader, size_t n_count, const unsigned char **bytes,
                        size_t *length)
{
	uint64_t count;
	int r = take_uint(reader, n_count, &count);

	if (r != 0)
		return r;
	if (count > SIZE_MAX)
		return malformed(reader, "endless string");
	*length = (size_t)count;
	return take(reader, *length, bytes);
}

static int take_line(struct reader *reader, const char **text, size_t *length)
{
	const unsigned char *start = reader->data + reader->at, *end;
	size_t left = reader->length - reader->at;

	end = memchr(start, '\n', left);
	if (!end && left <= NAME_MAX_LEN)
		return truncated(reader, "ends in the middle of a line");
	if (!end || end - start > NAME_MAX_LEN)
		return malformed(reader, "endless line");
	*text = (const char *)start;
	*length = (size_t)(end - start);
	reader->at += *length + 1;
	return 0;
}

/* --- values ------------------------------------------------------------------------------ */

static int push(struct reader *reader, size_t value)
{
	if (reader->n_stack == PICKLE_STACK_MAX)
		return malformed(reader, "too much on the stack");
	reader->stack[reader->n_stack++] = value;
	return 0;
}

static int push_new(struct reader *reader, struct pickle_value value)
{
	struct pickle *pickle = reader->pickle;

	if (pickle->n_values == PICKLE_VALUES_MAX)
		return malformed(reader, "too many values");
	if (grow(&pickle->values, &pickle->values_capacity, pickle->n_values + 1,
	         sizeof(*pickle->values)) < 0)
		return -ENOMEM;
	pickle->values[pickle->n_values] = value;
	return push(reader, pickle->n_values++);
}

static int push_type(struct reader *reader, enum pickle_type type)
{
	struct pickle_value value = {.type = type};

	if (type == PICKLE_LIST || type == PICKLE_TUPLE || type == PICKLE_DICT)
		value.items.first = value.items.last = NO_CELL;
	return push_new(reader, value);
}

static int push_int(struct reader *reader, int64_t number)
{
	return push_new(reader, (struct pickle_value){.type = PICKLE_INT, .number = number});
}

/* What lies under the last mark is not to be reached. */
static size_t reachable(const struct reader *reader)
{
	return reader->n_stack - (reader->n_marks ? reader->marks[reader->n_marks - 1] : 0);
}

static int pop(struct reader *reader, size_t *out)
{
	if (reachable(reader) == 0)
		return malformed(reader, "nothing on the stack");
	*out = reader->stack[--reader->n_stack];
	return 0;
}

static int pop_mark(struct reader *reader, size_t *first)
{
	if (reader->n_marks == 0)
		return malformed(reader, "no mark");
	*first = reader->marks[--reader->n_marks];
	return 0;
}

static int append(struct reader *reader, size_t list, size_t value)
{
	struct pickle *pickle = reader->pickle;
	struct pickle_value *to;

	/* the same value can be put into lists again and again */
	if (pickle->n_cells == PICKLE_VALUES_MAX)
		return malformed(reader, "too many values");
	if (grow(&pickle->cells, &pickle->cells_capacity, pickle->n_cells + 1,
	         sizeof(*pickle->cells)) < 0)
		return -ENOMEM;
	pickle->cells[pickle->n_cells] = (struct pickle_cell){.value = value, .next = NO_CELL};
	to = &pickle->values[list];
	if (to->items.last == NO_CELL)
		to->items.first = pickle->n_cells;
	else
		pickle->cells[to->items.last].next = pickle->n_cells;
	to->items.last = pickle->n_cells++;
	to->items.n++;
	return 0;
}

/* Moves all from @first on the stack into the list, tuple or dict. */
static int append_from(struct reader *reader, size_t list, size_t first)
{
	int r = 0;

	for (size_t i = first; i < reader->n_stack && r == 0; i++)
		r = append(reader, list, reader->stack[i]);
	reader->n_stack = first;
	return r;
}

/* --- opcodes ----------------------------------------------------------------------------- */

static int read_string(struct reader *reader, size_t n_count)
{
	struct pickle_value value = {.type = PICKLE_STRING};
	const unsigned char *bytes = NULL;
	int r = take_counted(reader, n_count, &bytes, &value.string.length);

	value.string.text = (const char *)bytes;
	return r != 0 ? r : push_new(reader, value);
}

static int read_bytes(struct reader *reader, size_t n_count)
{
	const unsigned char *bytes = NULL;
	size_t length;
	int r = take_counted(reader, n_count, &bytes, &length);

	return r != 0 ? r : push_type(reader, PICKLE_OPAQUE);
}

/* Two's complement of any length; what does not fit is a number that nobody sends us. */
static int read_long(struct reader *reader, size_t n_count)
{
	const unsigned char *bytes = NULL;
	uint64_t number;
	size_t length;
	int r = take_counted(reader, n_count, &bytes, &length);

	if (r != 0)
		return r;
	if (length > sizeof(number))
		return push_type(reader, PICKLE_OPAQUE);
	number = length && (bytes[length - 1] & 0x80) ? UINT64_MAX : 0;
	for (size_t i = length; i-- > 0;)
		number = number << 8 | bytes[i];
	return push_int(reader, (int64_t)number);
}

static int read_uint(struct reader *reader, size_t n)
{
	uint64_t number;
	int r = take_uint(reader, n, &number);

	return r != 0 ? r : push_int(reader, (int64_t)number);
}

static int read_int(struct reader *reader)
{
	uint64_t number;
	int r = take_uint(reader, 4, &number);

	return r != 0 ? r : push_int(reader, (int32_t)(uint32_t)number);
}

/* A tuple (or a list, a dict) of what is on the stack from @first on. */
static int gather(struct reader *reader, enum pickle_type type, size_t first)
{
	size_t list;
	int r;

	/* room for the value first, as it may be the stack's last place */
	if (reader->n_stack == PICKLE_STACK_MAX)
		return malformed(reader, "too much on the stack");
	r = push_type(reader, type);
	if (r != 0)
		return r;
	list = reader->stack[--reader->n_stack];
	if (type == PICKLE_DICT && (reader->n_stack - first) % 2)
		return malformed(reader, "a key without a value");
	r = append_from(reader, list, first);
	return r != 0 ? r : push(reader, list);
}

static int gather_n(struct reader *reader, size_t n)
{
	if (reachable(reader) < n)
		return malformed(reader, "nothing on the stack");
	return gather(reader, PICKLE_TUPLE, reader->n_stack - n);
}

static int gather_marked(struct reader *reader, enum pickle_type type)
{
	size_t first = 0;
	int r = pop_mark(reader, &first);

	return r != 0 ? r : gather(reader, type, first);
}

/* The list, below what is to be put into it. */
static int fill(struct reader *reader, enum pickle_type type, size_t first)
{
	size_t below = reader->n_marks ? reader->marks[reader->n_marks - 1] : 0, list;

	if (first <= below)
		return malformed(reader, "nothing to put it into");
	list = reader->stack[first - 1];
	if (reader->pickle->values[list].type == PICKLE_OPAQUE) {
		/* a subclass of list or dict: what is in it is as opaque */
		reader->n_stack = first;
		return 0;
	}
	if (reader->pickle->values[list].type != type)
		return malformed(reader, "put into what cannot hold it");
	if (type == PICKLE_DICT && (reader->n_stack - first) % 2)
		return malformed(reader, "a key without a value");
	return append_from(reader, list, first);
}

static int fill_n(struct reader *reader, enum pickle_type type, size_t n)
{
	if (reachable(reader) < n)
		return malformed(reader, "nothing on the stack");
	return fill(reader, type, reader->n_stack - n);
}

static int fill_marked(struct reader *reader, enum pickle_type type)
{
	size_t first = 0;
	int r = pop_mark(reader, &first);

	return r != 0 ? r : fill(reader, type, first);
}

static bool is_text(const struct reader *reader, size_t value, const char *text)
{
	const struct pickle_value *v = &reader->pickle->values[value];

	return v->type == PICKLE_STRING && v->string.length == strlen(text) &&
	       memcmp(v->string.text, text, v->string.length) == 0;
}

/* Some function or class; none is ever looked up. */
static int read_stack_global(struct reader *reader)
{
	struct pickle_value value = {.type = PICKLE_OPAQUE};
	size_t module, name;
	int r = pop(reader, &name);

	if (r == 0)
		r = pop(reader, &module);
	if (r != 0)
		return r;
	if (reader->pickle->values[module].type != PICKLE_STRING ||
	    reader->pickle->values[name].type != PICKLE_STRING)
		return malformed(reader, "a name that is no string");
	value.is_str = is_text(reader, module, "builtins") && is_text(reader, name, "str");
	return push_new(reader, value);
}

static int read_global(struct reader *reader)
{
	const char *line;
	size_t length;
	int r = take_line(reader, &line, &length);

	if (r == 0)
		r = take_line(reader, &line, &length);
	return r != 0 ? r : push_type(reader, PICKLE_OPAQUE);
}

/* A call, which does not take place: str(x) stands for x, and all else for something opaque. */
static int read_reduce(struct reader *reader)
{
	const struct pickle_value *values;
	size_t arguments, function;
	int r = pop(reader, &arguments);

	if (r == 0)
		r = pop(reader, &function);
	if (r != 0)
		return r;
	values = reader->pickle->values;
	if (values[arguments].type != PICKLE_TUPLE || values[function].type != PICKLE_OPAQUE)
		return malformed(reader, "a call of what is no function");
	if (values[function].is_str && values[arguments].items.n == 1)
		return push(reader, reader->pickle->cells[values[arguments].items.first].value);
	return push_type(reader, PICKLE_OPAQUE);
}

/* An object from @n parts: a class and its arguments. */
static int read_object(struct reader *reader, size_t n)
{
	if (reachable(reader) < n)
		return malformed(reader, "nothing on the stack");
	reader->n_stack -= n;
	return push_type(reader, PICKLE_OPAQUE);
}

/* An object's inner state, which is left out. */
static int read_build(struct reader *reader)
{
	size_t state;
	int r = pop(reader, &state);

	if (r != 0)
		return r;
	if (reachable(reader) == 0 ||
	    reader->pickle->values[reader->stack[reader->n_stack - 1]].type != PICKLE_OPAQUE)
		return malformed(reader, "a state without an object");
	return 0;
}

static int memo_put(struct reader *reader, uint64_t index)
{
	size_t n = reader->n_memo;

	if (reachable(reader) == 0)
		return malformed(reader, "nothing on the stack");
	/* Python numbers them one after the other */
	if (index > n || index >= PICKLE_VALUES_MAX)
		return malformed(reader, "too much to remember");
	if (index == n) {
		if (grow(&reader->memo, &reader->memo_capacity, (size_t)index + 1,
		         sizeof(*reader->memo)) < 0)
			return -ENOMEM;
		reader->n_memo++;
	}
	reader->memo[index] = reader->stack[reader->n_stack - 1];
	return 0;
}

static int read_put(struct reader *reader, size_t n)
{
	uint64_t index;
	int r = take_uint(reader, n, &index);

	return r != 0 ? r : memo_put(reader, index);
}

static int read_get(struct reader *reader, size_t n)
{
	uint64_t index;
	int r = take_uint(reader, n, &index);

	if (r != 0)
		return r;
	if (index >= reader->n_memo)
		return malformed(reader, "nothing remembered under that number");
	return push(reader, reader->memo[index]);
}

static int read_mark(struct reader *reader)
{
	if (reader->n_marks == PICKLE_MARKS_MAX)
		return malformed(reader, "nested too deep");
	reader->marks[reader->n_marks++] = reader->n_stack;
	return 0;
}

static int read_pop(struct reader *reader)
{
	size_t value;

	return pop(reader, &value);
}

static int read_pop_mark(struct reader *reader)
{
	size_t first = 0;
	int r = pop_mark(reader, &first);

	if (r == 0)
		reader->n_stack = first;
	return r;
}

static int read_dup(struct reader *reader)
{
	if (reachable(reader) == 0)
		return malformed(reader, "nothing on the stack");
	return push(reader, reader->stack[reader->n_stack - 1]);
}

static int read_proto(struct reader *reader)
{
	uint64_t protocol;
	int r = take_uint(reader, 1, &protocol);

	if (r == 0 && (reader->at != 2 || protocol > PROTOCOL_MAX))
		return malformed(reader, "unknown protocol");
	return r;
}

/* How many bytes follow, as a help for who reads from a file. */
static int read_frame(struct reader *reader)
{
	uint64_t length;
	int r = take_uint(reader, 8, &length);

	if (r == 0 && length > reader->length - reader->at)
		return truncated(reader, "ends in the middle of a frame");
	return r;
}

static int read_float(struct reader *reader)
{
	const unsigned char *bytes = NULL;
	int r = take(reader, 8, &bytes);

	return r != 0 ? r : push_type(reader, PICKLE_OPAQUE);
}

static int read_bool(struct reader *reader, bool value)
{
	return push_new(reader, (struct pickle_value){.type = PICKLE_BOOL, .number = value});
}

static int read_stop(struct reader *reader)
{
	if (reader->n_stack != 1 || reader->n_marks != 0)
		return malformed(reader, "not one value at its end");
	if (reader->at != reader->length)
		return malformed(reader, "more behind its end");
	reader->done = true;
	return 0;
}

/* Those that put values onto the stack from the input. */
static int read_atom(struct reader *reader, unsigned char opcode)
{
	switch (opcode) {
	case OP_NONE:
		return push_type(reader, PICKLE_NONE);
	case OP_NEWTRUE:
	case OP_NEWFALSE:
		return read_bool(reader, opcode == OP_NEWTRUE);
	case OP_BININT:
		return read_int(reader);
	case OP_BININT1:
		return read_uint(reader, 1);
	case OP_BININT2:
		return read_uint(reader, 2);
	case OP_LONG1:
		return read_long(reader, 1);
	case OP_LONG4:
		return read_long(reader, 4);
	case OP_BINFLOAT:
		return read_float(reader);
	case OP_SHORT_BINUNICODE:
		return read_string(reader, 1);
	case OP_BINUNICODE:
		return read_string(reader, 4);
	case OP_BINUNICODE8:
		return read_string(reader, 8);
	case OP_SHORT_BINBYTES:
		return read_bytes(reader, 1);
	case OP_BINBYTES:
		return read_bytes(reader, 4);
	case OP_BINBYTES8:
		return read_bytes(reader, 8);
	case OP_GLOBAL:
		return read_global(reader);
	default:
		return malformed(reader, "unknown opcode");
	}
}

/* Those that make lists, tuples and dicts, and fill them. */
static int read_collection(struct reader *reader, unsigned char opcode)
{
	switch (opcode) {
	case OP_EMPTY_LIST:
	case OP_EMPTY_SET:
		return push_type(reader, PICKLE_LIST);
	case OP_EMPTY_TUPLE:
		return push_type(reader, PICKLE_TUPLE);
	case OP_EMPTY_DICT:
		return push_type(reader, PICKLE_DICT);
	case OP_LIST:
	case OP_FROZENSET:
		return gather_marked(reader, PICKLE_LIST);
	case OP_TUPLE:
		return gather_marked(reader, PICKLE_TUPLE);
	case OP_DICT:
		return gather_marked(reader, PICKLE_DICT);
	case OP_TUPLE1:
	case OP_TUPLE2:
	case OP_TUPLE3:
		return gather_n(reader, opcode - OP_TUPLE1 + 1u);
	case OP_APPEND:
		return fill_n(reader, PICKLE_LIST, 1);
	case OP_APPENDS:
	case OP_ADDITEMS:
		return fill_marked(reader, PICKLE_LIST);
	case OP_SETITEM:
		return fill_n(reader, PICKLE_DICT, 2);
	case OP_SETITEMS:
		return fill_marked(reader, PICKLE_DICT);
	default:
		return read_atom(reader, opcode);
	}
}

static int read_opcode(struct reader *reader, unsigned char opcode)
{
	switch (opcode) {
	case OP_PROTO:
		return read_proto(reader);
	case OP_FRAME:
		return read_frame(reader);
	case OP_STOP:
		return read_stop(reader);
	case OP_MARK:
		return read_mark(reader);
	case OP_POP:
		return read_pop(reader);
	case OP_POP_MARK:
		return read_pop_mark(reader);
	case OP_DUP:
		return read_dup(reader);
	case OP_MEMOIZE:
		return memo_put(reader, reader->n_memo);
	case OP_BINPUT:
		return read_put(reader, 1);
	case OP_LONG_BINPUT:
		return read_put(reader, 4);
	case OP_BINGET:
		return read_get(reader, 1);
	case OP_LONG_BINGET:
		return read_get(reader, 4);
	case OP_STACK_GLOBAL:
		return read_stack_global(reader);
	case OP_REDUCE:
		return read_reduce(reader);
	case OP_NEWOBJ:
		return read_object(reader, 2);
	case OP_NEWOBJ_EX:
		return read_object(reader, 3);
	case OP_BUILD:
		return read_build(reader);
	default:
		return read_collection(reader, opcode);
	}
}

static int read_all(struct reader *reader)
{
	const unsigned char *opcode = NULL;
	int r = 0;

	while (r == 0 && !reader->done) {
		r = take(reader, 1, &opcode);
		if (r == 0)
			r = read_opcode(reader, *opcode);
	}
	return r;
}

/**
 * pickle_parse() - read a pickle as data
 * @out:  receives the values; untouched on failure; release with pickle_deinit()
 * @data: borrowed, and to be kept as long as @out: its strings lie in there
 *
 * Mirrors the part of CPython's Modules/_pickle.c (load) that its own pickler
 * writes in protocol 2 to 5, without what imports, calls or builds.
 *
 * Return: 0; PICKLE_E_TRUNCATED when more bytes could make it whole;
 * PICKLE_E_MALFORMED; -ENOMEM.
 */
int pickle_parse(struct pickle *out, const void *data, size_t length, struct err *err)
{
	_cleanup_pickle_ struct pickle pickle = PICKLE_NULL;
	_cleanup_free_ struct reader *reader = calloc(1, sizeof(*reader));
	int r;

	if (!reader)
		return -ENOMEM;
	reader->pickle = &pickle;
	reader->data = data;
	reader->length = length;
	reader->err = err;
	r = read_all(reader);
	free(reader->memo);
	if (r != 0)
		return r;
	pickle.root = reader->stack[0];
	*out = pickle;
	pickle = PICKLE_NULL;
	return 0;
}

/** pickle_deinit() - free what pickle_parse() gave */
void pickle_deinit(struct pickle *pickle)
{
	free(pickle->values);
	free(pickle->cells);
	*pickle = PICKLE_NULL;
}

/* --- looking at it ----------------------------------------------------------------------- */

/** pickle_root() - the value that the pickle is of */
size_t pickle_root(const struct pickle *pickle)
{
	return pickle->root;
}

/** pickle_type() - what a value is */
enum pickle_type pickle_type(const struct pickle *pickle, size_t value)
{
	return pickle->values[value].type;
}

/**
 * pickle_int() - a number
 *
 * Return: false, and @out untouched, when it is none.
 */
bool pickle_int(const struct pickle *pickle, size_t value, int64_t *out)
{
	if (pickle->values[value].type != PICKLE_INT)
		return false;
	*out = pickle->values[value].number;
	return true;
}

/**
 * pickle_string() - a string's bytes, which may hold anything
 *
 * Return: borrowed from the input, not terminated; NULL when it is no string.
 */
const char *pickle_string(const struct pickle *pickle, size_t value, size_t *length)
{
	const struct pickle_value *v = &pickle->values[value];

	if (v->type != PICKLE_STRING)
		return NULL;
	*length = v->string.length;
	return v->string.text;
}

/**
 * pickle_string_new() - a string as one of C's
 * @out: receives it; owned by the caller
 *
 * Return: 0; PICKLE_E_MALFORMED when it is no string, has a NUL in it or is not
 * UTF-8; -ENOMEM.
 */
int pickle_string_new(char **out, const struct pickle *pickle, size_t value)
{
	const struct pickle_value *v = &pickle->values[value];

	if (v->type != PICKLE_STRING || memchr(v->string.text, '\0', v->string.length) ||
	    !text_is_utf8(v->string.text, v->string.length))
		return PICKLE_E_MALFORMED;
	*out = strndup(v->string.text, v->string.length);
	return *out ? 0 : -ENOMEM;
}

static bool has_items(const struct pickle_value *value)
{
	return value->type == PICKLE_LIST || value->type == PICKLE_TUPLE ||
	       value->type == PICKLE_DICT;
}

/** pickle_count() - how many values a list, tuple or dict (twice) holds; else 0 */
size_t pickle_count(const struct pickle *pickle, size_t value)
{
	return has_items(&pickle->values[value]) ? pickle->values[value].items.n : 0;
}

/** pickle_iterate() - from its first value; what is no list has none */
struct pickle_iterator pickle_iterate(const struct pickle *pickle, size_t value)
{
	const struct pickle_value *v = &pickle->values[value];

	return (struct pickle_iterator){
	    .pickle = pickle,
	    .cell = has_items(v) ? v->items.first : NO_CELL,
	};
}

/**
 * pickle_next() - the next value
 *
 * Return: false, and @value untouched, when there is none left.
 */
bool pickle_next(struct pickle_iterator *iterator, size_t *value)
{
	const struct pickle_cell *cell;

	if (iterator->cell == NO_CELL)
		return false;
	cell = &iterator->pickle->cells[iterator->cell];
	*value = cell->value;
	iterator->cell = cell->next;
	return true;
}

/* --- writing ----------------------------------------------------------------------------- */

/* Takes one character of valid UTF-8. */
static uint32_t next_character(const unsigned char **text)
{
	const unsigned char *at = *text;
	unsigned more = *at < 0x80 ? 0 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
	uint32_t character = more ? *at & (0x3fu >> more) : *at;

	for (unsigned i = 1; i <= more; i++)
		character = character << 6 | (at[i] & 0x3fu);
	*text = at + more + 1;
	return character;
}

/* Python's raw-unicode-escape, in which a line feed ends the string. */
static char *write_string(char *out, const char *string)
{
	const unsigned char *text = (const unsigned char *)string;

	*out++ = 'V';
	while (*text) {
		uint32_t character = next_character(&text);

		if (character >= 0x20 && character < 0x7f && character != '\\')
			*out++ = (char)character;
		else
			out += sprintf(out, "\\U%08x", character);
	}
	*out++ = '\n';
	return out;
}

/**
 * pickle_write_strings() - a list of strings, as a pickle of protocol 0
 * @out:     receives it; ASCII, owned by the caller
 * @strings: borrowed
 *
 * Return: 0; -EINVAL when one of them is not UTF-8; -ENOMEM.
 */
int pickle_write_strings(char **out, const char *const *strings, size_t n)
{
	size_t size = sizeof("(l.");
	char *text;

	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(strings[i]);

		if (length > STRING_MAX || !text_is_utf8(strings[i], length))
			return -EINVAL;
		size += 2 + 10 * length;
	}
	text = *out = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	*text++ = '(';
	for (size_t i = 0; i < n; i++)
		text = write_string(text, strings[i]);
	strcpy(text, "l.");
	return 0;
}
