// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "guard/base/text.h"
#include "guard/report/report-internal.h"

/* --- the basis --------------------------------------------------------------------------- */

/**
 * report_init() - where and how to write
 * @out:  borrowed
 * @zone: borrowed; for times in text
 *
 * Without colours: whether there is a terminal is for the caller to say.
 */
void report_init(struct report *report, FILE *out, bool json, const struct timespec_zone *zone)
{
	*report = (struct report){.out = out, .json = json, .zone = zone};
}

static const char *color_on(const struct report *report, enum report_color color)
{
	static const char *const codes[REPORT_N_COLORS] = {
	    [REPORT_PLAIN] = "",       [REPORT_GOOD] = "\x1b[32m", [REPORT_WARN] = "\x1b[33m",
	    [REPORT_BAD] = "\x1b[31m", [REPORT_DIM] = "\x1b[2m",
	};

	return report->color ? codes[color] : "";
}

static const char *color_off(const struct report *report, enum report_color color)
{
	return report->color && color != REPORT_PLAIN ? "\x1b[0m" : "";
}

/** report_line() - one line of text, escaped */
void report_line(const struct report *report, enum report_color color, const char *format, ...)
{
	char raw[REPORT_TEXT_MAX], text[REPORT_TEXT_MAX];
	va_list args;

	if (report->quiet)
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	text_escape(text, sizeof(text), raw);
	fprintf(report->out, "%s%s%s\n", color_on(report, color), text, color_off(report, color));
}

/**
 * report_command() - a command, on a line of its own, to be pasted
 * @before:  static
 * @command: as shell.h writes it; what a terminal might obey is escaped in it nevertheless
 */
void report_command(const struct report *report, enum report_color color, const char *before,
                    const char *command)
{
	_cleanup_free_ char *marked = NULL, *text = NULL;

	if (report->quiet || xasprintf(&marked, TEXT_COMMAND, command) < 0 ||
	    text_escape_new(&text, marked) < 0)
		return;
	fprintf(report->out, "%s%s%s%s\n", color_on(report, color), before, text,
	        color_off(report, color));
}

/* --- columns ----------------------------------------------------------------------------- */

/** report_table_init() - a table with these headings, at most REPORT_COLUMNS_MAX */
void report_table_init(struct report_table *table, const char *const *headings, size_t n)
{
	*table = (struct report_table){.n_columns = n};
	for (size_t i = 0; i < n; i++)
		report_table_cell(table, REPORT_DIM, "%s", headings[i]);
}

/** report_table_deinit() - free it; may be called twice */
void report_table_deinit(struct report_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		free(table->cells[i].text);
	free(table->cells);
	*table = (struct report_table){0};
}

/** report_table_cell() - the next cell of the row; a failure is kept for report_table_print() */
void report_table_cell(struct report_table *table, enum report_color color, const char *format, ...)
{
	char raw[REPORT_TEXT_MAX];
	struct report_cell cell = {.color = color};
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	if (grow(&table->cells, &table->capacity, table->n + 1, sizeof(cell)) < 0 ||
	    text_escape_new(&cell.text, raw) < 0) {
		table->failed = true;
		return;
	}
	table->cells[table->n++] = cell;
}

/** report_table_n_rows() - without the headings */
size_t report_table_n_rows(const struct report_table *table)
{
	return table->n_columns && table->n ? table->n / table->n_columns - 1 : 0;
}

static void print_cell(const struct report *report, const struct report_cell *cell, size_t blanks)
{
	fprintf(report->out, "%s%s%s%*s", color_on(report, cell->color), cell->text,
	        color_off(report, cell->color), (int)blanks, "");
}

/* Nothing follows the last cell that holds something: no blanks at the ends of lines. */
static void print_row(const struct report *report, const struct report_cell *row,
                      const size_t *widths, size_t n)
{
	while (n > 0 && row[n - 1].text[0] == '\0')
		n--;
	for (size_t i = 0; i < n; i++)
		print_cell(report, &row[i],
		           i + 1 < n ? widths[i] - text_width(row[i].text) + 2 : 0);
	fputc('\n', report->out);
}

