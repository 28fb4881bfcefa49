// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/owner.h"

#include <errno.h>
#include <string.h>

#include "guard/base/shell.h"
#include "guard/model/ban/directban.h"

/* What lets in whom its rule is about, or all to a port; nothing added: it has no command for it.
 */
typedef int answer_fn(struct strv *out, const struct verdict_step *step, const struct cidr *client,
                      const struct strv *ports);

struct owner {
	const char *name;
	const char *tables[2], *chains[8], *sets[1]; /* how their names begin */
	answer_fn *fn;
	const char *again; /* has it make all of its rules again */
	bool hears;        /* of firewalld's reloads, and does so itself */
	const char *unit;  /* of systemd, that hears of them for it */
};

/* --- what a rule is about ----------------------------------------------------------------- */

/** owner_rule() - the rule of a chain that a step has met; NULL: it is none */
const struct ruleset_step *owner_rule(const struct verdict_step *step)
{
	if (step->what != VERDICT_WHAT_CHAIN_RULE)
		return NULL;
	for (size_t i = 0; i < step->chain->n_steps; i++)
		if (step->chain->steps[i].text == step->value)
			return &step->chain->steps[i];
	return NULL;
}

static const struct ruleset_match *source_of(const struct ruleset_step *rule)
{
	for (size_t i = 0; rule && i < rule->n_matches; i++)
		if (rule->matches[i].field == RULESET_FIELD_SOURCE && !rule->matches[i].invert)
			return &rule->matches[i];
	return NULL;
}

/** owner_ipset() - the kernel's ipset that holds whom the rule is about; borrowed; NULL: none */
const char *owner_ipset(const struct ruleset_step *rule)
{
	const struct ruleset_match *match = source_of(rule);

	return match ? match->ipset : NULL;
}

/** owner_element() - the client, or the prefix that the set of a rule has for it */
void owner_element(struct cidr *out, const struct verdict_step *step, const struct cidr *client)
{
	const struct ruleset_match *match = source_of(owner_rule(step));

	for (size_t i = 0; match && match->prefixes && i < match->addresses.n; i++)
		if (rangeset_prefix(&match->addresses.ranges[i], out) && cidr_contains(out, client))
			return;
	*out = *client;
}

/* --- what is typed ------------------------------------------------------------------------ */

/* @r: of shell_printf() */
static int take(struct strv *out, int r, char **command)
{
	return r == 0 ? strv_add_take(out, *command) : r;
}

static int answer_crowdsec(struct strv *out, const struct verdict_step *step,
                           const struct cidr *client, const struct strv *ports _unused_)
{
	char text[CIDR_TEXT_LENGTH];
	struct cidr element;
	char *command;

	if (!source_of(owner_rule(step)))
		return 0;
	owner_element(&element, step, client);
	cidr_format(&element, text);
	return take(out,
	            shell_printf(&command, "cscli decisions delete %s %s",
	                         cidr_is_address(&element) ? "--ip" : "--range", text),
	            &command);
}

/* Its lists of ports are settings: TCP_IN = "22,25", and TCP6_IN, UDP_IN, UDP6_IN. */
static int open_in_csf(struct strv *out, const struct verdict_step *step, const char *transport,
                       const struct strv *ports)
{
	_cleanup_builder_ struct builder edit = BUILDER_NULL;
	char *command;
	bool any = false;

	builder_addf(&edit, "s/^\\(%s%s_IN *= *\"[^\"]*\\)/\\1",
	             strcmp(transport, "tcp") == 0 ? "TCP" : "UDP",
	             strcmp(step->chain->family, "ip6") == 0 ? "6" : "");
	for (size_t i = 0; i < ports->n; i++) {
		const char *port = ports->strings[i], *protocol = strchr(port, '/') + 1;

		if (strcmp(protocol, transport) != 0)
			continue;
		builder_addf(&edit, ",%d", atoi(port));
		any = true;
	}
	builder_add(&edit, "/");
	if (edit.failed)
		return -ENOMEM;
	return any ? take(out, shell_printf(&command, "sed -i %s /etc/csf/csf.conf", edit.text),
	                  &command)
	           : 0;
}

static int open_to_all_in_csf(struct strv *out, const struct verdict_step *step,
                              const struct strv *ports)
{
	size_t before = out->n;
	int r = open_in_csf(out, step, "tcp", ports);

	if (r == 0)
		r = open_in_csf(out, step, "udp", ports);
	return r == 0 && out->n > before ? strv_add(out, "csf -r") : r;
}

