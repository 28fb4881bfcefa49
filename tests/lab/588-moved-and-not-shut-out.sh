# SPDX-License-Identifier: GPL-2.0-or-later
# Mail is open in a zone that no packet comes through. What binds the clients' interface there is
# printed; whoever types it has come by ssh, which that zone does not open, and is not shut out.
"$BUILD/tests/lab/listener" 22 >"$W/sshd"
fwc --zone=public --remove-service=ssh
fwc --zone=public --add-service=ssh
need "ssh is open" is_open 22
need "mail in a zone without an interface" fwc --zone=work --add-service=imaps
fwc --zone=work --remove-service=ssh
need "and for good" fwc --permanent --zone=work --remove-service=ssh
need "it is found" finds unreached-zone error
need "its command moves the interface" mend
need "so mail is open" within 5 is_open 993
need "and so is ssh" is_open 22
need "after a reload" fwc --reload
need "ssh is open, too" is_open 22
