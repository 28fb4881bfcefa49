// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/nftrules.h"

#include <errno.h>
#include <string.h>

#include "guard/model/packet/verdict.h"
#include "guard/model/packet/walk.h"

#include "tests/unit/unit.h"

#define TABLE "{\"table\":{\"family\":\"inet\",\"name\":\"t\",\"handle\":1}}"
#define CHAIN                                                                                      \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"c\",\"handle\":1,"             \
	"\"type\":\"filter\",\"hook\":\"input\",\"prio\":-1,\"policy\":\"accept\"}}"
#define OTHER "{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"o\",\"handle\":2}}"
#define SET                                                                                        \
	"{\"set\":{\"family\":\"inet\",\"name\":\"bad\",\"table\":\"t\",\"type\":\"ipv4_addr\","   \
	"\"handle\":3,\"elem\":[\"198.51.100.1\",{\"prefix\":{\"addr\":\"192.0.2.0\",\"len\":28}}" \
	","                                                                                        \
	"{\"range\":[\"203.0.113.5\",\"203.0.113.9\"]},"                                           \
	"{\"elem\":{\"val\":\"192.0.2.77\",\"timeout\":600,\"expires\":5}}]}}"
#define RULE_IN(chain, expressions)                                                                \
	"{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"" chain                        \
	"\",\"handle\":9,\"expr\":[" expressions "]}}"
#define RULE(expressions) RULE_IN("c", expressions)
#define MATCH(op, left, right)                                                                     \
	"{\"match\":{\"op\":\"" op "\",\"left\":" left ",\"right\":" right "}}"
#define PAYLOAD(protocol, field)                                                                   \
	"{\"payload\":{\"protocol\":\"" protocol "\",\"field\":\"" field "\"}}"
#define DPORT(right) MATCH("==", PAYLOAD("tcp", "dport"), right)
#define SADDR(right) MATCH("==", PAYLOAD("ip", "saddr"), right)
#define DROP         "{\"drop\":null}"
#define REJECT(type) "{\"reject\":{\"type\":\"icmpx\",\"expr\":\"" type "\"}}"
#define STATE(right) MATCH("in", "{\"ct\":{\"key\":\"state\"}}", right)
#define OWN(chain, expressions)                                                                    \
	"{\"rule\":{\"family\":\"inet\",\"table\":\"firewalld\",\"chain\":\"" chain                \
	"\",\"handle\":9,\"expr\":[" expressions "]}}"
#define OWN_RULE(expressions) OWN("filter_INPUT", expressions)
#define OWN_CHAIN                                                                                  \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"firewalld\",\"name\":\"filter_INPUT\","       \
	"\"type\":\"filter\",\"hook\":\"input\",\"prio\":10,\"policy\":\"accept\"}}"
#define NAT                                                                                        \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"n\",\"handle\":4,"             \
	"\"type\":\"nat\",\"hook\":\"prerouting\",\"prio\":-100,\"policy\":\"accept\"}}"
#define LATE                                                                                       \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"l\",\"handle\":6,"             \
	"\"type\":\"filter\",\"hook\":\"input\",\"prio\":20,\"policy\":\"accept\"}}"
#define FORWARD                                                                                    \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"f\",\"handle\":5,"             \
	"\"type\":\"filter\",\"hook\":\"forward\",\"prio\":0,\"policy\":\"drop\"}}"
#define FIB(of, kind)   MATCH("==", "{\"fib\":{\"result\":\"type\",\"flags\":" of "}}", kind)
#define FIB_LOCAL       FIB("\"daddr\"", "\"local\"")
#define DNAT            "{\"dnat\":{\"family\":\"ip\",\"addr\":\"10.0.0.9\",\"port\":143}}"
#define OIF(name)       MATCH("==", "{\"meta\":{\"key\":\"oifname\"}}", "\"" name "\"")
#define STATUS          MATCH("in", "{\"ct\":{\"key\":\"status\"}}", "\"dnat\"")
#define MARK(value)     MATCH("==", "{\"meta\":{\"key\":\"mark\"}}", value)
#define META_MARK       "{\"meta\":{\"key\":\"mark\"}}"
#define SET_MARK(to)    "{\"mangle\":{\"key\":" META_MARK ",\"value\":" to "}}"
#define LET_IN          "{\"accept\":null}"
#define GOTO(name)      "{\"goto\":{\"target\":\"" name "\"}}"
#define VMAP(key, data) "{\"vmap\":{\"key\":" key ",\"data\":" data "}}"
#define SETOF(elements) "{\"set\":[" elements "]}"
#define CONCAT(a, b)    "{\"concat\":[" a "," b "]}"
#define PAIR            CONCAT(PAYLOAD("ip", "saddr"), PAYLOAD("tcp", "dport"))
#define FLAGS           PAYLOAD("tcp", "flags")
#define MAP(data)       "{\"map\":{\"key\":" PAYLOAD("tcp", "dport") ",\"data\":" data "}}"
#define PAIRS                                                                                      \
	"{\"set\":{\"family\":\"inet\",\"name\":\"pairs\",\"table\":\"t\",\"type\":[\"ipv4_"       \
	"addr\","                                                                                  \
	"\"inet_service\"],\"elem\":[{\"elem\":{\"val\":" CONCAT(                                  \
	    "{\"prefix\":{\"addr\":\"192.0.2.0\",\"len\":24}}",                                    \
	    "{\"range\":[900,999]}") ",\"timeout\":60}}]}}"
