#!/bin/sh
# Docker, from the distribution's own packages, running.
set -eu
# shellcheck source=scripts/provision/lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v docker >/dev/null 2>&1; then apt_install docker.io; fi
if has_systemd; then systemctl enable --quiet --now docker; fi
tries=30
until docker version >/dev/null 2>&1; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] ||
    fail "Docker does not answer on this machine." "Its log says why: sudo journalctl -u docker -n 50"
  sleep 1
done
if id vagrant >/dev/null 2>&1 && ! id -nG vagrant | grep -qw docker; then usermod -aG docker vagrant; fi
