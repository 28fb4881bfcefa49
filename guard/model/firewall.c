// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/firewall.h"

#include "guard/base/search.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {
    [FIREWALL_STATE_UNKNOWN] = "unknown", [FIREWALL_STATE_INIT] = "INIT",
    [FIREWALL_STATE_RUNNING] = "RUNNING", [FIREWALL_STATE_FAILED] = "FAILED",
    [FIREWALL_STATE_BROKEN] = "BROKEN",
};

/** firewall_state_name() - as firewalld writes it; static */
const char *firewall_state_name(enum firewall_state state)
{
	return state_names[state];
}

/** firewall_state_parse() - from firewalld's `state` property; unknown words are UNKNOWN */
enum firewall_state firewall_state_parse(const char *name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(state_names); i++)
		if (strcmp(name, state_names[i]) == 0)
			return (enum firewall_state)i;
	return FIREWALL_STATE_UNKNOWN;
}

static void drop_traits(struct firewall *fw)
{
	for (size_t i = 0; i < fw->n_traits; i++) {
		free(fw->traits[i].zone);
		strv_deinit(&fw->traits[i].from);
	}
	free(fw->traits);
	fw->traits = NULL;
	fw->n_traits = fw->traits_capacity = 0;
}

/** firewall_deinit() - release everything; the result is FIREWALL_NULL and usable */
void firewall_deinit(struct firewall *fw)
{
	for (size_t i = 0; i < fw->n; i++)
		item_deinit(&fw->entries[i].item);
	free(fw->entries);
	free(fw->default_zone);
	strv_deinit(&fw->zones);
	drop_traits(fw);
	*fw = FIREWALL_NULL;
}

