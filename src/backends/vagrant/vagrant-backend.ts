// The Vagrant backend: a cluster on machines of its own, virtual ones or containers that stand for them.
import { basename } from "node:path";
import { shellWord } from "../../cluster/shell-word.ts";
import { createSteps } from "../../progress/steps.ts";
import { actOnNode } from "../act-on-node.ts";
import type { ComponentAction, ListingBackend, UpOptions } from "../backend.ts";
import { findProgram } from "../find-program.ts";
import { clusterFolder, clusterNames, lockCluster } from "../state/cluster-folder.ts";
import { readClusterRecord, requireReadable, type ClusterRecord } from "../state/cluster-record.ts";
import { requireCluster } from "../state/require-node.ts";
import { actOn, logTailOf } from "./components.ts";
import { down } from "./down.ts";
import { leftovers } from "./leftovers.ts";
import { machineFolders, networkOf } from "./machine-containers.ts";
import { machineFolder } from "./machine-folder.ts";
import { machineLog } from "./machine-log.ts";
import { machineShell, type MachineShell } from "./machine-shell.ts";
import { machineOf, vagrant } from "./machines.ts";
import { nodeStatuses } from "./status.ts";
import { up } from "./up.ts";
import type { VagrantBackendOptions } from "./vagrant-options.ts";

export interface VagrantBackend extends ListingBackend {
  /** Starts, stops or restarts one component, and waits until that is so. */
  act(name: string, node: string, action: ComponentAction, limits: UpOptions): Promise<void>;
  /** Halts all machines; `up` brings them and what ran on them back. */
  halt(name: string, limits: UpOptions): Promise<{ halted: string[] }>;
  /** @throws MesosUpError CLUSTER_UNKNOWN */
  requireCluster(name: string): void;
  /** The command that opens a shell on a node's machine. */
  sshCommand(name: string, node: string): string;
  /** Runs a command on a node's machine as root, and gives what it printed. @throws MesosUpError NODE_UNKNOWN, COMMAND_FAILED */
  runOnMachine(name: string, node: string, command: readonly string[], signal: AbortSignal): Promise<string>;
}

/** Whoever asks what clusters there are waits no longer for one that says nothing. */
const DOCKER_ANSWERS_WITHIN_MS = 60_000;

export function createVagrantBackend(options: VagrantBackendOptions): VagrantBackend {
  const { root, env } = options;
  const folderOf = (name: string): string => clusterFolder(root, name);
  const recordOf = (name: string): ClusterRecord | undefined =>
    requireReadable(readClusterRecord(folderOf(name)), name);
  const shells = new Map<string, MachineShell>();
  const shellOf = (name: string): MachineShell => {
    const shell = shells.get(name) ?? machineShell(folderOf(name), env);
    shells.set(name, shell);
    return shell;
  };
  return {
    kind: "vagrant",
    up: (spec, limits) => up(spec, options, limits),
    down: (name, limits) => down(name, options, limits),
    traces(name) {
      const folder = folderOf(name);
      const state = readClusterRecord(folder);
      const network = networkOf(folder, state.kind === "present" ? state.record : undefined);
      return Promise.resolve(() => leftovers(folder, { network, env }));
    },
    async status(name) {
      const record = recordOf(name);
      const signal = new AbortController().signal;
      return record && { plan: record.plan, nodes: await nodeStatuses(record, { env, signal }) };
    },
    async logTail(name, node, lines) {
      const { plan } = requireCluster(recordOf(name), name);
      const signal = new AbortController().signal;
      return await logTailOf(shellOf(name), plan, { node, lines }, signal);
    },
    log: (name, node) => machineLog(shellOf(name), { plan: requireCluster(recordOf(name), name).plan, node }),
    async list() {
      const command = { environment: env, signal: AbortSignal.timeout(DOCKER_ANSWERS_WITHIN_MS) };
      const inDocker = findProgram("docker", env) === undefined ? [] : await machineFolders(command).catch(() => []);
      const folders = new Set([...clusterNames(root).map(folderOf), ...inDocker]);
      return [...folders].map((folder) => ({ name: basename(folder), folder }));
    },
    act: (name, node, action, limits) =>
      actOnNode({ name, node, action }, limits, {
        root,
        async act({ address, port }, { plan }, context) {
          const machine = machineOf(plan, node);
          await actOn(shellOf(name), plan, { node, action }, context.signal);
          context.detail(action === "stop" ? machine.name : `${machine.name}, ${address}:${port} answers`);
        },
      }),
    async halt(name, { progress, signal, timeoutMs }) {
      const { plan } = requireCluster(recordOf(name), name);
      const lock = await lockCluster(folderOf(name), name);
      const steps = createSteps({ sink: progress, signal, timeoutMs });
      try {
        const halted = plan.vagrant?.machines.map((machine) => machine.name) ?? [];
        await steps.step({ id: "halt", title: "Machines are halted" }, async (context) => {
          await vagrant(folderOf(name), ["halt"], { env, signal: context.signal });
          context.detail(halted.join(", "));
        });
        return { halted };
      } finally {
        lock.release();
      }
    },
    requireCluster: (name) => void requireCluster(recordOf(name), name),
    sshCommand(name, node) {
      const { plan } = requireCluster(recordOf(name), name);
      const { directory } = machineFolder(folderOf(name));
      const there = directory === root ? "" : `cd ${shellWord(directory)} && `;
      return `${there}vagrant ssh ${machineOf(plan, node).name}`;
    },
    async runOnMachine(name, node, command, signal) {
      const { plan } = requireCluster(recordOf(name), name);
      return await shellOf(name).run(machineOf(plan, node), command, { signal });
    },
  };
}
