# SPDX-License-Identifier: GPL-2.0-or-later
# Unknown is not fine: nor is it without fail2ban's answer, or without the kernel's rules.
need "all mail is open for good" fwc --permanent --add-service=smtp --add-service=smtps --add-service=smtp-submission \
	--add-service=imap --add-service=imaps --add-service=pop3s --add-service=http --add-service=https
need "and loaded" fwc --reload
watch_up
f2b_up
need "with all of it seen it is fine" within 5 exits 0 guard status
kill -STOP "$F2B"
need "with a fail2ban that does not answer status is not fine" exits 1 guard status
need "and says so" out_has '^error: fail2ban-down: fail2ban does not answer'
kill -CONT "$F2B"
need "when it answers it is, again" within 10 exits 0 guard status
need "a client's way in is sure" exits 0 guard explain 10.77.0.2 imaps
printf '#!/bin/sh\nexit 1\n' >"$W/no-nft"
chmod +x "$W/no-nft"
mount --bind "$W/no-nft" "$(readlink -f "$(command -v nft)")"
need "without the kernel's rules status is not fine" exits 1 guard status
need "and says so" out_has "^unknown: .*kernel's rules could not be read"
need "nor is there nobody who is cut off" exits 1 guard conflicts
need "nor a way in that is sure" exits 1 guard explain 10.77.0.2 imaps
need "though the client comes in" is_open 993