/** firewall_copy() - deep copy; @out is written on success alone; Return: 0 or -ENOMEM */
int firewall_copy(struct firewall *out, const struct firewall *from)
{
	_cleanup_firewall_ struct firewall copy = {.panic = from->panic};

	if (from->default_zone && firewall_set_default_zone(&copy, from->default_zone) < 0)
		return -ENOMEM;
	if (strv_copy(&copy.zones, &from->zones) < 0 || firewall_copy_traits(&copy, from) < 0)
		return -ENOMEM;
	if (from->n && grow(&copy.entries, &copy.capacity, from->n, sizeof(*copy.entries)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < from->n; i++) {
		copy.entries[i] = from->entries[i];
		if (item_copy(&copy.entries[i].item, &from->entries[i].item) < 0)
			return -ENOMEM;
		copy.n++;
	}
	*out = copy;
	copy = FIREWALL_NULL;
	return 0;
}

/* Where the item is, or where it would have to be inserted. */
static int compare_entry(const void *element, const void *key)
{
	const struct firewall_entry *entry = element;

	return item_cmp(&entry->item, key);
}

static size_t position(const struct firewall *fw, const struct item *item, bool *found)
{
	size_t at = fw->n;

	/* Read in order, as from the store or a sorted list, each item comes last. */
	*found = false;
	if (fw->n && item_cmp(&fw->entries[fw->n - 1].item, item) < 0)
		return at;
	at = search_lower_bound(fw->entries, fw->n, sizeof(*fw->entries), item, compare_entry);
	*found = at < fw->n && item_cmp(&fw->entries[at].item, item) == 0;
	return at;
}

/**
 * firewall_first() - the first entry of a zone that is of a kind, or of one behind it
 *
 * Return: its index; where the zone has none such, that of an entry of another zone, or @fw->n.
 */
size_t firewall_first(const struct firewall *fw, const char *zone, enum item_kind kind)
{
	/* no value is before the empty one */
	const struct item first = {.zone = zone, .value = (char[]){""}, .kind = kind};
	bool found;

	return position(fw, &first, &found);
}

static bool is_among(const struct firewall *fw, size_t at, const struct item *item)
{
	return at < fw->n && fw->entries[at].item.kind == item->kind &&
	       strcmp(fw->entries[at].item.zone, item->zone) == 0;
}

/**
 * firewall_find() - the entry of an item; of ports also one of which they are a part
 *
 * Return: borrowed from @fw until the next put, drop or sweep; NULL when it is not there.
 */
struct firewall_entry *firewall_find(const struct firewall *fw, const struct item *item)
{
	struct item_ports ports;
	bool found;
	size_t at = position(fw, item, &found);

	if (found)
		return &fw->entries[at];
	if (!item_ports(item, &ports))
		return NULL;
	for (at = firewall_first(fw, item->zone, item->kind); is_among(fw, at, item); at++)
		if (item_covers(&fw->entries[at].item, item))
			return &fw->entries[at];
	return NULL;
}

/**
 * firewall_put() - the entry of an item, made with no flags if it is not there
 * @item: copied
 * @out:  the entry, borrowed as from firewall_find(); the caller sets its flags
 *
 * Return: 0 or -ENOMEM.
 */
int firewall_put(struct firewall *fw, const struct item *item, struct firewall_entry **out)
{
	struct firewall_entry entry = {0};
	bool found;
	size_t at = position(fw, item, &found);

	if (!found) {
		if (grow(&fw->entries, &fw->capacity, fw->n + 1, sizeof(*fw->entries)) < 0 ||
		    item_copy(&entry.item, item) < 0)
			return -ENOMEM;
		memmove(&fw->entries[at + 1], &fw->entries[at],
		        (fw->n - at) * sizeof(*fw->entries));
		fw->entries[at] = entry;
		fw->n++;
	}
	*out = &fw->entries[at];
	return 0;
}

/** firewall_drop() - remove an item altogether; nothing happens if it is not there */
void firewall_drop(struct firewall *fw, const struct item *item)
{
	bool found;
	size_t at = position(fw, item, &found);

	if (!found)
		return;
	item_deinit(&fw->entries[at].item);
	memmove(&fw->entries[at], &fw->entries[at + 1], (fw->n - at - 1) * sizeof(*fw->entries));
	fw->n--;
}

/** firewall_sweep() - remove the entries that are neither in the runtime nor permanent nor owed */
void firewall_sweep(struct firewall *fw)
{
	size_t kept = 0;

	for (size_t i = 0; i < fw->n; i++) {
		if (fw->entries[i].flags & (FIREWALL_RUNTIME | FIREWALL_PERMANENT | FIREWALL_OWED))
			fw->entries[kept++] = fw->entries[i];
		else
			item_deinit(&fw->entries[i].item);
	}
	fw->n = kept;
}

/* How far ports are there with these flags, from the first on: the first that is not. */
static unsigned covered_until(const struct firewall *fw, const struct item *item, unsigned flags,
                              const struct item_ports *wanted)
{
	unsigned next = wanted->first;

	for (size_t at = firewall_first(fw, item->zone, item->kind);
	     next <= wanted->last && is_among(fw, at, item); at++) {
		const struct firewall_entry *entry = &fw->entries[at];
		struct item_ports ports;

		if ((entry->flags & flags) != flags || !item_ports(&entry->item, &ports) ||
		    strcmp(ports.protocol, wanted->protocol) != 0 || next < ports.first ||
		    next > ports.last)
			continue;
		next = ports.last + 1;
		/* they are sorted as texts: what comes next may stand before it */
		at = firewall_first(fw, item->zone, item->kind) - 1;
	}
	return next;
}

/** firewall_has() - is the item, of ports each of them, there with all of these flags? */
bool firewall_has(const struct firewall *fw, const struct item *item, unsigned flags)
{
	struct item_ports ports;
	bool found;
	size_t at = position(fw, item, &found);

	if (found)
		return (fw->entries[at].flags & flags) == flags;
	return item_ports(item, &ports) && covered_until(fw, item, flags, &ports) > ports.last;
}

/** firewall_set_default_zone() - Return: 0 or -ENOMEM (the old one stays) */
int firewall_set_default_zone(struct firewall *fw, const char *zone)
{
	char *copy = strdup(zone);

	if (!copy)
		return -ENOMEM;
	free(fw->default_zone);
	fw->default_zone = copy;
	return 0;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/** firewall_going() - the zones and policies that the next reload takes; Return: 0 or -ENOMEM */
int firewall_going(const struct firewall *fw, struct strv *out)
{
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++)
		if (fw->entries[i].flags & FIREWALL_GOING)
			r = strv_add_once(out, fw->entries[i].item.zone);
	return r;
}

/** firewall_add_zone() - note that a zone exists; Return: 0 or -ENOMEM */
int firewall_add_zone(struct firewall *fw, const char *zone)
{
	if (strv_contains(&fw->zones, zone))
		return 0;
	if (strv_add(&fw->zones, zone) < 0)
		return -ENOMEM;
	qsort(fw->zones.strings, fw->zones.n, sizeof(char *), compare_strings);
	return 0;
}

/**
 * firewall_add_trait() - note what is no item of a zone or policy
 * @out: receives the trait, without anything noted; borrowed until the next one is added
 *
 * Return: 0 or -ENOMEM.
 */
int firewall_add_trait(struct firewall *fw, const char *zone, struct firewall_trait **out)
{
	int r = grow(&fw->traits, &fw->traits_capacity, fw->n_traits + 1, sizeof(*fw->traits));
	char *copy = r == 0 ? strdup(zone) : NULL;

	if (!copy)
		return -ENOMEM;
	*out = &fw->traits[fw->n_traits++];
	**out = (struct firewall_trait){.zone = copy, .from = STRV_NULL};
	return 0;
}

/** firewall_copy_traits() - have zones found, deny and let in as in another; Return: 0 or -ENOMEM
 */
int firewall_copy_traits(struct firewall *to, const struct firewall *from)
{
	int r = 0;

	drop_traits(to);
	to->by_priority = from->by_priority;
	for (size_t i = 0; i < from->n_traits && r == 0; i++) {
		const struct firewall_trait *trait = &from->traits[i];
		struct firewall_trait *copy;

		r = firewall_add_trait(to, trait->zone, &copy);
		if (r < 0)
			break;
		copy->ingress = trait->ingress;
		copy->target = trait->target;
		copy->leads_here = trait->leads_here;
		copy->lets_in = trait->lets_in;
		r = strv_copy(&copy->from, &trait->from);
	}
	return r;
}

static bool is_in(const struct firewall *fw, const struct item *item, const char *zone)
{
	struct item there = *item;

	there.zone = zone; /* borrowed, and not written to */
	return firewall_has(fw, &there, FIREWALL_RUNTIME);
}

/* What nothing in it is for. */
static bool denies_the_rest(const struct firewall *fw, const char *zone)
{
	enum target target = firewall_target(fw, zone);

	return target == TARGET_DROP || target == TARGET_REJECT;
}

/**
 * firewall_lets_in() - is what an item opens open to what comes into a zone?
 * @item: whatever its own zone is
 *
 * By the zone itself, or by a policy that leads from there to this machine. A zone that denies
 * the rest by its target does so before most policies are asked, which are not counted then.
 */
bool firewall_lets_in(const struct firewall *fw, const struct item *item, const char *zone)
{
	if (is_in(fw, item, zone))
		return true;
	for (size_t i = 0; i < fw->n_traits; i++)
		if (fw->traits[i].leads_here &&
		    (strv_contains(&fw->traits[i].from, zone) ||
		     strv_contains(&fw->traits[i].from, "ANY")) &&
		    is_in(fw, item, fw->traits[i].zone))
			return !denies_the_rest(fw, zone);
	return false;
}

/** firewall_target() - what the zone does with what nothing in it is for */
enum target firewall_target(const struct firewall *fw, const char *zone)
{
	for (size_t i = 0; i < fw->n_traits; i++)
		if (strcmp(fw->traits[i].zone, zone) == 0)
			return fw->traits[i].target;
	return TARGET_DEFAULT;
}

/**
 * firewall_has_hidden_opening() - does the zone let in more than its items say?
 *
 * All by its target, or something by a policy that names it: who loses the zone loses what that
 * opens. ANY is no zone to lose.
 */
bool firewall_has_hidden_opening(const struct firewall *fw, const char *zone)
{
	for (size_t i = 0; i < fw->n_traits; i++)
		if (fw->traits[i].lets_in && strv_contains(&fw->traits[i].from, zone))
			return true;
	return firewall_target(fw, zone) == TARGET_ACCEPT;
}

/**
 * firewall_bound_elsewhere() - where an interface or source is, if not in this zone
 *
 * Return: the runtime's entry of another zone, borrowed; NULL when it is nowhere else.
 */
const struct firewall_entry *firewall_bound_elsewhere(const struct firewall *fw,
                                                      const struct item *binding)
{
	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if ((entry->flags & FIREWALL_RUNTIME) &&
		    item_is_same_binding(&entry->item, binding) &&
		    strcmp(entry->item.zone, binding->zone) != 0)
			return entry;
	}
	return NULL;
}

