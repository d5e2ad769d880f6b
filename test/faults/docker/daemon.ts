// A Docker daemon that is down, or may not be used, as whoever asks finds it.
import { chmodSync, chownSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import type { Diagnosis } from "../../../src/doctor/finding.ts";
import { programs } from "../../e2e/support/workplace.ts";
import type { Fault, Injected } from "../fault.ts";
import type { TestedCluster } from "../tested-cluster.ts";

const isRoot = process.getuid?.() === 0;
const nobody = 65534;
/** Root without the right to whatever is somebody else's. */
const prefix = isRoot ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"] : [];

/** The doctor, where the daemon is said to be at a socket of ours. */
function at(cluster: TestedCluster, socket: string): Injected {
  const env = { ...cluster.own.env, DOCKER_HOST: `unix://${socket}` };
  const words = [...prefix, process.execPath, join(programs, "mesos-up.js"), "doctor", "--json", ...cluster.options];
  return {
    doctor: async () => {
      const [program = "", ...args] = words;
      const { stdout } = await execa(program, args, { cwd: cluster.place.folder, env, reject: false });
      return JSON.parse(stdout) as Diagnosis;
    },
  };
}

async function listen(socket: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return server;
}

export const daemonFaults: Fault[] = [
  {
    name: "Docker daemon down",
    inject: (cluster) => at(cluster, cluster.place.path("nobody-listens.sock")),
    named: { id: "MC004", says: /Cannot connect to the Docker daemon/ },
    cure: "by hand",
  },
  {
    name: "Docker's socket not permitted",
    inject: async (cluster) => {
      const socket = cluster.place.path("not-permitted.sock");
      const server = await listen(socket);
      chmodSync(socket, 0);
      if (isRoot) chownSync(socket, nobody, nobody);
      return { ...at(cluster, socket), hand: () => server.close() };
    },
    named: { id: "MC004", says: /permission denied/ },
    cure: "by hand",
  },
];
