// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "guard/base/fold.h"
#include "guard/base/text.h"
#include "guard/report/report-internal.h"

/* --- the basis --------------------------------------------------------------------------- */

/**
 * report_init() - where and how to write
 * @out:  borrowed
 * @zone: borrowed; for times in text
 *
 * Without colours, and with lines as long as they are: how wide the terminal is, if there is
 * one, is for the caller to say.
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

/** report_line() - one line of text, escaped; folded where it is longer than the terminal's */
void report_line(const struct report *report, enum report_color color, const char *format, ...)
{
	char raw[REPORT_TEXT_MAX], text[REPORT_TEXT_MAX];
	_cleanup_free_ char *folded = NULL;
	va_list args;

	if (report->quiet)
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	text_escape(text, sizeof(text), raw);
	/* a long line is better than none */
	fprintf(report->out, "%s%s%s\n", color_on(report, color),
	        fold_text(&folded, text, report->columns, fold_hang(text)) == 0 ? folded : text,
	        color_off(report, color));
}

/**
 * report_command() - a command, on a line of its own, to be pasted, so never folded
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

/* A column is left out before another is folded to less than this. */
#define FOLDED_MIN 30

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

/* What a table comes to on this terminal. */
struct layout {
	size_t widths[REPORT_COLUMNS_MAX]; /* 0: the column is left out */
	bool left_out;
};

static size_t total_width(const struct layout *layout, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		if (layout->widths[i])
			total += layout->widths[i] + (total ? 2 : 0);
	return total;
}

/* The widest column that has words to fold gives way, a bit at a time. */
static void make_narrow(struct layout *layout, const size_t *least, size_t n, size_t columns)
{
	while (total_width(layout, n) > columns) {
		size_t widest = n;

		for (size_t i = 0; i < n; i++)
			if (layout->widths[i] > least[i] &&
			    (widest == n || layout->widths[i] > layout->widths[widest]))
				widest = i;
		if (widest == n)
			return;
		layout->widths[widest]--;
	}
}

static size_t max_of(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Columns that may be left out go before the words of one would stand in too many lines. */
static struct layout lay_out(const struct report *report, const struct report_table *table)
{
	size_t n = table->n_columns, least[REPORT_COLUMNS_MAX] = {0};
	struct layout layout = {{0}, false}, most;

	for (size_t i = 0; i < table->n; i++) {
		const char *text = table->cells[i].text;

		layout.widths[i % n] = max_of(layout.widths[i % n], text_width(text));
		least[i % n] = max_of(least[i % n], fold_longest_word(text));
	}
	if (report->columns == 0)
		return layout;
	for (size_t i = 0;; i++) {
		most = layout;
		for (size_t k = 0; k < n; k++)
			if (most.widths[k] > FOLDED_MIN)
				most.widths[k] = max_of(FOLDED_MIN, least[k]);
		if (i == table->n_spare || total_width(&most, n) <= report->columns)
			break;
		layout.widths[table->spare[i]] = 0;
		layout.left_out = true;
	}
	make_narrow(&layout, least, n, report->columns);
	return layout;
}

static void print_piece(const struct report *report, const struct report_cell *cell, size_t length)
{
	fprintf(report->out, "%s%.*s%s", color_on(report, cell->color), (int)length, cell->text,
	        color_off(report, cell->color));
}

/* One line of a row, and the cells are moved to what is left of them. Return: is anything? */
static bool print_row_line(const struct report *report, const struct layout *layout,
                           struct report_cell *row, size_t n)
{
	bool more = false;
	size_t blanks = 0;

	for (size_t i = 0; i < n; i++) {
		size_t width = layout->widths[i], length = fold_line(row[i].text, width), shown;
		char *rest = row[i].text + length;

		if (width == 0)
			continue;
		/* no blanks at the ends of lines: they come with what follows them */
		if (length > 0) {
			fprintf(report->out, "%*s", (int)blanks, "");
			print_piece(report, &row[i], length);
			blanks = 0;
		}
		shown = text_width(row[i].text) - text_width(rest);
		blanks += (shown < width ? width - shown : 0) + 2;
		row[i].text = rest + strspn(rest, " ");
		more |= *row[i].text != '\0';
	}
	fputc('\n', report->out);
	return more;
}

static void print_row(const struct report *report, const struct layout *layout,
                      const struct report_cell *cells, size_t n)
{
	struct report_cell row[REPORT_COLUMNS_MAX]; /* borrowed */

	memcpy(row, cells, n * sizeof(*row));
	for (bool more = true; more;)
		more = print_row_line(report, layout, row, n);
}

/** report_table_spare() - a column that may be left out where there is no room; the first one goes
 * first */
void report_table_spare(struct report_table *table, size_t column)
{
	table->spare[table->n_spare++] = column;
}

/** report_table_print() - all of it; Return: 0 or -ENOMEM */
int report_table_print(const struct report *report, const struct report_table *table)
{
	struct layout layout;
	size_t n = table->n_columns;

	if (table->failed)
		return -ENOMEM;
	if (report->quiet)
		return 0;
	layout = lay_out(report, table);
	/* The headings first; then the rows, which may be wanted the other way round. */
	for (size_t i = 0; i < table->n / n; i++) {
		size_t row = i > 0 && table->reversed ? table->n / n - i : i;

		print_row(report, &layout, &table->cells[row * n], n);
	}
	if (layout.left_out)
		report_line(report, REPORT_DIM, "(some columns are left out: --wide shows them)");
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
