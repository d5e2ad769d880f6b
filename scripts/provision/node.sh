#!/bin/sh
# Makes one component of the plan a service of this machine, under systemd or, where there is none, runit:
#   node.sh --service NAME --kind KIND --address IP --port PORT --log FOLDER [--directory FOLDER]… [--file PATH BASE64]…
#     --by package|engine|image:REFERENCE|debian -- ARGUMENTS
# ARGUMENTS are the program's, as the plan has them. A service that runs with these already is left alone.
set -eu
folder=$(dirname "$0")
# shellcheck source=scripts/provision/lib.sh
. "$folder/lib.sh"
changed=

while [ $# -gt 0 ]; do
  case $1 in
    --service) service=$2 ;;
    --kind) kind=$2 ;;
    --address) address=$2 ;;
    --port) port=$2 ;;
    --log)
      log=$2
      mkdir -p "$2"
      ;;
    --directory) mkdir -p "$2" ;;
    --file)
      mkdir -p "$(dirname "$2")"
      printf '%s' "$3" | base64 -d >"$2.decoded"
      write_file "$2" 644 <"$2.decoded"
      rm -f "$2.decoded"
      shift
      ;;
    --by) by=$2 ;;
    --)
      shift
      break
      ;;
    *) fail "node.sh does not know the option $1." ;;
  esac
  shift 2
done

arguments=
for word in "$@"; do arguments="$arguments $(quote "$word")"; done

# The command line of the service, and what tells one version of the program from another.
case $by in
  package)
    program=$(command -v "$service") ||
      fail "$service is not installed on this machine." "Give the machine a package that has it, or say engine: embedded in the cluster file."
    command="exec $program$arguments"
    version=$(cat /etc/mesos-up/mesos-package 2>/dev/null || true)
    ;;
  engine)
    home=/opt/mesos-up/engine
    node=$home/node
    [ -x "$node" ] || node=$(command -v node)
    command="exec $node $home/dist/$service.js$arguments"
    version=$(cat "$home/digest" 2>/dev/null || true)
    ;;
  debian)
    java=$(command -v java || find /usr/lib/jvm -path '*/bin/java' | head -n 1)
    [ -n "$java" ] || fail "There is no Java on this machine, which ZooKeeper needs." "Use a machine image that has one."
    classes=/opt/mesos-up/zookeeper
    [ -d "$classes" ] || fail "There is no ZooKeeper on this machine." "Use a machine image that has one."
    command="exec $java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.awt.headless=true -Dzookeeper.jmx.log4j.disable=true -Dorg.slf4j.simpleLogger.showDateTime=true '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss,SSS' -Dorg.slf4j.simpleLogger.logFile=System.out -cp '$classes/*' org.apache.zookeeper.server.quorum.QuorumPeerMain$arguments"
    version=$java
    ;;
  image:*)
    image=${by#image:}
    # Never a name that begins with mesos-: agents take such containers for their own and end them.
    name=up-$service
    # The paths are the same inside and outside, as Docker needs them for sandboxes.
    run="docker run --rm --name $name --network host --volume /var/local/mesos:/var/local/mesos"
    if [ "$kind" = zookeeper ]; then
      # The image makes no configuration where there is one, and gives its user the folder of ZOO_DATA_DIR.
      run="$run --env ZOO_DATA_DIR=$(quote "$(sed -n 's/^dataDir=//p' "$1")") --volume $(quote "$1:/conf/zoo.cfg") $image"
    elif [ "$kind" = agent ]; then
      # For processes and cgroups of the machine: what that takes, short of all privileges.
      for capability in SYS_ADMIN NET_ADMIN SYS_PTRACE; do run="$run --cap-add $capability"; done
      for module in seccomp apparmor; do run="$run --security-opt $module=unconfined"; done
      ! [ -f /sys/fs/cgroup/cgroup.controllers ] || run="$run --cgroupns host"
      run="$run --pid host --volume /var/run/docker.sock:/var/run/docker.sock --volume /sys/fs/cgroup:/sys/fs/cgroup"
      run="$run --entrypoint $service $image$arguments"
    else
      run="$run --entrypoint $service $image$arguments"
    fi
    command="docker rm --force $name >/dev/null 2>&1 || true
exec $run"
    version=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null || true)
    ;;
  *) fail "node.sh does not know what $by is." ;;
esac

write_file "$services/$service/settings" 644 <<END
kind=$kind
address=$address
port=$port
log=$(quote "$log")
END
write_file "$services/$service/run" 755 <<END
#!/bin/sh
# $version
log=$(quote "$log")/$service.log
# A log that has grown large makes room, once, for a new one.
if [ "\$(stat -c %s "\$log" 2>/dev/null || echo 0)" -gt 52428800 ]; then mv -f "\$log" "\$log.1"; fi
cd $(quote "$log") || exit 1
exec >>"\$log" 2>&1
$command
END

if has_systemd; then
  write_file "/etc/systemd/system/$service.service" 644 <<END
[Unit]
Description=$service, as mesos-up planned it
Wants=network-online.target
After=network-online.target docker.service

[Service]
ExecStart=$services/$service/run
Restart=always
RestartSec=1
# Tasks outlive the agent that launched them.
KillMode=$([ "$kind" = agent ] && echo process || echo mixed)
Delegate=yes
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
END
  systemctl daemon-reload
  systemctl enable --quiet "$service"
fi

component="sh $folder/component.sh"
if [ -n "$changed" ] && $component is-running "$service"; then
  $component restart "$service"
else
  $component start "$service"
fi
