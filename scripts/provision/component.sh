#!/bin/sh
# What can be done with a component of this machine: component.sh ACTION SERVICE [LINES]
#   start, restart   until it is of use, or the last lines of its log and an error
#   stop             until it has ended
#   status           one line; exit status 0 only where it is of use
#   is-running       exit status alone
#   logs [LINES]     the last lines of its log, 50 unless said otherwise
# Under systemd these are what systemctl and journalctl do; where there is no systemd, runit's `sv`.
set -eu
# shellcheck source=scripts/provision/lib.sh
. "$(dirname "$0")/lib.sh"

action=${1:-}
service=${2:-}
settings=$services/$service/settings
if [ -z "$service" ] || [ ! -f "$settings" ]; then
  known=
  for folder in "$services"/*/settings; do
    [ ! -f "$folder" ] || known="$known $(basename "$(dirname "$folder")")"
  done
  fail "This machine has no component \"$service\"." "It has:${known:- none}."
fi
kind='' address='' port='' log=''
# shellcheck source=/dev/null
. "$settings"
time_limit=${MESOS_UP_TIME_LIMIT:-60}

is_running() {
  if has_systemd; then systemctl is-active --quiet "$service"; else sv status "$services/$service" 2>/dev/null | grep -q '^run:'; fi
}

tail_of_log() {
  tail -n "$1" "$log/$service.log" 2>/dev/null || true
}

await_health() {
  end=$(($(date +%s) + time_limit))
  until is_healthy "$kind" "$address" "$port"; do
    if [ "$(date +%s)" -ge "$end" ]; then
      say "The last lines of $log/$service.log:" >&2
      tail_of_log 20 >&2
      fail "$service did not answer at $address:$port within $time_limit seconds." "Its log on the machine, $log/$service.log, tells why."
    fi
    sleep 0.1
  done
}

# runsvdir looks for new folders every few seconds.
await_supervisor() {
  tries=100
  until [ -p "$services/$service/supervise/ok" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "No supervisor looks after $services." "Start one: runsvdir -P $services"
    sleep 0.1
  done
}

start() {
  if has_systemd; then
    systemctl start "$service"
  else
    rm -f "$services/$service/down"
    await_supervisor
    sv up "$services/$service" >/dev/null
  fi
  await_health
}

stop() {
  if has_systemd; then
    systemctl stop "$service"
  else
    # A machine that starts again leaves it stopped, as systemd does not.
    sv -w 20 force-stop "$services/$service" >/dev/null || true
  fi
}

case $action in
  start) start ;;
  stop) stop ;;
  restart)
    stop
    start
    ;;
  is-running) is_running ;;
  status)
    if ! is_running; then
      say "$service is stopped"
      exit 1
    elif is_healthy "$kind" "$address" "$port"; then
      say "$service runs and answers at $address:$port"
    else
      say "$service runs and does not answer at $address:$port"
      exit 1
    fi
    ;;
  logs) tail_of_log "${3:-50}" ;;
  *) fail "There is no action \"$action\"." "It is one of start, stop, restart, status, is-running and logs." ;;
esac