/** firewall_is_default_zone() - and is that known? */
bool firewall_is_default_zone(const struct firewall *fw, const char *zone)
{
	return fw->default_zone && strcmp(fw->default_zone, zone) == 0;
}

/**
 * firewall_is_fallback() - is this where an interface lands that nobody has bound?
 *
 * firewalld itself puts NetworkManager's interfaces without a zone into the
 * default zone (core/fw.py, reload): that is no wish of anybody's.
 */
bool firewall_is_fallback(const struct firewall *fw, const struct firewall_entry *entry)
{
	return entry->item.kind == ITEM_INTERFACE && !(entry->flags & FIREWALL_PERMANENT) &&
	       firewall_is_default_zone(fw, entry->item.zone);
}

/**
 * firewall_zone_is_active() - does firewalld count the zone as active?
 *
 * That is, an interface or a source is bound to it; and the default
 * zone, to which everything falls that is bound nowhere.
 */
bool firewall_zone_is_active(const struct firewall *fw, const char *zone)
{
	if (firewall_is_default_zone(fw, zone))
		return true;
	/* bindings are the first of a zone */
	for (size_t i = firewall_first(fw, zone, ITEM_INTERFACE);
	     i < fw->n && item_is_binding(&fw->entries[i].item) &&
	     strcmp(fw->entries[i].item.zone, zone) == 0;
	     i++)
		if (fw->entries[i].flags & FIREWALL_RUNTIME)
			return true;
	return false;
}

