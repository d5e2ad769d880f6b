// What starts ZooKeeper in the image that is made here: the variables of the official image (hub.docker.com/_/zookeeper)
// become its configuration, unless there is one.

export function zookeeperEntrypoint({ classPath, java }: { classPath: string[]; java: string }): string {
  return `#!/bin/sh
set -e
conf=\${ZOO_CONF_DIR:-/conf}
data=\${ZOO_DATA_DIR:-/data}
datalog=\${ZOO_DATA_LOG_DIR:-/datalog}
mkdir -p "$conf" "$data" "$datalog"
if [ ! -f "$conf/zoo.cfg" ]; then
  {
    echo "dataDir=$data"
    echo "dataLogDir=$datalog"
    echo "tickTime=\${ZOO_TICK_TIME:-2000}"
    echo "initLimit=\${ZOO_INIT_LIMIT:-5}"
    echo "syncLimit=\${ZOO_SYNC_LIMIT:-2}"
    echo "autopurge.snapRetainCount=\${ZOO_AUTOPURGE_SNAPRETAINCOUNT:-3}"
    echo "autopurge.purgeInterval=\${ZOO_AUTOPURGE_PURGEINTERVAL:-0}"
    echo "maxClientCnxns=\${ZOO_MAX_CLIENT_CNXNS:-60}"
    echo "standaloneEnabled=\${ZOO_STANDALONE_ENABLED:-true}"
    echo "admin.enableServer=\${ZOO_ADMINSERVER_ENABLED:-true}"
    echo "4lw.commands.whitelist=\${ZOO_4LW_COMMANDS_WHITELIST:-srvr}"
    servers=\${ZOO_SERVERS:-server.1=localhost:2888:3888;2181}
    for server in $servers; do echo "$server"; done
    for line in $ZOO_CFG_EXTRA; do echo "$line"; done
  } > "$conf/zoo.cfg"
fi
[ -f "$data/myid" ] || echo "\${ZOO_MY_ID:-1}" > "$data/myid"
if [ $# -gt 0 ] && [ "$1" != zkServer.sh ]; then exec "$@"; fi
exec ${java} -Xmx\${ZK_SERVER_HEAP:-128}m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData \\
  -Djava.awt.headless=true -Dzookeeper.jmx.log4j.disable=true \\
  -Dorg.slf4j.simpleLogger.showDateTime=true "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS" \\
  -Dorg.slf4j.simpleLogger.logFile=System.out \\
  $SERVER_JVMFLAGS -cp ${classPath.join(":")} \\
  org.apache.zookeeper.server.quorum.QuorumPeerMain "$conf/zoo.cfg"
`;
}
