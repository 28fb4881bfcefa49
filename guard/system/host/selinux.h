/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * selinux - whether SELinux refuses anything on this machine, and as what it sees a file
 *
 * Read from selinuxfs and from the files' own labels, without its libraries. A machine without
 * SELinux enforces nothing.
 */
#ifndef GUARD_SYSTEM_HOST_SELINUX_H
#define GUARD_SYSTEM_HOST_SELINUX_H

#include "guard/base/util.h"

#define SELINUX_FOLDER    "/sys/fs/selinux"
#define SELINUX_TYPE_SIZE 64

/* A file or folder, and how it is to be labelled. */
struct selinux_label {
	const char *path, *type;
};

bool selinux_enforces(const char *folder);
int selinux_parse_type(char out[SELINUX_TYPE_SIZE], const char *label, size_t length) _must_check_;
int selinux_file_type(char out[SELINUX_TYPE_SIZE], const char *path) _must_check_;
int selinux_find_mislabelled(struct strv *out, const struct selinux_label *labels,
                             size_t n) _must_check_;

#endif
