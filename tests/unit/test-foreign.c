// SPDX-License-Identifier: GPL-2.0-or-later
/* Which rules of others a reload took, and whose they were. */
#include "guard/model/ban/foreign.h"

#include "tests/unit/unit.h"

#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

/* "ip nat DOCKER 2, ip6 filter INPUT 1" */
static void fill(struct foreign *out, const char *text)
{
	char family[8], table[32], chain[64];
	unsigned n;

	for (int length; sscanf(text, "%7s %31s %63s %u%n", family, table, chain, &n, &length) == 4;
	     text += text[length] ? length + 1 : length)
		ck_assert_int_eq(foreign_add(out,
		                             strcmp(family, "ip6") == 0      ? NFPROTO_IPV6
		                             : strcmp(family, "bridge") == 0 ? NFPROTO_BRIDGE
		                                                             : NFPROTO_IPV4,
		                             table, chain, n),
		                 0);
}

/* "OWNER: CHAINS; OWNER: CHAINS" */
static void tell(char *out, size_t size, const struct foreign *foreign)
{
	const struct owner *owner;
	size_t used = 0;

	out[0] = '\0';
	for (size_t at = 0; foreign_next(foreign, &at, &owner);) {
		_cleanup_free_ char *chains = NULL;

		ck_assert_int_eq(foreign_list(&chains, foreign, owner), 0);
		used += (size_t)snprintf(out + used, size - used, "%s%s: %s", used ? "; " : "",
		                         owner_name(owner), chains);
	}
}

#define UNKNOWN "a program that the guard does not know"

static const struct {
	const char *before, *now, *words;
	bool shared;
} rows[] = {
    {"", "", "", false},
    {"ip nat DOCKER 2", "ip nat DOCKER 2", "", false},
    {"ip nat DOCKER 2", "ip nat DOCKER 3", "", false},
    /* who hears of reloads makes as many as he needs by then */
    {"ip nat DOCKER 3", "ip nat DOCKER 1", "", false},
    /* netavark makes its chains anew for another container: the first one's rule is missing */
    {"ip nat NETAVARK-HOSTPORT-DNAT 2", "ip nat NETAVARK-HOSTPORT-DNAT 1",
     "Podman: ip nat NETAVARK-HOSTPORT-DNAT", false},
    /* the same name in another family or table is another chain */
    {"ip filter DOCKER 1", "ip6 filter DOCKER 1, ip nat DOCKER 1", "Docker: ip filter DOCKER",
     false},
    /* what leads into a program's chains goes and comes with them */
    {"ip nat PREROUTING 1, ip nat DOCKER 2, ip filter LIBVIRT_FWX 1", "",
     "Docker: ip nat DOCKER; libvirt: ip filter LIBVIRT_FWX", false},
    {"ip nat PREROUTING 1, ip nat DOCKER 2, ip filter FORWARD 2", "",
     "Docker: ip nat DOCKER; " UNKNOWN ": ip filter FORWARD", false},
    /* where firewalld has rules among them, what nobody owns may be its own */
    {"ip6 filter INPUT 7, bridge filter CNI-x 1", "", "Podman: bridge filter CNI-x", true},
    /* its jails are told by name elsewhere, and so is what leads into them */
    {"ip filter INPUT 2, ip filter f2b-sshd 3", "", "", false},
    {"ip filter DOCKER 1, ip filter DOCKER-a 1, ip filter DOCKER-b 1, ip filter DOCKER-c 1,"
     " ip filter DOCKER-d 1, ip filter DOCKER-e 1, ip filter DOCKER-f 1",
     "",
     "Docker: ip filter DOCKER, ip filter DOCKER-a, ip filter DOCKER-b, ip filter DOCKER-c, ip "
     "filter DOCKER-d, ip filter DOCKER-e and 1 more",
     false},
};

START_TEST(what_is_missing_has_an_owner)
{
	_cleanup_foreign_ struct foreign before = FOREIGN_NULL, now = FOREIGN_NULL;
	_cleanup_foreign_ struct foreign missing = FOREIGN_NULL;
	char words[1024];

	fill(&before, rows[_i].before);
	fill(&now, rows[_i].now);
	ck_assert_int_eq(foreign_missing(&missing, &before, &now, rows[_i].shared), 0);
	tell(words, sizeof(words), &missing);
	ck_assert_str_eq(words, rows[_i].words);
}
END_TEST

/* What was missing before a second reload is missing as it was, however little came back. */
START_TEST(what_was_missing_stays_as_it_was)
{
	_cleanup_foreign_ struct foreign was = FOREIGN_NULL, before = FOREIGN_NULL;
	_cleanup_foreign_ struct foreign missing = FOREIGN_NULL;
	const struct foreign now = FOREIGN_NULL;

	fill(&was, "ip nat DOCKER 3");
	fill(&before, "ip nat DOCKER 1");
	ck_assert_int_eq(foreign_missing(&missing, &was, &now, false), 0);
	ck_assert_int_eq(foreign_missing(&missing, &before, &now, false), 0);
	ck_assert_uint_eq(missing.n, 1);
	ck_assert_uint_eq(missing.chains[0].n, 3);
}
END_TEST

/* fail2ban's are among them, though it is passed over where owners are listed. */
START_TEST(whose_chains_there_are)
{
	_cleanup_foreign_ struct foreign foreign = FOREIGN_NULL;
	const struct owner *owner;
	size_t at = 0;

	fill(&foreign, "ip nat DOCKER 3, ip filter f2b-sshd 2");
	ck_assert(foreign_has(&foreign, owner_fail2ban()));
	ck_assert(foreign_has(&foreign, owner_of_chain("nat", "DOCKER")));
	ck_assert(!foreign_has(&foreign, NULL));
	while (foreign_next(&foreign, &at, &owner))
		ck_assert_ptr_ne(owner, owner_fail2ban());
}
END_TEST

static const struct {
	const char *chain, *command;
	bool hears, unit;
} owners[] = {
    {"DOCKER-USER", "systemctl restart docker", true, false},
    {"NETAVARK_FORWARD", "podman network reload --all", false, true},
    {"CNI-FORWARD", "podman network reload --all", false, true},
    {"LIBVIRT_PRT", "systemctl restart virtnetworkd || systemctl restart libvirtd", true, false},
    {"ufw-before-input", "ufw reload", false, false},
    {"f2b-sshd", "systemctl restart fail2ban", false, false},
    {"INPUT", NULL, false, false},
};

START_TEST(owners_have_commands)
{
	const struct owner *owner = owner_of_chain("filter", owners[_i].chain);

	if (owners[_i].command)
		ck_assert_str_eq(owner_again(owner), owners[_i].command);
	else
		ck_assert_ptr_null(owner_again(owner));
	ck_assert(owner_hears(owner) == owners[_i].hears);
	ck_assert((owner_unit(owner) != NULL) == owners[_i].unit);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("foreign");
	TCase *tc = tcase_create("foreign");

	tcase_add_loop_test(tc, what_is_missing_has_an_owner, 0, ARRAY_SIZE(rows));
	tcase_add_test(tc, what_was_missing_stays_as_it_was);
	tcase_add_test(tc, whose_chains_there_are);
	tcase_add_loop_test(tc, owners_have_commands, 0, ARRAY_SIZE(owners));
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
