#!/bin/sh
# Installs Mesos from a package: mesos-package.sh ADDRESS [SHA256]
# In ADDRESS, {arch} stands for the machine's architecture as Debian calls it. What is installed from the same address
# already is left alone. The package's own services stay off: ours have their names, and the plan's flags.
set -eu
# shellcheck source=scripts/provision/lib.sh
. "$(dirname "$0")/lib.sh"

arch=$(dpkg --print-architecture)
address=$(printf '%s' "$1" | sed "s/{arch}/$arch/g")
sha256=${2:-}
stamp=/etc/mesos-up/mesos-package
wanted="$address $sha256"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && command -v mesos-master >/dev/null 2>&1; then exit 0; fi

file=$(mktemp --suffix=.deb)
trap 'explain $?; rm -f "$file"' EXIT
# apt reads the file as a user of its own.
chmod 644 "$file"
say "fetching $address"
download "$address" "$file" ||
  fail "Mesos's package could not be fetched from $address." "Name another address in the cluster file (images: { mesos: { package: … } }), or say engine: embedded."
if [ -n "$sha256" ]; then
  found=$(sha256sum "$file" | cut -d ' ' -f 1)
  [ "$found" = "$sha256" ] ||
    fail "Mesos's package has the SHA-256 $found, not $sha256." "Fetch it again, or put the right checksum into the cluster file."
fi
dpkg-deb --field "$file" Package >/dev/null 2>&1 ||
  fail "What $address gives is no Debian package." "Name the address of a .deb file in the cluster file (images: { mesos: { package: … } })."

mkdir -p /etc/mesos-up
for name in mesos-master mesos-agent mesos-slave; do
  # Services of the package must not start in between, with flags that are not the plan's.
  [ -e "/etc/systemd/system/$name.service" ] || ! has_systemd || systemctl mask --quiet --runtime "$name" || true
done
if ! dpkg --install "$file" 2>/dev/null; then
  apt_install -f || true
  dpkg --install "$file" ||
    fail "Mesos's package could not be installed on this machine." "It may be one for another release: name one for $(. /etc/os-release && echo "$PRETTY_NAME") in the cluster file, or say engine: embedded."
fi
for name in mesos-master mesos-agent mesos-slave; do
  ! has_systemd || systemctl unmask --quiet --runtime "$name" || true
done
! has_systemd || systemctl disable --quiet --now mesos-slave 2>/dev/null || true
command -v mesos-master >/dev/null 2>&1 ||
  fail "The package from $address has no mesos-master." "Name a package of Mesos in the cluster file."
printf '%s\n' "$wanted" >"$stamp"
