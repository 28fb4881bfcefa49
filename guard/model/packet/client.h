/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client - what the client sees of it
 */
#ifndef GUARD_MODEL_PACKET_CLIENT_H
#define GUARD_MODEL_PACKET_CLIENT_H

#include "guard/model/packet/verdict.h"

int client_errno(const struct packet *packet, const struct verdict_step *step);
const char *client_words(int error);

#endif
