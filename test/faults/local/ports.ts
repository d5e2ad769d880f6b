// Ports that somebody else has.
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Fault } from "../fault.ts";
import { work } from "../tested-cluster.ts";

export const portFaults: Fault[] = [
  {
    name: "port taken by another program",
    inject: async (cluster) => {
      const { port, address } = cluster.node("agent-1");
      await cluster.kill("agent-1");
      const listen = `require("net").createServer().listen(${port}, "${address}", () => console.log("listens"))`;
      const stranger = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
      await once(stranger.stdout, "data");
      return {
        hand: async () => {
          stranger.kill("SIGKILL");
          await once(stranger, "exit");
        },
      };
    },
    named: { id: "MC011", subject: "agent-1", says: /its port \d+ is taken by PID/, besides: "AG001" },
    cure: "fix",
  },
  {
    name: "two clusters with overlapping ports",
    inject: async (cluster) => {
      const { backend, spec } = cluster.own;
      const { port } = cluster.node("agent-1");
      await cluster.kill("agent-1");
      await backend.up({ ...spec, name: "two", agents: spec.agents.map((agent) => ({ ...agent, port })) }, work);
      return { hand: () => backend.down("two", work) };
    },
    named: { id: "MC011", subject: "agent-1", says: /of the cluster in .*two/ },
    cure: "fix",
  },
];
