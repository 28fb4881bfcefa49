// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the packets of a zone come in, as the sets of the kernel can say it. */
#include "guard/model/ban/gap-internal.h"

#include "guard/base/text.h"
#include "guard/model/packet/dispatch.h"

#include <errno.h>
#include <string.h>

/** gap_place_deinit() - free what it owns */
void gap_place_deinit(struct gap_place *place)
{
	free(place->zone);
	strv_deinit(&place->interfaces);
	rangeset_deinit(&place->own);
	rangeset_deinit(&place->above);
	rangeset_deinit(&place->foreign);
}

/* Of two interfaces one may be written for many: which of them a packet takes is not said here. */
static bool overlaps_any(const struct strv *interfaces, const char *bound)
{
	for (size_t i = 0; i < interfaces->n; i++)
		if (match_interface_name(interfaces->strings[i], bound) ||
		    match_interface_name(bound, interfaces->strings[i]))
			return true;
	return false;
}

static bool is_way_of(const struct dispatch_way *way, const struct gap_place *place)
{
	return strcmp(way->zone->name, place->zone) == 0;
}

/* The ways in front of the last that leads into the zone by its interface, or by default. */
static size_t count_before_interface(const struct dispatch *dispatch, const struct gap_place *place)
{
	size_t n = dispatch->n;

	while (n > 0 && (dispatch->ways[n - 1].by == DISPATCH_BY_SOURCE ||
	                 !is_way_of(&dispatch->ways[n - 1], place)))
		n--;
	return n;
}

/* Sources: of an own one, what interfaces in front of it leave of it, no set can say. */
static int fill_sources(struct gap_place *place, const struct dispatch *dispatch)
{
	size_t n = count_before_interface(dispatch, place);
	bool after_own = false, after_interface = false;
	int r = 0;

	for (size_t i = 0; i < dispatch->n && r >= 0; i++) {
		const struct dispatch_way *way = &dispatch->ways[i];
		bool own = is_way_of(way, place);

		after_interface = after_interface || (!own && way->by != DISPATCH_BY_SOURCE);
		if (way->by != DISPATCH_BY_SOURCE)
			continue;
		if (own)
			r = dispatch_add_sources(after_interface ? &place->foreign : &place->own,
			                         dispatch, way, true);
		else if (!after_own)
			r = dispatch_add_sources(&place->above, dispatch, way, false);
		if (r >= 0 && !own && i < n)
			r = dispatch_add_sources(&place->foreign, dispatch, way, false);
		after_own = after_own || own;
	}
	return r;
}

static int fill_interfaces(struct gap_place *place, const struct dispatch *dispatch)
{
	_cleanup_strv_ struct strv own = STRV_NULL, others = STRV_NULL;
	int r = 0;

	for (size_t i = 0; i < dispatch->n && r >= 0; i++) {
		const struct dispatch_way *way = &dispatch->ways[i];

		if (way->by == DISPATCH_BY_INTERFACE)
			r = strv_add(is_way_of(way, place) ? &own : &others, way->value);
		if (way->by != DISPATCH_BY_DEFAULT || !is_way_of(way, place))
			continue;
		/* what comes behind it gets nothing, and so does it behind a + */
		place->others = !strv_contains(&others, "+");
		if (r >= 0 && place->others)
			r = strv_copy(&place->interfaces, &others);
		return r;
	}
	for (size_t i = 0; i < own.n && r >= 0; i++)
		if (!overlaps_any(&others, own.strings[i]))
			r = strv_add(&place->interfaces, own.strings[i]);
	return r;
}

static int fill_place(struct gap_place *place, const struct firewall *fw)
{
	_cleanup_dispatch_ struct dispatch dispatch = DISPATCH_NULL;
	int r = dispatch_init_firewall(&dispatch, fw);

	if (r >= 0)
		r = fill_sources(place, &dispatch);
	return r >= 0 ? fill_interfaces(place, &dispatch) : r;
}

/**
 * gap_place_find() - the place that a zone's packets come in, of the gap's or a new one
 * @fw:   borrowed; tells where that is
 * @zone: NULL: whatever comes in
 * @out:  receives its index; written on success alone
 *
 * Return: 0; negative errno.
 */
int gap_place_find(struct gap *gap, const struct firewall *fw, const char *zone, size_t *out)
{
	struct gap_place place = {0};
	int r;

	for (size_t i = 0; i < gap->n_places; i++) {
		if (text_is_same(gap->places[i].zone, zone)) {
			*out = i;
			return 0;
		}
	}
	r = grow(&gap->places, &gap->places_capacity, gap->n_places + 1, sizeof(*gap->places));
	if (r < 0)
		return r;
	place.others = !zone;
	if (zone) {
		place.zone = strdup(zone);
		r = place.zone ? fill_place(&place, fw) : -ENOMEM;
	}
	if (r < 0) {
		gap_place_deinit(&place);
		return r;
	}
	*out = gap->n_places;
	gap->places[gap->n_places++] = place;
	return 0;
}

/**
 * gap_place_of() - the place where what a zone denies to @source has to be denied
 * @out: receives its index
 *
 * Sources go before interfaces, and a zone that nothing is bound to is nobody's.
 *
 * Return: 0; GAP_E_UNFIT when no place says it exactly: err says why; negative errno.
 */
int gap_place_of(struct gap *gap, const struct firewall *fw, const char *zone,
                 const struct cidr *source, size_t *out, struct err *err)
{
	int r = gap_place_find(gap, fw, zone, out);
	const struct gap_place *place;
	bool own;

	if (r < 0)
		return r;
	place = &gap->places[*out];
	own = rangeset_contains(&place->own, source);
	if (own && !rangeset_overlaps(&place->above, source))
		return gap_place_find(gap, fw, NULL, out);
	if (own || rangeset_overlaps(&place->foreign, source))
		return err_set(err, GAP_E_UNFIT, "some of it belongs to another zone");
	if (!place->others && place->interfaces.n == 0)
		return err_set(err, GAP_E_UNFIT, "nothing is bound to the zone %s", zone);
	return 0;
}