#define DOCUMENT(...) "{\"nftables\":[{\"metainfo\":{\"json_schema_version\":1}}," __VA_ARGS__ "]}"

/* A connection from 192.0.2.7 or 2001:db8::7 to port 993, into a firewall that lets all in. */
static const struct {
	const char *objects;
	int sees4, sees6;
	bool certain;
} rows[] = {
    {TABLE, 0, 0, true},
    {TABLE "," CHAIN "," RULE(DROP), ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," SET "," RULE(DPORT("993") "," SADDR("\"@bad\"") "," DROP), ETIMEDOUT, 0, true},
    {CHAIN "," SET "," RULE(DPORT("{\"set\":[25,{\"range\":[990,995]}]}") "," SADDR(
         "\"@bad\"") "," REJECT("port-unreachable")),
     ECONNREFUSED, 0, true},
    {CHAIN "," RULE(SADDR("\"192.0.2.7\"") "," REJECT("admin-prohibited")), EHOSTUNREACH, 0, true},
    {CHAIN "," RULE(REJECT("admin-prohibited")), EHOSTUNREACH, EACCES, true},
    /* for one family, of which nft says no more than the answer */
    {CHAIN "," RULE("{\"reject\":{\"type\":\"icmpv6\",\"expr\":\"no-route\"}}"), 0, ENETUNREACH,
     true},
    {CHAIN "," RULE("{\"reject\":{\"type\":\"icmp\",\"expr\":\"port-unreachable\"}}"), ECONNREFUSED,
     0, true},
    {CHAIN "," RULE("{\"reject\":null}"), ECONNREFUSED, ECONNREFUSED, true},
    /* with this one nft does not show the family either, which the kernel has */
    {CHAIN "," RULE("{\"reject\":{\"type\":\"tcp reset\"}}"), 0, 0, false},
    {CHAIN "," RULE(MATCH("==", PAYLOAD("ip", "saddr"),
                          "\"192.0.2.7\"") ","
                                           "{\"reject\":{\"type\":\"tcp reset\"}}"),
     ECONNREFUSED, 0, true},
    /* what is for some packets alone, in a form of its own */
    {CHAIN "," RULE("{\"ct count\":{\"val\":10,\"inv\":true}}," DROP), 0, 0, false},
    {CHAIN "," RULE("{\"quota\":{\"val\":1,\"val_unit\":\"mbytes\",\"inv\":true}}," DROP), 0, 0,
     false},
    {CHAIN "," RULE("{\"set\":{\"op\":\"add\",\"elem\":{\"payload\":{\"protocol\":\"ip\","
                    "\"field\":\"saddr\"}},\"set\":\"@m\"}}," DROP),
     0, 0, false},
    {CHAIN "," RULE("{\"queue\":{\"num\":1}}," DROP), 0, 0, false},
    {CHAIN "," RULE("{\"ct count\":{\"val\":10,\"inv\":true}},{\"counter\":null}"), 0, 0, true},
    {CHAIN "," RULE(MATCH("!=", PAYLOAD("ip", "saddr"), "\"192.0.2.7\"") "," DROP), 0, 0, true},
    {CHAIN "," RULE(MATCH("!=", PAYLOAD("ip", "saddr"), "\"192.0.2.8\"") "," DROP), ETIMEDOUT, 0,
     true},
    {CHAIN "," RULE(STATE("[\"established\",\"related\"]") "," DROP), 0, 0, true},
    {CHAIN "," RULE(STATE("{\"set\":[\"established\",\"new\"]}") "," DROP), ETIMEDOUT, ETIMEDOUT,
     true},
    {CHAIN "," RULE(STATE("\"established\"") ",{\"accept\":null}") "," RULE(DROP), ETIMEDOUT,
     ETIMEDOUT, true},
    {CHAIN "," RULE("{\"accept\":null}") "," RULE(DROP), 0, 0, true},
    /* led to another machine, where it does not come into this one, or to another port */
    {CHAIN "," NAT "," RULE_IN("n", DPORT("993") "," DNAT) "," RULE(DROP), 0, ETIMEDOUT, true},
    {NAT "," FORWARD "," RULE_IN("n", FIB_LOCAL "," DNAT), ETIMEDOUT, 0, true},
    {NAT "," FORWARD "," RULE_IN("n", DNAT) "," RULE_IN("f", DPORT("143") "," STATUS "," LET_IN), 0,
     0, true},
    {NAT "," FORWARD "," RULE_IN("n", DNAT) "," RULE_IN("f", DPORT("993") "," LET_IN), ETIMEDOUT, 0,
     true},
    {NAT "," FORWARD "," RULE_IN("n", DNAT) "," RULE_IN("f", OIF("veth9") "," LET_IN), ETIMEDOUT, 0,
     false},
    {CHAIN "," NAT
           "," RULE_IN("n", "{\"redirect\":{\"port\":143}}") "," RULE(DPORT("993") "," DROP),
     0, 0, true},
    {CHAIN "," NAT
           "," RULE_IN("n", "{\"redirect\":{\"port\":143}}") "," RULE(DPORT("143") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {NAT "," RULE_IN("n", "{\"dnat\":{\"family\":\"ip\",\"addr\":{\"map\":{}}}}"), 0, 0, false},
    {CHAIN "," RULE(FIB_LOCAL "," DROP), ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(STATUS "," DROP) "," RULE(OIF("eth0") "," DROP) "," RULE(MARK("7") "," DROP), 0,
     0, true},
    {CHAIN "," RULE(MARK("0") "," DROP), ETIMEDOUT, ETIMEDOUT, true},
    /* of a client in another network nobody knows the MAC address: it may have left the chain */
    {CHAIN "," OTHER "," RULE(MATCH("==", PAYLOAD("ether", "saddr"),
                                    "\"02:00:00:00:00:01\"") "," GOTO("o")) "," RULE(DROP),
     0, 0, false},
    {CHAIN "," RULE(FIB("\"daddr\"", "\"broadcast\"") "," DROP), 0, 0, true},
    {CHAIN "," RULE(FIB("\"daddr\"", "\"unicast\"") "," DROP), 0, 0, true},
    {CHAIN "," RULE(FIB("\"daddr\"", SETOF("\"local\",\"unicast\"")) "," DROP), ETIMEDOUT,
     ETIMEDOUT, true},
    {CHAIN "," RULE(FIB("\"saddr\"", "\"local\"") "," DROP), 0, 0, true},
    {CHAIN "," RULE(FIB("\"saddr\"", "\"unicast\"") "," DROP), ETIMEDOUT, ETIMEDOUT, true},
    /* of the interface, which another address of this machine may be on */
    {CHAIN "," RULE(FIB("[\"daddr\",\"iif\"]", "\"local\"") "," DROP), 0, 0, false},
    /* marks: set, some bits of it, of which nobody knows which, for others alone */
    {CHAIN "," RULE(SET_MARK("7")) "," RULE(MARK("7") "," DROP), ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(SET_MARK("7")) "," RULE(MARK("8") "," DROP), 0, 0, true},
    {CHAIN "," RULE(SET_MARK("6")) "," RULE(SET_MARK("{\"|\":[" META_MARK ",1]}")) "," RULE(
         MARK("7") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(SET_MARK("7")) "," RULE(
         SET_MARK("{\"|\":[{\"&\":[" META_MARK ",4]},16]}")) "," RULE(MARK("20") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(SET_MARK("7")) "," RULE(SET_MARK("{\"&\":[" META_MARK ",4]}")) "," RULE(
         SET_MARK("{\"^\":[" META_MARK ",5]}")) "," RULE(MARK("1") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(SET_MARK("7")) "," RULE(MATCH("==", "{\"&\":[" META_MARK ",2]}", "2") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(SET_MARK("2147483648")) "," RULE(MARK("2147483648") "," DROP), ETIMEDOUT,
     ETIMEDOUT, true},
    {CHAIN "," RULE(MATCH("==", "{\"&\":[" META_MARK ",\"x\"]}", "0") "," DROP), 0, 0, false},
    {CHAIN "," RULE(SET_MARK("{\"ct\":{\"key\":\"mark\"}}")) "," RULE(MARK("7") "," DROP), 0, 0,
     false},
    {CHAIN "," RULE("{\"limit\":{}}," SET_MARK("7")) "," RULE(MARK("7") "," DROP), 0, 0, false},
    {CHAIN "," RULE(SADDR("\"192.0.2.7\"") "," SET_MARK("7")) "," RULE(MARK("7") "," DROP),
     ETIMEDOUT, 0, true},
    {CHAIN "," OTHER "," RULE_IN("o", SADDR("\"192.0.2.7\"") "," DROP) "," RULE(
         "{\"jump\":{\"target\":\"o\"}}"),
     ETIMEDOUT, 0, true},
    {CHAIN "," OTHER "," RULE_IN("o", "{\"return\":null}") "," RULE(
         "{\"jump\":{\"target\":\"o\"}}") "," RULE(DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," OTHER "," RULE("{\"goto\":{\"target\":\"o\"}}") "," RULE(DROP), 0, 0, true},
    {CHAIN "," RULE(MATCH("==", "{\"meta\":{\"key\":\"iifname\"}}", "\"eth0\"") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(MATCH("==", "{\"meta\":{\"key\":\"iifname\"}}", "\"eth*\"") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(MATCH("==", "{\"meta\":{\"key\":\"nfproto\"}}", "\"ipv6\"") "," DROP), 0,
     ETIMEDOUT, true},
    {CHAIN "," RULE(MATCH("==", "{\"meta\":{\"key\":\"l4proto\"}}", "\"udp\"") "," DROP), 0, 0,
     true},
    {CHAIN "," RULE("{\"counter\":{\"packets\":0,\"bytes\":0}},{\"log\":{\"prefix\":\"x\"}}"), 0, 0,
     true},
    /* what is not understood may decide */
    {CHAIN "," RULE("{\"limit\":{\"rate\":1,\"per\":\"minute\"}}," DROP), 0, 0, false},
    {CHAIN "," RULE(MATCH("==", "{\"meta\":{\"key\":\"skuid\"}}", "0") "," DROP), 0, 0, false},
    {CHAIN "," RULE(VMAP(PAYLOAD("tcp", "dport"), "\"@gone\"")), 0, 0, false},
    {CHAIN "," RULE(VMAP("{\"jhash\":{\"mod\":2}}", SETOF("[0," DROP "]"))), 0, 0, false},
    {CHAIN "," RULE(MATCH("!=", PAIR, SETOF(CONCAT("\"192.0.2.7\"", "25"))) "," DROP), 0, 0, false},
    {CHAIN "," RULE(MATCH("==", FLAGS, "\"@flags\"") "," DROP), 0, 0, false},
    /* a map of verdicts, one of chains, several things at once */
    {CHAIN "," RULE(VMAP(PAYLOAD("tcp", "dport"), "{\"set\":[]}")) "," RULE(DROP), ETIMEDOUT,
     ETIMEDOUT, true},
    {CHAIN "," RULE(VMAP("{\"ct\":{\"key\":\"state\"}}",
                         SETOF("[\"established\"," LET_IN "],[\"invalid\"," DROP "]"))),
     0, 0, true},
    {CHAIN
     "," RULE(VMAP(PAYLOAD("tcp", "dport"), SETOF("[993,{\"continue\":null}]"))) "," RULE(DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(
         VMAP(PAYLOAD("tcp", "dport"), SETOF("[25," LET_IN "],[{\"range\":[990,999]}," DROP "]"))),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," OTHER "," RULE_IN("o", SADDR("\"192.0.2.7\"") "," DROP) "," RULE(VMAP(
         "{\"meta\":{\"key\":\"iifname\"}}", SETOF("[\"eth0\",{\"jump\":{\"target\":\"o\"}}]"))),
     ETIMEDOUT, 0, true},
    {CHAIN "," RULE(VMAP(PAIR, SETOF("[" CONCAT("\"192.0.2.7\"", "993") "," DROP "]"))), ETIMEDOUT,
     0, true},
    {CHAIN "," RULE(
         MATCH("==", PAIR,
               SETOF(CONCAT("\"192.0.2.7\"", "25") "," CONCAT("\"192.0.2.7\"", "993"))) "," DROP),
     ETIMEDOUT, 0, true},
    {CHAIN "," RULE(
         MATCH("==", PAIR,
               SETOF(CONCAT("\"192.0.2.7\"", "25") "," CONCAT("\"192.0.2.9\"", "993"))) "," DROP),
     0, 0, true},
    {CHAIN "," PAIRS "," RULE(MATCH("==", PAIR, "\"@pairs\"") "," DROP), ETIMEDOUT, 0, true},
    {CHAIN "," NAT "," RULE_IN("n", "{\"redirect\":{\"port\":" MAP(
                                        SETOF("[993,143]")) "}}") "," RULE(DPORT("143") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {NAT "," FORWARD "," RULE_IN("n", "{\"dnat\":{\"family\":\"ip\",\"addr\":" MAP(
                                          SETOF("[993," CONCAT("\"10.0.0.9\"", "143") "]")) "}}"),
     ETIMEDOUT, 0, true},
    /* of a first packet SYN alone is set */
    {CHAIN "," RULE(MATCH("in", FLAGS, "\"syn\"") "," DROP), ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(MATCH("in", FLAGS, "[\"fin\",\"rst\"]") "," DROP), 0, 0, true},
    {CHAIN "," RULE(MATCH("!=", FLAGS, "\"syn\"") "," DROP), 0, 0, true},
    {CHAIN
     "," RULE(MATCH("==", "{\"&\":[" FLAGS ",{\"|\":[\"syn\",\"ack\"]}]}", "\"syn\"") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    {CHAIN "," RULE(MATCH("==", "{\"&\":[" FLAGS ",[\"fin\",\"rst\"]]}", "0") "," DROP), ETIMEDOUT,
     ETIMEDOUT, true},
    {CHAIN "," RULE(MATCH("==", "{\"&\":[" PAYLOAD("ip", "saddr") ",1]}", "1") "," DROP), 0, 0,
     false},
    {CHAIN "," RULE("{\"xt\":{\"type\":\"match\",\"name\":\"multiport\"}},{\"xt\":{\"type\":"
                    "\"target\",\"name\":\"REJECT\"}}"),
     0, 0, false},
    {CHAIN "," RULE("{\"jump\":{\"target\":\"gone\"}}"), 0, 0, false},
    {CHAIN "," RULE(SADDR("\"@gone\"") "," DROP), 0, 0, false},
    {CHAIN "," RULE(SADDR("\"not an address\"") "," DROP), 0, 0, false},
    {CHAIN "," RULE(MATCH(">", PAYLOAD("tcp", "dport"), "1") "," DROP), 0, 0, false},
    /* chains that a packet to this machine does not pass; firewalld's own, in which others have
     * changed something */
    {"{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"c\",\"type\":\"filter\",\"hook\":"
     "\"forward\",\"prio\":0,\"policy\":\"drop\"}}",
     0, 0, true},
    {"{\"chain\":{\"family\":\"inet\",\"table\":\"firewalld\",\"name\":\"c\",\"type\":\"filter\","
     "\"hook\":\"input\",\"prio\":0,\"policy\":\"drop\"}}",
     ETIMEDOUT, ETIMEDOUT, true},
    {OWN_CHAIN "," OWN_RULE(DPORT("993") "," DROP), ETIMEDOUT, ETIMEDOUT, true},
    {OWN_CHAIN "," OWN_RULE(DPORT("994") "," DROP), 0, 0, true},
    {OWN_CHAIN
     "," OWN_RULE(MATCH("in", "{\"ct\":{\"key\":\"status\"}}",
                        "\"dnat\"") ",{\"accept\":null}") "," OWN_RULE(DPORT("993") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    /* of another protocol, whatever its type */
    {OWN_CHAIN "," OWN_RULE(
         MATCH("==", PAYLOAD("icmpv6", "type"),
               "\"nd-router-advert\"") ",{\"accept\":null}") "," OWN_RULE(DPORT("993") "," DROP),
     ETIMEDOUT, ETIMEDOUT, true},
    /* what stands before it is not understood */
    {OWN_CHAIN "," OWN_RULE("{\"limit\":{}},{\"accept\":null}") "," OWN_RULE(DPORT("993") "," DROP),
     0, 0, false},
    {"{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"c\",\"type\":\"filter\",\"hook\":"
     "\"input\",\"prio\":0,\"policy\":\"drop\"}}",
     ETIMEDOUT, 0, true},
    {CHAIN "," RULE("{\"jump\":{\"target\":\"INPUT_direct\"}}"), 0, 0, true},
    /* of wrong types, and none at all */
    {"{\"chain\":7},{\"chain\":{\"family\":7,\"hook\":[]}},7,null,{\"rule\":{\"expr\":7}}", 0, 0,
     true},
    {CHAIN "," RULE("7,{\"match\":7},{\"match\":{}},{\"reject\":7},{\"jump\":null}"), 0, 0, false},
};

static int sees(const struct ruleset *ruleset, const char *from, bool *certain)
{
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	struct packet packet = {.interface = "eth0", .protocol = "tcp", .port = 993};
	int client_errno;

	ck_assert_int_eq(cidr_parse(&packet.source, from, CIDR_ADDRESS_ONLY, NULL), 0);
	ck_assert_int_eq(walk_packet(&verdict, ruleset, &packet), 0);
	client_errno = verdict.client_errno;
	*certain = *certain && verdict.certain;
	return client_errno;
}

START_TEST(understands_what_nft_shows)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_free_ char *json = NULL;
	struct ruleset_zone *zone;
	struct err err = ERR_NULL;
	bool certain = true;

	ck_assert_int_eq(ruleset_add_zone(&ruleset, "trusted", &zone), 0);
	zone->target = TARGET_ACCEPT;
	ruleset.default_zone = strdup("trusted");
	ck_assert_int_eq(xasprintf(&json, DOCUMENT("%s"), rows[_i].objects), 0);
	ck_assert_msg(nftrules_parse(&ruleset, NFTRULES_OTHERS, json, strlen(json), &err) == 0,
	              "%s", err.text);
	ck_assert(ruleset.chains_known);
	ck_assert_int_eq(sees(&ruleset, "192.0.2.7", &certain), rows[_i].sees4);
	ck_assert_int_eq(sees(&ruleset, "2001:db8::7", &certain), rows[_i].sees6);
	ck_assert(certain == rows[_i].certain);
}
END_TEST

static const char *const wrong[] = {
    "", "{", "[]", "7", "{\"nftables\":7}", "{\"nftables\":{}}", "{\"nftables\":[]} x"};

START_TEST(refuses_what_is_no_answer)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	struct err err = ERR_NULL;

	ck_assert_int_eq(
	    nftrules_parse(&ruleset, NFTRULES_OTHERS, wrong[_i], strlen(wrong[_i]), &err),
	    NFTRULES_E_MALFORMED);
	ck_assert(!ruleset.chains_known);
	ck_assert(err.text[0]);
}
END_TEST

START_TEST(names_what_takes_a_rule_away)
{
	static const char json[] =
	    DOCUMENT(CHAIN "," SET "," RULE(DPORT("993") "," SADDR("\"@bad\"") "," DROP));
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	const struct ruleset_step *step;

	ck_assert_int_eq(nftrules_parse(&ruleset, NFTRULES_OTHERS, json, strlen(json), NULL), 0);
	step = &ruleset.chains[0].steps[0];
	ck_assert_str_eq(step->text, "tcp dport 993 ip saddr @bad drop");
	ck_assert_str_eq(step->command, "nft delete rule inet t c handle 9");
	ck_assert_str_eq(step->set, "bad");
}
END_TEST

/* An element with a name, alone; and what of a map stands in the rule, with all of it. */
START_TEST(names_what_takes_an_element_away)
{
	static const char json[] =
	    DOCUMENT(CHAIN "," PAIRS "," RULE(MATCH("==", PAIR, "\"@pairs\"") "," DROP) "," RULE(
	        VMAP(PAYLOAD("tcp", "dport"), SETOF("[25," LET_IN "],[993," GOTO("c") "]"))));
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	const struct ruleset_step *steps;

	ck_assert_int_eq(nftrules_parse(&ruleset, NFTRULES_OTHERS, json, strlen(json), NULL), 0);
	ck_assert_uint_eq(ruleset.chains[0].n_steps, 3);
	steps = ruleset.chains[0].steps;
	ck_assert_str_eq(steps[0].text, "ip saddr . tcp dport @pairs drop");
	ck_assert_str_eq(steps[0].command,
	                 "nft delete element inet t pairs '{ 192.0.2.0/24 . 900-999 }'");
	ck_assert_str_eq(steps[2].text, "tcp dport vmap { 25 : accept, 993 : goto c}");
	ck_assert_str_eq(steps[2].command, "nft delete rule inet t c handle 9");
}
END_TEST

/* What firewalld refuses, and somebody lets in, in its own table. */
static const struct {
	const char *objects;
	int sees;
	bool certain;
} refused[] = {
    {OWN_CHAIN "," OWN_RULE(DROP), ETIMEDOUT, true},
    {OWN_CHAIN "," OWN_RULE(DPORT("993") "," LET_IN) "," OWN_RULE(DROP), 0, true},
    {OWN_CHAIN "," OWN_RULE(DPORT("994") "," LET_IN) "," OWN_RULE(DROP), ETIMEDOUT, true},
    {OWN_CHAIN "," OWN_RULE("{\"limit\":{}}," LET_IN) "," OWN_RULE(DROP), ETIMEDOUT, false},
    {OWN_CHAIN "," OWN_RULE("{\"limit\":{}}," DROP) "," OWN_RULE(LET_IN), ETIMEDOUT, false},
    {OWN_CHAIN "," OWN_RULE("{\"return\":null}") "," OWN_RULE(DROP), 0, true},
    {OWN_CHAIN, 0, true},
    {LATE "," OWN_CHAIN "," OWN_RULE(LET_IN) "," RULE_IN("l", REJECT("port-unreachable")),
     ECONNREFUSED, true},
    /* others keep it out all the same */
    {CHAIN "," RULE(DROP) "," OWN_CHAIN "," OWN_RULE(LET_IN), ETIMEDOUT, true},
};

START_TEST(sees_what_is_let_in_behind_firewalld)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_free_ char *json = NULL;
	struct ruleset_zone *zone;
	bool certain = true;

	ck_assert_int_eq(ruleset_add_zone(&ruleset, "drop", &zone), 0);
	zone->target = TARGET_DROP;
	ruleset.default_zone = strdup("drop");
	ck_assert_int_eq(xasprintf(&json, DOCUMENT("%s"), refused[_i].objects), 0);
	ck_assert_int_eq(nftrules_parse(&ruleset, NFTRULES_OTHERS, json, strlen(json), NULL), 0);
	ck_assert_int_eq(sees(&ruleset, "192.0.2.7", &certain), refused[_i].sees);
	ck_assert(certain == refused[_i].certain);
}
END_TEST

/* firewalld's own, too: what a packet meets on its way to what decides, as nft prints it. */
START_TEST(words_what_nft_prints)
{
	static const char json[] = DOCUMENT(
	    "{\"chain\":{\"family\":\"inet\",\"table\":\"firewalld\",\"name\":\"filter_INPUT\","
	    "\"type\":\"filter\",\"hook\":\"input\",\"prio\":10,\"policy\":\"accept\"}},"
	    "{\"chain\":{\"family\":\"inet\",\"table\":\"firewalld\",\"name\":\"a\"}},"
	    "{\"chain\":{\"family\":\"inet\",\"table\":\"firewalld\",\"name\":\"b_direct\"}},"
	    "{\"rule\":{\"family\":\"inet\",\"table\":\"firewalld\",\"chain\":\"filter_INPUT\","
	    "\"handle\":4,\"expr\":[{\"jump\":{\"target\":\"a\"}}]}},"
	    "{\"rule\":{\"family\":\"inet\",\"table\":\"firewalld\",\"chain\":\"filter_INPUT\","
	    "\"handle\":5,\"expr\":[{\"goto\":{\"target\":\"b_direct\"}}]}},"
	    "{\"rule\":{\"family\":\"inet\",\"table\":\"firewalld\",\"chain\":\"a\","
	    "\"handle\":6,\"expr\":[" DPORT("25") "," DROP "]}},"
	                                          "{\"rule\":{\"family\":\"inet\",\"table\":"
	                                          "\"firewalld\",\"chain\":\"b_direct\","
	                                          "\"handle\":7,\"expr\":[" DPORT("993") "," DROP
	                                                                                 "]}}");
	char list[] = "table ip firewalld { # handle 1\n\tchain b_direct { # handle 1\n"
	              "\t\tdrop # handle 7\n\t}\n}\n"
	              "table inet firewalld { # handle 1\n\tset s { # handle 9\n\t}\n\n"
	              "\tchain filter_INPUT { # handle 2\n\t\ttype filter hook input\n"
	              "\t\tjump a # handle 4\n\t\tgoto b_direct # handle 5\n\t}\n"
	              "\tchain b_direct { # handle 3\n\t\tlog prefix \"x # handle 8\"\n"
	              "\t\ttcp dport 993 drop comment \"y # handle 6\" # handle 7\n\t}\n}\n";
	struct packet packet = {.protocol = "tcp", .port = 993};
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	ck_assert_int_eq(nftrules_parse(&ruleset, NFTRULES_ALL, json, strlen(json), NULL), 0);
	ck_assert_int_eq(nftrules_word(&ruleset, list), 0);
	ck_assert_int_eq(cidr_parse(&packet.source, "192.0.2.7", 0, NULL), 0);
	ck_assert_int_eq(walk_chains(&verdict, &ruleset, &packet), 0);
	/* nothing that is met lies in chain a */
	ck_assert_uint_eq(verdict.n_steps, 2);
	ck_assert_str_eq(verdict.steps[0].value, "goto b_direct # handle 5");
	ck_assert_str_eq(verdict.steps[1].value,
	                 "tcp dport 993 drop comment \"y # handle 6\" # handle 7");
	ck_assert_ptr_eq(verdict.decider, &verdict.steps[1]);
	verdict_deinit(&verdict);
	packet.port = 80;
	ck_assert_int_eq(walk_chains(&verdict, &ruleset, &packet), 0);
	ck_assert(verdict.n_steps == 0 && !verdict.decider);
}
END_TEST

/* What firewalld 1.3.3 and 2.3.1 write of a service, a range and a rule for one source. */
#define OWN_TABLES                                                                                 \
	"{\"table\":{\"family\":\"inet\",\"name\":\"firewalld\",\"handle\":2}},"                   \
	"{\"table\":{\"family\":\"ip\",\"name\":\"firewalld_policy_drop\",\"handle\":3}}"          \
	"," OWN_CHAIN ","
#define ACCEPT ",{\"accept\":null}"

START_TEST(sees_what_firewalld_wrote)
{
	static const char none[] = DOCUMENT(TABLE);
	static const char emptied[] = DOCUMENT(OWN_TABLES OWN("filter_IN_public_deny", DROP));
	static const char some[] = DOCUMENT(
	    OWN_TABLES
	        OWN("filter_INPUT", "{\"jump\":{\"target\":\"filter_INPUT_ZONES\"}}") "," OWN(
	            "filter_IN_public_allow",
	            DPORT("993") ACCEPT) "," OWN("filter_IN_public_allow",
	                                         DPORT("{\"range\":[990,995]}")
	                                             ACCEPT) "," OWN("filter_IN_public_deny",
	                                                             DPORT("25") "," DROP));
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_ruleset_ struct ruleset empty = RULESET_NULL;

	ck_assert_int_eq(nftrules_parse(&empty, NFTRULES_OTHERS, none, strlen(none), NULL), 0);
	ck_assert(!empty.kernel.table && !ruleset_kernel_filters(&empty) && !empty.kernel.shut);
	ck_assert_int_eq(nftrules_parse(&ruleset, NFTRULES_OTHERS, some, strlen(some), NULL), 0);
	ck_assert(ruleset.kernel.table && ruleset_kernel_filters(&ruleset));
	ck_assert(!ruleset.kernel.shut); /* of another family */
	ck_assert(ruleset.n_chains == 1 && ruleset.chains[0].own);
	/* one whose rules are gone from the chain that all packets go through */
	ruleset_deinit(&ruleset);
	ck_assert_int_eq(nftrules_parse(&ruleset, NFTRULES_OTHERS, emptied, strlen(emptied), NULL),
	                 0);
	ck_assert(ruleset.kernel.table && !ruleset_kernel_filters(&ruleset));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("nftrules");
	TCase *tc = tcase_create("nftrules");

	tcase_add_loop_test(tc, understands_what_nft_shows, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tc, refuses_what_is_no_answer, 0, (int)ARRAY_SIZE(wrong));
	tcase_add_test(tc, names_what_takes_a_rule_away);
	tcase_add_test(tc, names_what_takes_an_element_away);
	tcase_add_loop_test(tc, sees_what_is_let_in_behind_firewalld, 0, (int)ARRAY_SIZE(refused));
	tcase_add_test(tc, words_what_nft_prints);
	tcase_add_test(tc, sees_what_firewalld_wrote);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
