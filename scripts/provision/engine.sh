#!/bin/sh
# Puts the embedded engine in place: engine.sh [ARCHIVE]
# ARCHIVE is a tar file with the folder `dist` and possibly a `node` program; without one the machine has the engine already.
set -eu
# shellcheck source=scripts/provision/lib.sh
. "$(dirname "$0")/lib.sh"

home=/opt/mesos-up/engine
if [ -n "${1:-}" ] && [ -f "$1" ]; then
  digest=$(sha256sum "$1" | cut -d ' ' -f 1)
  if [ ! -f "$home/digest" ] || [ "$(cat "$home/digest")" != "$digest" ]; then
    rm -rf "$home.new"
    mkdir -p "$home.new"
    tar -xf "$1" -C "$home.new" --no-same-owner
    printf '%s\n' "$digest" >"$home.new/digest"
    rm -rf "$home"
    mv "$home.new" "$home"
  fi
fi
[ -f "$home/dist/mesos-master.js" ] ||
  fail "The embedded engine is not on this machine." "Bring the machines up with npx mesos-up up --backend vagrant, which sends it."
node=$home/node
[ -x "$node" ] || node=$(command -v node || true)
version=$([ -z "$node" ] || "$node" --version 2>/dev/null || true)
case $version in
  v2[0-9].* | v[3-9][0-9].*) ;;
  *) fail "The embedded engine needs Node 20 or newer on this machine, which has ${version:-none that runs here}." "Use a box with Node 20, or engine: mesos in the cluster file." ;;
esac
