// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/selinux.h"

#include "guard/system/host/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

/* A label is "USER:ROLE:TYPE[:LEVEL]"; one with many categories may be long. */
#define LABEL_MAX 4096

/** selinux_enforces() - does it refuse what no rule allows? @folder: SELINUX_FOLDER */
bool selinux_enforces(const char *folder)
{
	char path[256], text[2];

	snprintf(path, sizeof(path), "%s/enforce", folder);
	return file_read(text, sizeof(text), path) == 1 && text[0] == '1';
}

/**
 * selinux_parse_type() - the type in a label
 * @out:   written on success alone
 * @label: @length bytes, with or without a NUL at the end
 *
 * Return: 0; -EINVAL when it is no label.
 */
int selinux_parse_type(char out[SELINUX_TYPE_SIZE], const char *label, size_t length)
{
	const char *end = label + length, *at = label;
	size_t n;

	for (int i = 0; i < 2; i++) {
		at = memchr(at, ':', (size_t)(end - at));
		if (!at)
			return -EINVAL;
		at++;
	}
	for (n = 0; at + n < end && at[n] != ':' && at[n] != '\0'; n++)
		if (!memchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.",
		            at[n], 65))
			return -EINVAL;
	if (n == 0 || n >= SELINUX_TYPE_SIZE)
		return -EINVAL;
	memcpy(out, at, n);
	out[n] = '\0';
	return 0;
}

/**
 * selinux_file_type() - the type that a file is labelled with
 * @out:  written on success alone
 * @path: of a file or folder; where a link leads counts
 *
 * Return: 0; -ENOENT; -ENODATA, -ENOTSUP: it has no label; other negative errno.
 */
int selinux_file_type(char out[SELINUX_TYPE_SIZE], const char *path)
{
	char label[LABEL_MAX];
	ssize_t n = getxattr(path, "security.selinux", label, sizeof(label));

	return n < 0 ? -errno : selinux_parse_type(out, label, (size_t)n);
}

/** selinux_find_mislabelled() - those that are labelled otherwise; Return: 0; -ENOMEM */
int selinux_find_mislabelled(struct strv *out, const struct selinux_label *labels, size_t n)
{
	char type[SELINUX_TYPE_SIZE];
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		if (selinux_file_type(type, labels[i].path) == 0 &&
		    strcmp(type, labels[i].type) != 0)
			r = strv_add(out, labels[i].path);
	return r;
}
