// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/client.h"

#include <errno.h>

#include "guard/model/rule/reject.h"

/** client_errno() - what its connect() says when that step decides; 0: it connects */
int client_errno(const struct packet *packet, const struct verdict_step *step)
{
	const struct reject *reject;

	if (step->action == VERDICT_ACCEPT)
		return 0;
	if (step->action == VERDICT_DROP)
		return ETIMEDOUT;
	reject = step->reject
	             ? reject_find(packet_is_ipv6(packet) ? CIDR_IPV6 : CIDR_IPV4, step->reject)
	             : NULL;
	return reject ? reject->client_errno : ECONNREFUSED;
}

/** client_words() - what a person at the client reads; static */
const char *client_words(int error)
{
	switch (error) {
	case 0:
		return "connects";
	case ETIMEDOUT:
		return "time-out, nobody answers";
	case ECONNREFUSED:
		return "\"Connection refused\"";
	case EHOSTUNREACH:
		return "\"No route to host\"";
	case ENETUNREACH:
		return "\"Network is unreachable\"";
	case EACCES:
		return "\"Permission denied\"";
	case ENOPROTOOPT:
		return "\"Protocol not available\"";
	default:
		return "an error";
	}
}
