# SPDX-License-Identifier: GPL-2.0-or-later
# What makes reloads worse, and how the guard itself is doing: found, and mended by the command
# that the finding printed.
found_and_mended() { # NAME WEIGHT
	need "at first nothing is wrong: $1" "${BEFORE:-clean}" "$1"
	MAKE
	need "$1 is found" finds "$1" "$2"
	need "with a command" mend
	need "after which it is not ($(cat "$W/mend"))" within 5 clean "$1"
}
# a firewalld whose reloads break off while a timeout is pending
package=$(/usr/bin/python3 -c 'import firewall.config as c; print(c.__file__)')
sed "s/^VERSION = .*/VERSION = '2.4.2'/" "$package" >"$W/version.py"
fw_down
export PYTHONDONTWRITEBYTECODE=1
mount --bind "$W/version.py" "$package"
fw_up
# else the guard holds the end itself
conf <<-X
	[guard]
	repair = no
X
watch_up
mail_open
MAKE() {
	need "for a time" fwc --add-service=pop3 --timeout=600
	noted() { guard --json snapshot list >"$W/out" 2>"$W/err"; guard snapshot show "$(json 'str(max(s["id"] for s in d["snapshots"]))')" | grep -q 'pop3 '; }
	need "which the watcher notes" within 10 noted
}
found_and_mended reload-crash error
need "it is open, and stays so" has pop3
watch_down

MAKE() { need "a source in a zone" fwc --zone=work --add-source=10.77.0.2 && need "with mail" fwc --zone=work --add-service=imaps; }
found_and_mended flush-all-on-reload warning
need "for good" fwc --permanent --zone=work --query-source=10.77.0.2

MAKE() {
	dbus-send --system --print-reply --dest=org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1/config org.freedesktop.DBus.Properties.Set \
		string:org.fedoraproject.FirewallD1.config string:FirewallBackend variant:string:iptables >/dev/null
}
found_and_mended iptables-backend info

# the service manager's folders, and what enables a unit in them
mkdir -p /run/systemd/system
mount -t tmpfs tmpfs /etc/systemd/system
sed 's,@sbindir@,/usr/sbin,' "$TOP/packaging/reload-guard.service.in" >/etc/systemd/system/reload-guard.service
export SYSTEMD_OFFLINE=1
if command -v systemctl >/dev/null; then
	MAKE() { systemctl disable reload-guard 2>/dev/null; }
	systemctl enable reload-guard 2>/dev/null
	found_and_mended watcher-not-at-boot warning
	MAKE() { rm /etc/systemd/system/reload-guard.service; systemctl disable reload-guard 2>/dev/null; systemctl mask reload-guard 2>/dev/null; mkdir -p /run/systemd/system; sed 's,@sbindir@,/usr/sbin,' "$TOP/packaging/reload-guard.service.in" >/run/systemd/system/reload-guard.service; }
	found_and_mended watcher-not-at-boot warning
fi

need "the store is sound" clean store
size=$(stat -c %s "$STATE/guard.db")
# in the middle: what every command looks at first stays
dd if=/dev/urandom of="$STATE/guard.db" bs=4096 seek=$((size / 4096 / 2)) count=4 conv=notrunc 2>/dev/null
need "damage is found" finds store error
need "by the pages" out_has 'damaged|malformed'
# systemctl restart reload-guard
watch_up
need "the watcher sets it aside" clean store
watch_down

mount -t tmpfs -o size=8m tmpfs "$STATE"
need "a small disk" finds store-space warning
need "is told with what is left" out_has 'has [0-9] MiB left'
umount "$STATE"
need "with a larger one" clean store-space