static void hash_text(struct sha256_ctx *hash, const char *text)
{
	/* with its end, so that no two lists of texts run together */
	sha256_update(hash, strlen(text) + 1, (const uint8_t *)text);
}

static void hash_number(struct sha256_ctx *hash, uint64_t number)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(number >> (56 - 8 * i));
	sha256_update(hash, sizeof(bytes), bytes);
}

/**
 * firewall_digest() - the content address of a state
 * @out: SHA-256 in hexadecimal, terminated; the same exactly for equal states
 */
void firewall_digest(const struct firewall *fw, char out[FIREWALL_DIGEST_LENGTH + 1])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx hash;

	sha256_init(&hash);
	hash_text(&hash, fw->default_zone ? fw->default_zone : "");
	hash_number(&hash, fw->panic);
	hash_number(&hash, fw->zones.n);
	for (size_t i = 0; i < fw->zones.n; i++)
		hash_text(&hash, fw->zones.strings[i]);
	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		hash_text(&hash, entry->item.zone);
		hash_text(&hash, item_kind_name(entry->item.kind));
		hash_text(&hash, entry->item.value);
		hash_number(&hash, entry->flags);
		hash_number(&hash, (uint64_t)entry->until_us);
	}
	sha256_digest(&hash, sizeof(digest), digest);
	for (unsigned i = 0; i < sizeof(digest); i++)
		snprintf(out + 2 * (size_t)i, 3, "%02x", digest[i]);
}