/** report_table_print() - all of it; Return: 0 or -ENOMEM */
int report_table_print(const struct report *report, const struct report_table *table)
{
	size_t widths[REPORT_COLUMNS_MAX] = {0};

	if (table->failed)
		return -ENOMEM;
	if (report->quiet)
		return 0;
	for (size_t i = 0; i < table->n; i++) {
		size_t width = text_width(table->cells[i].text), *column;

		column = &widths[i % table->n_columns];
		if (width > *column)
			*column = width;
	}
	/* The headings first; then the rows, which may be wanted the other way round. */
	for (size_t i = 0; i < table->n / table->n_columns; i++) {
		size_t row = i > 0 && table->reversed ? table->n / table->n_columns - i : i;

		print_row(report, &table->cells[row * table->n_columns], widths, table->n_columns);
	}
	return 0;
}

/* --- JSON -------------------------------------------------------------------------------- */

/**
 * report_json_append() - one more element of an array that is being made
 * @array: NULL for ever once something failed, which is an answer that cannot be given
 * @value: taken over; NULL: there was no memory for it
 *
 * What is NULL stays so in everything that it becomes a part of, and report_put_document() says it.
 */
void report_json_append(json_t **array, json_t *value)
{
	if (*array && value && json_array_append(*array, value) == 0) {
		json_decref(value);
		return;
	}
	json_decref(value);
	json_decref(*array);
	*array = NULL;
}

/** report_json_set() - one more member of an object that is being made; as report_json_append() */
void report_json_set(json_t **object, const char *key, json_t *value)
{
	if (*object && value && json_object_set(*object, key, value) == 0) {
		json_decref(value);
		return;
	}
	json_decref(value);
	json_decref(*object);
	*object = NULL;
}

/**
 * report_json_text() - a string of JSON
 * @text: may be NULL, which gives null
 *
 * Strangers' bytes need not be UTF-8, JSON must be: what is not is escaped as in text.
 */
json_t *report_json_text(const char *text)
{
	_cleanup_free_ char *escaped = NULL;

	if (!text)
		return json_null();
	if (!text_is_utf8(text, strlen(text)))
		return text_escape_new(&escaped, text) < 0 ? NULL : json_string(escaped);
	escaped = strdup(text);
	if (!escaped)
		return NULL;
	text_drop_marks(escaped);
	return json_string(escaped);
}

/**
 * report_json_time() - a time as a string of JSON
 * @us: microseconds since the epoch, UTC; 0: none, which gives null
 */
json_t *report_json_time(int64_t us)
{
	char text[TIMESPEC_TEXT_MAX];

	if (us == 0)
		return json_null();
	timespec_format_iso(us, text);
	return json_string(text);
}

/** report_json_item() - ZONE/KIND:VALUE; NULL: out of memory */
json_t *report_json_item(const struct item *item)
{
	_cleanup_free_ char *text = NULL;

	return item_format(&text, item) < 0 ? NULL : report_json_text(text);
}

/** report_json_strv() - an array of strings; NULL: out of memory */
json_t *report_json_strv(const struct strv *strv)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < strv->n; i++)
		report_json_append(&array, report_json_text(strv->strings[i]));
	return array;
}

/** report_json_id() - of a row of the store; 0: none, which gives null */
json_t *report_json_id(int64_t id)
{
	return id > 0 ? json_integer(id) : json_null();
}

struct sink {
	FILE *stream; /* into memory */
	bool failed;
};

/* jansson does not look at each of the answers that it gets from here. */
static int keep(const char *text, size_t length, void *userdata)
{
	struct sink *sink = userdata;

	sink->failed |= fwrite(text, 1, length, sink->stream) != length;
	return sink->failed ? -1 : 0;
}

/**
 * report_put_document() - write the one document of an answer, or nothing of it
 * @document: released; NULL: memory ran out while it was made
 *
 * Return: 0 or -ENOMEM.
 */
int report_put_document(const struct report *report, json_t *document)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	struct sink sink = {.stream = document ? open_memstream(&text, &length) : NULL};

	/* ASCII: what is a letter to JSON may be a control character to the terminal (U+009B). */
	sink.failed =
	    !sink.stream ||
	    json_dump_callback(document, keep, &sink,
	                       JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII) < 0 ||
	    sink.failed;
	json_decref(document);
	if (sink.stream && fclose(sink.stream) != 0)
		sink.failed = true;
	if (sink.failed)
		return -ENOMEM;
	fprintf(report->out, "%s\n", text);
	return 0;
}
