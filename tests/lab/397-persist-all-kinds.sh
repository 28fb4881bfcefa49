# SPDX-License-Identifier: GPL-2.0-or-later
# persist and persist = yes write bindings, policies and entries of ipsets, too; what
# NetworkManager keeps stays out, and what is permanently bound elsewhere.
need "a zone for mail" fwc --permanent --new-zone=iredmail
need "with imaps" fwc --permanent --zone=iredmail --add-service=imaps
need "an ipset" fwc --permanent --new-ipset=friends --type=hash:ip
need "that may come in there" fwc --permanent --zone=iredmail --add-source=ipset:friends
need "a policy" fwc --permanent --new-policy=in
need "from anywhere" fwc --permanent --policy=in --add-ingress-zone=ANY
need "to this machine" fwc --permanent --policy=in --add-egress-zone=HOST
need "loaded" fwc --reload
watch_up
need "an interface at run time" fwc --zone=iredmail --change-interface=host0
need "a source" fwc --zone=iredmail --add-source=192.0.2.0/24
need "an entry" fwc --ipset=friends --add-entry=192.0.2.77
need "a port of the policy" fwc --policy=in --add-port=2525/tcp
need "a service of the policy" fwc --policy=in --add-service=imaps
need "an interface in the default zone" fwc --zone=public --change-interface=dummy0
need "all is heard" within 5 snapshot_has policy:in/service:imaps public/interface:dummy0
need "persist" exits 0 guard persist
need "writes the interface" fwc --permanent --zone=iredmail --query-interface=host0
need "the source" fwc --permanent --zone=iredmail --query-source=192.0.2.0/24
need "the entry" fwc --permanent --ipset=friends --query-entry=192.0.2.77
need "the port" fwc --permanent --policy=in --query-port=2525/tcp
need "and the service" fwc --permanent --policy=in --query-service=imaps
need "not what comes into the default zone anyway" not fwc --permanent --zone=public --query-interface=dummy0
need "the policy has what it had" fwc --permanent --policy=in --query-ingress-zone=ANY
need "a copy of each file was made" ls "$STATE"/backup/policy:in.xml.* "$STATE"/backup/ipset:friends.xml.* >"$W/out"
need "the guard ends" watch_down
need "a reload without it" fwc --reload
need "takes nothing" is_open 993 2525
need "a second persist has nothing to do" exits 0 guard persist
need "and says so" out_has 'permanent already'

conf <<-C
	[guard]
	persist = yes
C
watch_up
need "another port" fwc --policy=in --add-port=4190/tcp
need "another entry" fwc --ipset=friends --add-entry=192.0.2.78
need "another zone for the interface" fwc --zone=internal --change-interface=host0
need "with mail" fwc --zone=internal --add-service=smtp
need "the port becomes permanent" within 5 fwc --permanent --policy=in --query-port=4190/tcp
need "and the entry" within 5 fwc --permanent --ipset=friends --query-entry=192.0.2.78
need "and the service" within 5 fwc --permanent --zone=internal --query-service=smtp
need "not the interface, which is bound elsewhere" never 1 fwc --permanent --zone=internal --query-interface=host0
need "nothing failed" not said 'could not be made permanent'
need "firewalld can load all of it" fwc --reload
need "and is fine" fw_running