/* It is taken out of the list of the banned, and, where it is one for a while, out of that; who is
 * in another list (of a country, of somebody's) is let in before these are asked. */
static int answer_csf(struct strv *out, const struct verdict_step *step, const struct cidr *client,
                      const struct strv *ports)
{
	char text[CIDR_TEXT_LENGTH];
	struct cidr element;
	char *command;
	int r;

	if (!source_of(owner_rule(step)))
		return open_to_all_in_csf(out, step, ports);
	owner_element(&element, step, client);
	if (strcmp(step->chain->name, "DENYIN") != 0) {
		cidr_format(client, text);
		return take(out, shell_printf(&command, "csf -a %s", text), &command);
	}
	cidr_format(&element, text);
	r = take(out, shell_printf(&command, "csf -dr %s", text), &command);
	return r == 0 ? take(out, shell_printf(&command, "csf -tr %s", text), &command) : r;
}

/* The very rule that would let the client in to this port, but for its action: ufw changes that. */
static bool is_but_for_action(const struct ruleset_step *rule, const struct cidr *client,
                              unsigned port)
{
	bool from = false, to = false;

	for (size_t i = 0; i < rule->n_matches; i++) {
		const struct ruleset_match *match = &rule->matches[i];
		struct cidr prefix;

		from |= match->field == RULESET_FIELD_SOURCE && match->addresses.n == 1 &&
		        rangeset_prefix(&match->addresses.ranges[0], &prefix) &&
		        cidr_cmp(&prefix, client) == 0;
		to |= match->field == RULESET_FIELD_PORT && match->n_ports == 1 &&
		      match->ports[0].first == port && match->ports[0].last == port;
	}
	return from && to && rule->n_matches == 3;
}

/* A rule that somebody gave it comes before what it lets in, unless that is put in front of it. */
static int answer_ufw(struct strv *out, const struct verdict_step *step, const struct cidr *client,
                      const struct strv *ports)
{
	const struct ruleset_step *rule = owner_rule(step);
	bool given = rule && strstr(step->chain->name, "-user-");
	char from[CIDR_TEXT_LENGTH];
	struct cidr element;
	char *command;
	int r = 0;

	cidr_format(client, from);
	if (given && rule->n_matches == 1 && source_of(rule)) {
		owner_element(&element, step, client);
		cidr_format(&element, from);
		return take(out,
		            shell_printf(&command, "ufw delete %s from %s",
		                         step->action == VERDICT_REJECT ? "reject" : "deny", from),
		            &command);
	}
	for (size_t i = 0; i < ports->n && r == 0; i++) {
		const char *port = ports->strings[i], *protocol = strchr(port, '/') + 1;
		int number = atoi(port);

		if (!given)
			r = shell_printf(&command, "ufw allow %s", port);
		else if (is_but_for_action(rule, client, (unsigned)number))
			r = shell_printf(&command, "ufw allow proto %s from %s to any port %d",
			                 protocol, from, number);
		else
			r = shell_printf(&command,
			                 "ufw insert 1 allow proto %s from %s to any port %d",
			                 protocol, from, number);
		r = take(out, r, &command);
	}
	return r;
}

static const struct owner owners[] = {
    {.name = "CrowdSec",
     .tables = {"crowdsec"},
     .chains = {"CROWDSEC", "crowdsec"},
     .sets = {"crowdsec"},
     .again = "systemctl restart crowdsec-firewall-bouncer",
     .fn = answer_crowdsec},
    {.name = "ufw", .chains = {"ufw-", "ufw6-"}, .again = "ufw reload", .fn = answer_ufw},
    {.name = "csf",
     .chains = {"DENYIN", "GDENYIN", "LOCALINPUT", "LOGDROPIN", "BLOCKDROP", "CCDROP", "CC_DENY",
                "INVDROP"},
     .again = "csf -r",
     .fn = answer_csf},
    {.name = "sshguard",
     .tables = {"sshguard"},
     .chains = {"sshguard"},
     .sets = {"sshguard"},
     .again = "systemctl restart sshguard"},
    {.name = "Docker",
     .tables = {"docker-"},
     .chains = {"DOCKER"},
     .again = "systemctl restart docker",
     .hears = true},
    {.name = "Podman",
     .tables = {"netavark"},
     .chains = {"NETAVARK", "CNI-"},
     .again = "podman network reload --all",
     .unit = OWNER_NETAVARK_UNIT},
    {.name = "libvirt",
     .tables = {"libvirt_"},
     .chains = {"LIBVIRT_"},
     .again = "systemctl restart virtnetworkd || systemctl restart libvirtd",
     .hears = true},
    {.name = "fail2ban",
     .tables = {DIRECTBAN_PREFIX},
     .chains = {DIRECTBAN_PREFIX},
     .sets = {DIRECTBAN_PREFIX},
     .again = "systemctl restart fail2ban"},
};

