// What is done with machines: `halt`, `resume`, `ssh`.
import type { VagrantBackend } from "../src/backends/vagrant/vagrant-backend.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import { MesosUpError } from "../src/errors.ts";
import { vagrantBackend } from "./backends.ts";
import { runAtTheEdge } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

export function halt(options: CommonOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const spec = await readClusterSpec(options);
    const { halted } = await (await machinesOf(spec)).halt(spec.name, edge);
    const name = options.name === undefined ? "" : ` --name ${spec.name}`;
    return { json: { ok: true, halted }, text: `\`npx mesos-up resume${name}\` brings them back.` };
  });
}

export function resume(options: CommonOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const spec = await readClusterSpec(options);
    const backend = await machinesOf(spec);
    backend.requireCluster(spec.name);
    const { started } = await backend.up(spec, edge);
    return { json: { ok: true, started }, text: "" };
  });
}

/** Without a command, prints the one that opens a shell. */
export function ssh(node: string, command: string[], options: CommonOptions): Promise<never> {
  return runAtTheEdge(options, async ({ signal }) => {
    const spec = await readClusterSpec(options);
    const backend = await machinesOf(spec);
    if (command.length === 0) {
      const text = backend.sshCommand(spec.name, node);
      return { json: { ok: true, command: text }, text };
    }
    const output = await backend.runOnMachine(spec.name, node, command, signal);
    return { json: { ok: true, output }, text: output.trimEnd() };
  });
}

/** @throws MesosUpError NOT_ON_MACHINES */
async function machinesOf({ name, backend }: ClusterSpec): Promise<VagrantBackend> {
  if (backend === "vagrant") return await vagrantBackend();
  throw new MesosUpError(`The cluster ${name} is not on machines of Vagrant's.`, {
    code: "NOT_ON_MACHINES",
    hint: "Name one that is (--name), or say --backend vagrant; `npx mesos-up up` mends clusters of every backend.",
  });
}
