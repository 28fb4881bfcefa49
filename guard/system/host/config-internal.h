/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config-internal - the keys (config.c) for whoever reads the file (config-file.c) */
#ifndef GUARD_SYSTEM_HOST_CONFIG_INTERNAL_H
#define GUARD_SYSTEM_HOST_CONFIG_INTERNAL_H

#include "guard/base/err.h"
#include "guard/system/host/config.h"

/* What the store calls its file, whatever folder it is in. */
#define CONFIG_STORE_FILE "guard.db"

size_t config_find(const char *section, const char *key);
int config_set(struct config *config, size_t index, const struct config_known *known,
               const char *text, struct err *err) _must_check_;
void config_empty(struct config *config, size_t index);
int config_set_origin(struct config *config, size_t index, const char *file,
                      unsigned line) _must_check_;

#endif
