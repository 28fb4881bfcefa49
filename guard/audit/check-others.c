// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules of other programs in iptables' tables: what firewalld took, and what it is going to. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <string.h>

static int add_lost(struct check_run *run, const struct foreign *lost, const struct owner *owner)
{
	const char *again = owner_again(owner);
	char *chains = NULL;

	if (foreign_list(&chains, lost, owner) < 0)
		return -ENOMEM;
	return check_add_as(run, owner ? FINDING_ERROR : FINDING_WARNING, chains,
	                    again ? strdup(again) : NULL,
	                    "a reload or restart of firewalld, or a flush of the kernel's rules, "
	                    "took rules of %s, and they are not back: what needs them is not "
	                    "reached",
	                    owner_name(owner));
}

static int others_lost(struct check_run *run)
{
	const struct picture *picture = run->picture;
	_cleanup_foreign_ struct foreign lost = FOREIGN_NULL;
	const struct owner *owner;
	int r = foreign_missing(&lost, &picture->foreign_lost, &picture->foreign, false);

	for (size_t at = 0; r == 0 && foreign_next(&lost, &at, &owner);)
		r = add_lost(run, &lost, owner);
	return r;
}

const struct check check_others_lost = {
    .name = "others-lost",
    .severity = FINDING_ERROR,
    .help = "rules of Docker, Podman or others were taken, and they are not back",
    .needs = PICTURE_STORE | PICTURE_TABLES,
    .status = true,
    .fn = others_lost,
};

/* --- before it happens -------------------------------------------------------------------- */

/* Who hears of it makes them again. */
static bool is_healed(const struct picture *picture, const struct owner *owner)
{
	return owner_hears(owner) || (owner_unit(owner) && picture->netavark_wanted);
}

static int add_at_risk(struct check_run *run, const struct foreign *all, const struct owner *owner)
{
	const char *unit = run->picture->netavark_installed ? owner_unit(owner) : NULL;
	_cleanup_free_ char *chains = NULL;
	char *command = NULL;

	if (foreign_list(&chains, all, owner) < 0 ||
	    (unit && shell_printf(&command, "systemctl enable --now %s", unit) < 0))
		return -ENOMEM;
	if (!owner_again(owner))
		return check_add_as(run, FINDING_INFO, steal(chains), command,
		                    "each reload and restart of firewalld takes rules of %s, and "
		                    "firewalld does not put them back",
		                    owner_name(owner));
	return check_add(run, steal(chains), command,
	                 "each reload and restart of firewalld takes rules of %s, and nobody puts "
	                 "them back; after one, type: %s",
	                 owner_name(owner), owner_again(owner));
}

static int others_at_risk(struct check_run *run)
{
	const struct picture *picture = run->picture;
	bool shared = jail_shares_iptables(picture->backend, &picture->firewall);
	_cleanup_foreign_ struct foreign all = FOREIGN_NULL;
	const struct foreign nothing = FOREIGN_NULL;
	const struct owner *owner;
	int r = 0;

	if (!jail_fate_is_wiped(picture_iptables_fate(picture)))
		return 0;
	r = foreign_missing(&all, &picture->foreign, &nothing, shared);
	for (size_t at = 0; r == 0 && foreign_next(&all, &at, &owner);)
		if (!is_healed(picture, owner))
			r = add_at_risk(run, &all, owner);
	return r;
}

const struct check check_others_at_risk = {
    .name = "others-at-risk",
    .severity = FINDING_WARNING,
    .help = "a reload of firewalld takes rules of Podman or others, and nobody puts them back",
    .needs = PICTURE_FIREWALLD | PICTURE_SETTINGS | PICTURE_TABLES,
    .also = PICTURE_HOST,
    .fn = others_at_risk,
};
