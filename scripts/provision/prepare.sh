#!/bin/sh
# What every machine gets first: the folders that people look into, and the command `mesos-component`.
set -eu
folder=$(dirname "$0")
# shellcheck source=scripts/provision/lib.sh
. "$folder/lib.sh"

[ "$(id -u)" = 0 ] || fail "Provisioning needs root." "Run it with sudo."
mkdir -p "$services" /var/local/mesos/logs
write_file /usr/local/bin/mesos-component 755 <<END
#!/bin/sh
exec sh $(quote "$folder/component.sh") "\$@"
END
