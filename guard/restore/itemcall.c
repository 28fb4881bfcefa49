// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/itemcall.h"

/**
 * itemcall_new() - remember a call that is about to be made
 * @item: copied
 *
 * Return: in the list until it is freed; NULL without memory.
 */
struct itemcall *itemcall_new(struct itemcalls *calls, const struct item *item, void *userdata)
{
	struct itemcall *call = calloc(1, sizeof(*call));

	if (!call || item_copy(&call->item, item) < 0) {
		free(call);
		return NULL;
	}
	call->userdata = userdata;
	call->next = calls->first;
	call->link = &calls->first;
	if (call->next)
		call->next->link = &call->next;
	calls->first = call;
	return call;
}

/** itemcalls_find() - the call about this item that is under way; NULL: there is none */
struct itemcall *itemcalls_find(const struct itemcalls *calls, const struct item *item)
{
	struct itemcall *call = calls->first;

	while (call && item_cmp(&call->item, item) != 0)
		call = call->next;
	return call;
}

/** itemcall_free() - it was answered, or never made; NULL is fine */
void itemcall_free(struct itemcall *call)
{
	if (!call)
		return;
	*call->link = call->next;
	if (call->next)
		call->next->link = call->link;
	item_deinit(&call->item);
	free(call);
}

/** itemcalls_deinit() - nobody waits for the answers any more; the calls may still happen */
void itemcalls_deinit(struct itemcalls *calls)
{
	while (calls->first) {
		firewalld_cancel(calls->first->op);
		itemcall_free(calls->first);
	}
}
