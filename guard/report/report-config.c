// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report.h"

#include <errno.h>
#include <string.h>

#include "guard/report/report-internal.h"

/* --- what it comes to -------------------------------------------------------------------- */

/* Takes @value over. */
static int put(json_t *sections, const struct config_option *option, json_t *value)
{
	if (!json_object_get(sections, option->section) &&
	    json_object_set_new(sections, option->section, json_object()) < 0) {
		json_decref(value);
		return -ENOMEM;
	}
	return json_object_set_new(json_object_get(sections, option->section), option->key, value);
}

static int put_value(json_t *values, json_t *origins, const struct config *config, size_t index)
{
	const struct config_option *option = config_option(index);
	_cleanup_free_ char *text = NULL;

	if (config_format(&text, config, index) < 0 ||
	    put(values, option, report_json_text(text)) < 0 ||
	    put(origins, option, report_json_text(config_origin(config, index))) < 0)
		return -ENOMEM;
	return 0;
}

static json_t *config_json(const struct config *config, const char *path)
{
	json_t *values = json_object(), *origins = json_object();

	for (size_t i = 0; i < config_n_options(); i++) {
		if (put_value(values, origins, config, i) < 0) {
			json_decref(values);
			json_decref(origins);
			return NULL;
		}
	}
	return json_pack("{s:b, s:o, s:o, s:o}", "ok", 1, "file", report_json_text(path), "values",
	                 values, "origins", origins);
}

/*
 * An empty value stands for the default, which may be words alone: the end of its key's help,
 * less the full stop.
 */
static void put_value_line(const struct report *report, const struct config_option *option,
                           const char *value, const char *origin)
{
	static const char before[] = "Default: ";
	const char *words = strstr(option->help, before);

	if (!origin)
		origin = "default";
	if (value[0] == '\0')
		value = option->standard;
	if (value[0])
		report_line(report, REPORT_PLAIN, "%s = %s ; %s", option->key, value, origin);
	else if (!words)
		report_line(report, REPORT_PLAIN, "#%s = (none) ; %s", option->key, origin);
	else
		report_line(report, REPORT_PLAIN, "#%s = (%.*s) ; %s", option->key,
		            (int)strlen(words + sizeof(before)), words + strlen(before), origin);
}

/**
 * report_config() - what a configuration comes to, as a file that says so, and who says it
 * @path: where it was read
 *
 * Return: 0 or -ENOMEM.
 */
int report_config(const struct report *report, const struct config *config, const char *path)
{
	const char *section = "";

	if (report->json)
		return report_put_document(report, config_json(config, path));
	report_line(report, REPORT_GOOD, "# %s is valid. All its values, defaults included:", path);
	for (size_t i = 0; i < config_n_options(); i++) {
		const struct config_option *option = config_option(i);
		_cleanup_free_ char *text = NULL;

		if (config_format(&text, config, i) < 0)
			return -ENOMEM;
		if (strcmp(section, option->section) != 0)
			report_line(report, REPORT_PLAIN, "[%s]", option->section);
		section = option->section;
		put_value_line(report, option, text, config_origin(config, i));
	}
	return 0;
}

/* --- the example ------------------------------------------------------------------------- */

#define COMMENT_WIDTH 80

/* In lines that begin with "# ", broken at blanks. */
static void print_comment(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t length = strcspn(text, " ");

		if (column > 0 && column + 1 + length > COMMENT_WIDTH) {
			fputs("\n", out);
			column = 0;
		}
		column +=
		    (size_t)fprintf(out, "%s%.*s", column == 0 ? "# " : " ", (int)length, text);
		text += length + (text[length] == ' ');
	}
	fputs("\n", out);
}

/** report_config_example() - each key with its help, commented out: what is installed as example */
void report_config_example(FILE *out)
{
	const char *section = "";

	fputs(
	    "# SPDX-License-Identifier: GPL-2.0-or-later\n"
	    "# reload-guard.conf: what reload-guard guards, and how. See reload-guard.conf(5).\n"
	    "#\n"
	    "# Every key may be left out; where it has a default, it stands here, commented out.\n"
	    "# An unknown section, key or value is an error: look before you rely on it with\n"
	    "#   reload-guard --check-config\n"
	    "# A running guard reads the file again on: systemctl reload reload-guard\n",
	    out);
	for (size_t i = 0; i < config_n_options(); i++) {
		const struct config_option *option = config_option(i);

		if (strcmp(section, option->section) != 0)
			fprintf(out, "\n[%s]\n", option->section);
		section = option->section;
		fputs("\n", out);
		print_comment(out, option->help);
		fprintf(out, "#%s = %s\n", option->key,
		        option->example ? option->example : option->standard);
	}
}
