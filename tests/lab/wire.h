/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire - what a client on the other end of the cable sees
 *
 * Shared by connect and probe. A rejected port answers EHOSTUNREACH, a closed
 * one ECONNREFUSED; to a client both are "refused".
 */
#ifndef TESTS_LAB_WIRE_H
#define TESTS_LAB_WIRE_H

#include <stdint.h>

enum wire_result {
	WIRE_OPEN,
	WIRE_REFUSED,
	WIRE_TIMEOUT,
	WIRE_PENDING,
};

int64_t wire_now_us(void);
const char *wire_name(enum wire_result result);
int wire_start(int *fd_out, enum wire_result *result, const char *address, int port,
               const char *source);
enum wire_result wire_finish(int fd);

#endif
