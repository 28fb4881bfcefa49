// SPDX-License-Identifier: GPL-2.0-or-later
/* What a service of firewalld's consists of. */
#include "guard/system/firewalld/firewalld-internal.h"

#include <errno.h>

/**
 * firewalld_service_deinit() - free the lists of a service
 * @service: empty afterwards
 */
void firewalld_service_deinit(struct firewalld_service *service)
{
	strv_deinit(&service->ports);
	strv_deinit(&service->protocols);
	strv_deinit(&service->source_ports);
	strv_deinit(&service->includes);
}

static void on_service(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	_cleanup_(firewalld_service_deinit) struct firewalld_service service = {0};
	firewalld_service_fn fn = op->fn.service;
	void *userdata = op->userdata;

	if (result == 0) {
		int r = firewalld_message_service(reply, &service.ports, &service.protocols,
		                                  &service.source_ports, &service.includes);

		if (r < 0)
			result = r;
		else if (r > 0)
			result =
			    err_set(err, FIREWALLD_E_MALFORMED,
			            "firewalld describes the service %s in an unknown way", tag);
	}
	firewalld_op_free(op);
	fn(result, &service, err, userdata);
}

/**
 * firewalld_service() - ask what a service consists of
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @service: its name
 * @fn: called with 0 and the service, or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_service(struct firewalld *fw, struct firewalld_op **op, const char *service,
                      firewalld_service_fn fn, void *userdata)
{
	struct firewalld_op *new = calloc(1, sizeof(*new));
	int r;

	if (!new)
		return -ENOMEM;
	new->fn.service = fn;
	r = firewalld_op_init(fw, new, userdata);
	if (r == 0)
		r = firewalld_op_call(new,
		                      firewalld_message_call(fw->owner, FIREWALLD_MESSAGE_PATH,
		                                             FIREWALLD_MESSAGE_INTERFACE,
		                                             "getServiceSettings2", service),
		                      service, on_service);
	if (r != 0) {
		firewalld_op_free(new);
		return r;
	}
	if (op)
		*op = new;
	return 0;
}
