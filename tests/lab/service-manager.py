#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# service-manager.py - systemd's name on the lab's bus, with the one method that the guard calls:
# RestartUnit, which the lab's systemctl carries out; where /run/lab/no-start is, the start fails. Says "ready" when it has the name.
import os, subprocess, sys
import dbus, dbus.mainloop.glib, dbus.service
from gi.repository import GLib
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
MANAGER = "org.freedesktop.systemd1.Manager"
class Manager(dbus.service.Object):
    job = 0
    @dbus.service.method(MANAGER)
    def Subscribe(self): pass
    # as the real one it answers when the job is queued
    @dbus.service.method(MANAGER, in_signature="ss", out_signature="o")
    def RestartUnit(self, unit, mode):
        self.job += 1
        subprocess.Popen(["systemctl", "stop" if os.path.exists("/run/lab/no-start") else "restart", unit])
        return dbus.ObjectPath(f"/org/freedesktop/systemd1/job/{self.job}")
name = dbus.service.BusName("org.freedesktop.systemd1", dbus.SystemBus(), do_not_queue=True)
manager = Manager(name, "/org/freedesktop/systemd1")
print("ready", flush=True)
GLib.MainLoop().run()
