// A cluster of the catalogue: brought up by the CLI in a folder of its own, and looked at and worked on in this process.
import { backendFor } from "../../scripts/backends.ts";
import type { OwnCluster } from "../../scripts/doctor-remedies.ts";
import { clusterFolder } from "../../src/backends/state/cluster-folder.ts";
import { readClusterRecord, writeClusterRecord, type ClusterRecord } from "../../src/backends/state/cluster-record.ts";
import { readProcessRecord } from "../../src/backends/state/process-record.ts";
import type { ComponentAction, UpOptions } from "../../src/backends/backend.ts";
import type { PlanNode } from "../../src/cluster/plan-types.ts";
import { isAlive } from "../e2e/support/signals.ts";
import { until } from "../e2e/support/until.ts";
import type { Workplace } from "../e2e/support/workplace.ts";

export const work: UpOptions = {
  progress: { emit: () => undefined },
  signal: new AbortController().signal,
  timeoutMs: 60_000,
};

export class TestedCluster {
  readonly place: Workplace;
  readonly own: OwnCluster;

  private constructor(place: Workplace, own: OwnCluster) {
    this.place = place;
    this.own = own;
  }

  /** A cluster that is there, of that name. */
  static async of(place: Workplace, name = "demo", env: NodeJS.ProcessEnv = {}): Promise<TestedCluster> {
    const state = readClusterRecord(clusterFolder(place.folder, name));
    if (state.kind !== "present") throw new Error(`There is no cluster ${name}.`);
    const where = { root: place.folder, env: { ...process.env, ...env } };
    const spec = { ...state.record.spec, backend: state.record.backend };
    return new TestedCluster(place, { ...where, spec, backend: await backendFor(spec, { place: where }) });
  }

  get record(): ClusterRecord {
    const state = readClusterRecord(this.folder);
    if (state.kind !== "present") throw new Error("The cluster's record cannot be read.");
    return state.record;
  }

  get folder(): string {
    return clusterFolder(this.own.root, this.own.spec.name);
  }

  node(name: string): PlanNode {
    const node = this.record.plan.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`There is no node ${name}.`);
    return node;
  }

  pid(node: string): number {
    const pid = readProcessRecord(this.folder, node)?.identity.pid;
    if (pid === undefined) throw new Error(`${node} does not run.`);
    return pid;
  }

  async kill(...nodes: string[]): Promise<void> {
    const pids = nodes.map((node) => this.pid(node));
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await until(`${nodes.join(", ")} have ended`, () => !pids.some(isAlive));
  }

  suspend(node: string): void {
    process.kill(this.pid(node), "SIGSTOP");
  }

  act(node: string, action: ComponentAction): Promise<void> {
    return this.own.backend.act(this.own.spec.name, node, action, work);
  }

  /** Starts a node anew as the given change to its command line has it, and leaves the plan as it was. */
  async restartWith(node: string, change: (arg: string) => string): Promise<void> {
    const { record } = this;
    const nodes = record.plan.nodes.map((one) => (one.name === node ? { ...one, args: one.args.map(change) } : one));
    writeClusterRecord(this.folder, { ...record, plan: { ...record.plan, nodes } });
    try {
      await this.act(node, "restart");
    } finally {
      writeClusterRecord(this.folder, record);
    }
  }
}
