# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody puts a rule into firewalld's own table that keeps mail shut, and firewalld says as
# before that it is open: explain, status and check say who decides, and what check prints mends it.
shut_by() { # CHAIN WORDS...: of nft, that shut 993
	local chain=$1
	shift
	need "$*: somebody changes firewalld's table" nft "$@"
	need "$*: mail is shut" is_shut 993
	need "$*: explain says so" exits 1 guard explain 10.77.0.2 993
	need "$*: and that it is refused" out_has '^993/tcp .*(dropped|rejected) '
	need "$*: by what" out_has "table inet firewalld, chain $chain"
	need "$*: which firewalld knows nothing of" out_has 'firewalld knows nothing of it'
	need "$*: without a port, too" exits 1 guard explain 10.77.0.2
	need "$*: status is not fine" exits 1 guard status
	need "$*: it is found" finds kernel-rules error
	need "$*: in those words" out_has '993/tcp: open in zone public, but everybody who comes in on host0 is refused'
	need "$*: with a command" mend
	need "$*: that opens it ($(cat "$W/mend"))" within 10 is_open 993
	need "$*: and the finding is gone" within 5 clean kernel-rules
	need "$*: explain says open" exits 0 guard explain 10.77.0.2 993
}
fw_unowned
mail_open
need "at first nothing is wrong" clean kernel-rules
need "explain says open" exits 0 guard explain 10.77.0.2 993
need "over IPv6, too" exits 0 guard explain fd77::2 993
shut_by filter_IN_public insert rule inet firewalld filter_IN_public tcp dport 993 drop
shut_by filter_INPUT insert rule inet firewalld filter_INPUT tcp dport '{ 143, 993 }' reject with tcp reset
shut_by filter_INPUT insert rule inet firewalld filter_INPUT tcp flags syn tcp dport 993 drop

# of such a rule nft does not show that it is for one family, and the kernel knows
need "a rule for IPv4 alone" nft insert rule inet firewalld filter_INPUT meta nfproto ipv4 tcp dport 993 reject with tcp reset
need "mail is shut" is_shut 993
need "over IPv6 it is open" is_open6 993
need "explain says so" exits 1 guard explain 10.77.0.2 993
need "of each" exits 0 guard explain fd77::2 993
need "it is found" finds kernel-rules error
need "with a command" mend
need "that opens it" within 10 is_open 993
need "and the finding is gone" within 5 clean kernel-rules

# over IPv6 firewalld looks at the way back first, which hinders nothing here
need "a rule for IPv6 alone" nft insert rule inet firewalld filter_INPUT meta nfproto ipv6 tcp dport 993 reject with tcp reset
need "mail is shut there" not is_open6 993
need "over IPv4 it is open" is_open 993
need "explain says so" exits 1 guard explain fd77::2 993
need "for sure" out_has '^993/tcp .*rejected '
need "of each" exits 0 guard explain 10.77.0.2 993
need "it is found" finds kernel-rules error
need "with a command" mend
need "that opens it" within 10 is_open6 993
need "and the finding is gone" within 5 clean kernel-rules

# whom a rule is for that is not understood, nobody knows: nothing is certain then
unsure() { # OPEN-OR-SHUT WORDS...: of a rule before all that firewalld has
	local what=$1
	shift
	need "$*: somebody changes firewalld's table" nft insert rule inet firewalld filter_INPUT "$@"
	need "$*: mail is $what" "is_$what" 993
	need "$*: explain is not certain" exits 1 guard explain 10.77.0.2 993
	need "$*: that it is open" out_has '^993/tcp .*open\?'
	need "$*: because of that rule" out_has 'chain filter_INPUT: firewalld knows nothing of it'
	need "$*: another port is open for sure" exits 0 guard explain 10.77.0.2 143
	nft delete rule inet firewalld filter_INPUT handle \
	    "$(nft -a list chain inet firewalld filter_INPUT | sed -nE '/dport 993/s/.*handle ([0-9]+)$/\1/p')"
	need "$*: without it all is certain" exits 0 guard explain 10.77.0.2 993
}
unsure shut tcp dport 993 meta length 20-80 drop
unsure open tcp dport 993 ct count over 10 reject
unsure open tcp dport 993 limit rate over 1/minute drop
unsure open tcp dport 993 quota over 1 mbytes drop

# what is not firewalld's and shuts nothing of mail is nobody's trouble
need "a rule for another port" nft insert rule inet firewalld filter_IN_public tcp dport 2525 drop
need "is not found" clean kernel-rules
need "and mail is open" exits 0 guard explain 10.77.0.2 993

# the rule of a service made one for another port
handle=$(nft -a list chain inet firewalld filter_IN_public_allow | sed -nE 's/.*dport 993 .*# handle ([0-9]+)$/\1/p' | head -n 1)
need "a rule of firewalld's is replaced" nft replace rule inet firewalld filter_IN_public_allow handle "$handle" tcp dport 994 accept
need "mail is shut" is_shut 993
need "explain is not certain that it is open" exits 1 guard explain 10.77.0.2 993
need "it is found" finds kernel-rules error
need "with a command" mend
need "that opens it" within 10 is_open 993
