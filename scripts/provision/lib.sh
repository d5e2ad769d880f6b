# shellcheck shell=sh
# What the provisioning scripts share. Sourced by them; they run as root, and any number of times.

# Where services are kept, each in a folder: its `run` program, and `settings` for component.sh.
# shellcheck disable=SC2034 # Used by those who source this.
services=/etc/mesos-up/services

say() {
  printf '%s\n' "$*"
}

# One sentence of what happened, one of what to do.
fail() {
  failed=yes
  if ! no_room_left; then
    printf 'MESOS_UP_FAILED: %s\n' "$1" >&2
    if [ -n "${2:-}" ]; then printf 'MESOS_UP_HINT: %s\n' "$2" >&2; fi
  else
    say "$1" >&2
  fi
  exit 1
}

# What fails on a disk that is full fails in a thousand ways: this is said in place of all of them.
no_room_left() {
  full=$(df -Pk / /tmp /opt/mesos-up /var/local/mesos /var/lib/docker 2>/dev/null |
    while read -r _ _ _ free _ mount; do
      case $free in
        '' | *[!0-9]*) ;;
        *) if [ "$free" -lt 1024 ]; then say "$mount" && break; fi ;;
      esac
    done)
  [ -n "$full" ] || return 1
  printf 'MESOS_UP_FAILED: %s\n' "There is no room left on this machine's disk, at $full." >&2
  printf 'MESOS_UP_HINT: %s\n' "Make some there, or use a box with a larger disk; vagrant provision tries again." >&2
}

# For a script that ends with the status $1 at a command that failed, without a word of its own.
explain() {
  [ "$1" = 0 ] || [ -n "${failed:-}" ] || no_room_left || true
}
trap 'explain $?' EXIT

# Writes stdin to the file $1 with the mode $2 where that would change something, and then sets `changed`.
write_file() {
  mkdir -p "$(dirname "$1")"
  cat >"$1.new"
  chmod "$2" "$1.new"
  if [ -f "$1" ] && cmp -s "$1.new" "$1"; then
    chmod "$2" "$1"
    rm -f "$1.new"
  else
    mv -f "$1.new" "$1"
    changed=yes
  fi
}

# A word as a shell takes it.
quote() {
  printf "'"
  printf '%s' "$1" | sed "s/'/'\\\\''/g"
  printf "'"
}

has_systemd() {
  [ -d /run/systemd/system ]
}

# Other package runs (a machine's own first updates) are waited for.
apt_install() {
  say "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=300 -q update ||
    fail "The package lists of this machine could not be brought up to date." "See whether the machine reaches its package sources: vagrant ssh, then sudo apt-get update."
  apt-get -o DPkg::Lock::Timeout=300 -q -y install --no-install-recommends "$@" ||
    fail "The packages $* could not be installed." "The lines above are apt-get's own; vagrant provision tries again."
}

# Fetches the address $1 into the file $2.
download() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --retry 3 -o "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$2" "$1"
  else
    apt_install curl ca-certificates
    curl -fsSL --retry 3 -o "$2" "$1"
  fi
}

# The answer to a text sent over TCP: address, port, text. Fails where nobody answers within two seconds.
ask() {
  # shellcheck disable=SC2016 # Expanded by bash, which alone of the shells opens connections.
  timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "$2" >&3 && cat <&3' "$1" "$2" "$3" 2>/dev/null
}

# Whether a component is of use: its kind, address and port.
is_healthy() {
  case $1 in
    zookeeper) [ "$(ask "$2" "$3" ruok)" = imok ] ;;
    *) ask "$2" "$3" "GET /health HTTP/1.0\\r\\nHost: $2\\r\\n\\r\\n" | head -n 1 | grep -q ' 200' ;;
  esac
}