#define FAIL2BAN (&owners[ARRAY_SIZE(owners) - 1])

static bool begins(const char *name, const char *const *beginnings, size_t n)
{
	for (size_t i = 0; name && i < n && beginnings[i]; i++)
		if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

static bool is_table_of(const struct owner *owner, const struct ruleset *ruleset,
                        const struct ruleset_chain *chain)
{
	for (size_t i = 0; i < ruleset->n_chains; i++) {
		const struct ruleset_chain *other = &ruleset->chains[i];

		if (other->legacy == chain->legacy && strcmp(other->table, chain->table) == 0 &&
		    strcmp(other->family, chain->family) == 0 &&
		    begins(other->name, owner->chains, ARRAY_SIZE(owner->chains)))
			return true;
	}
	return false;
}

/* What a chain does at its end is whose chains stand in its table, where one firewall makes it. */
static bool is_policy_of(const struct owner *owner, const struct ruleset *ruleset,
                         const struct verdict_step *step)
{
	return step->what == VERDICT_WHAT_CHAIN_POLICY && owner->fn == answer_ufw &&
	       is_table_of(owner, ruleset, step->chain);
}

static bool owns_chain(const struct owner *owner, const char *table, const char *chain)
{
	return begins(table, owner->tables, ARRAY_SIZE(owner->tables)) ||
	       begins(chain, owner->chains, ARRAY_SIZE(owner->chains));
}

/** owner_of_chain() - whose all of a chain's rules are, by its name; static; NULL: not known */
const struct owner *owner_of_chain(const char *table, const char *chain)
{
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++)
		if (owns_chain(&owners[i], table, chain))
			return &owners[i];
	return NULL;
}

/**
 * owner_of() - whose rule or policy it is; static; NULL: somebody's who is not known
 * @ruleset: that the step was met in
 */
const struct owner *owner_of(const struct ruleset *ruleset, const struct verdict_step *step)
{
	const struct ruleset_chain *chain = step->chain;
	const struct ruleset_step *rule = chain ? owner_rule(step) : NULL;
	const char *set = rule && rule->set ? rule->set : owner_ipset(rule);

	for (size_t i = 0; chain && !chain->own && !chain->direct && i < ARRAY_SIZE(owners); i++) {
		const struct owner *owner = &owners[i];

		if (owns_chain(owner, chain->table, chain->name) ||
		    begins(set, owner->sets, ARRAY_SIZE(owner->sets)) ||
		    is_policy_of(owner, ruleset, step))
			return owner;
	}
	return NULL;
}

/** owner_name() - as it is written for a person; static; of NULL, too */
const char *owner_name(const struct owner *owner)
{
	return owner ? owner->name : "a program that the guard does not know";
}

/** owner_again() - what has it make its rules again, as it is typed; static; NULL: nothing known */
const char *owner_again(const struct owner *owner)
{
	return owner ? owner->again : NULL;
}

/** owner_hears() - does it hear of firewalld's reloads, and make its rules again by itself? */
bool owner_hears(const struct owner *owner)
{
	return owner && owner->hears;
}

/** owner_unit() - of systemd, which does that for it where it runs; static; NULL: there is none */
const char *owner_unit(const struct owner *owner)
{
	return owner ? owner->unit : NULL;
}

/** owner_fail2ban() - static */
const struct owner *owner_fail2ban(void)
{
	return FAIL2BAN;
}

/** owner_is_fail2ban() - then its tickets tell whose ban it is */
bool owner_is_fail2ban(const struct owner *owner)
{
	return owner == FAIL2BAN;
}

/**
 * owner_commands() - what tells the program to let the client in, as it is typed
 * @out:    gets them added; none: the program has no command for that
 * @step:   what keeps the client out, as owner_of() was asked
 * @client: whose address
 * @ports:  that are to be open, "993/tcp"
 *
 * Return: 0 or -ENOMEM.
 */
int owner_commands(struct strv *out, const struct owner *owner, const struct verdict_step *step,
                   const struct cidr *client, const struct strv *ports)
{
	return owner->fn ? owner->fn(out, step, client, ports) : 0;
}
