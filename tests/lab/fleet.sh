# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios with what a fleet runs on (deps_fleet): promtool, rsyslog. To be sourced; where
# they are not installed, lab.sh has fetched their packages before the world began.
need "what a fleet runs on is laid over this system" layer_usr
