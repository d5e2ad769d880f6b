// A cluster of the catalogue: brought up by the CLI in a folder of its own, and looked at and worked on in this process.
import { expect } from "vitest";
import { backendFor } from "../../scripts/backends.ts";
import type { OwnCluster } from "../../scripts/doctor-remedies.ts";
import { targetOf } from "../../scripts/doctor-world.ts";
import { clusterFolder } from "../../src/backends/state/cluster-folder.ts";
import { readClusterRecord, writeClusterRecord, type ClusterRecord } from "../../src/backends/state/cluster-record.ts";
import { readProcessRecord } from "../../src/backends/state/process-record.ts";
import type { ComponentAction, UpOptions } from "../../src/backends/backend.ts";
import { plan } from "../../src/cluster/plan.ts";
import type { PlanNode } from "../../src/cluster/plan-types.ts";
import type { ClusterSpec } from "../../src/cluster/spec.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { valueOf, type Facts } from "../../src/doctor/facts.ts";
import type { Diagnosis } from "../../src/doctor/finding.ts";
import { gather } from "../../src/doctor/gather/gather.ts";
import type { Target } from "../../src/doctor/gather/target.ts";
import { ControlClient } from "../../src/scheduler/control/client.ts";
import { isAlive } from "../e2e/support/signals.ts";
import { until } from "../e2e/support/until.ts";
import type { Workplace } from "../e2e/support/workplace.ts";

export const work: UpOptions = {
  progress: { emit: () => undefined },
  signal: new AbortController().signal,
  timeoutMs: 60_000,
};

/** Of each question that the doctor asks. */
const LIMIT_MS = 1_500;

export class TestedCluster {
  readonly place: Workplace;
  readonly own: OwnCluster;
  /** How a command is told which cluster is meant. */
  readonly options: string[];
  /** The tasks that ran when all was well the last time, by the word of the leading master. */
  tasks: string[] = [];

  private constructor(place: Workplace, own: OwnCluster, options: string[]) {
    this.place = place;
    this.own = own;
    this.options = options;
  }

  /** The cluster that the folder has under the default name. */
  static async of(place: Workplace, options: string[], env: Record<string, string> = {}): Promise<TestedCluster> {
    const state = readClusterRecord(place.state());
    if (state.kind !== "present") throw new Error("There is no such cluster.");
    const where = { root: place.folder, env: { ...process.env, ...env } };
    const spec = { ...state.record.spec, backend: state.record.backend };
    return new TestedCluster(place, { ...where, spec, backend: await backendFor(spec, { place: where }) }, options);
  }

  get record(): ClusterRecord {
    const state = readClusterRecord(this.folder);
    if (state.kind !== "present") throw new Error("The cluster's record cannot be read.");
    return state.record;
  }

  get folder(): string {
    return clusterFolder(this.own.root, this.own.spec.name);
  }

  /** What looks after the app nginx, and others that are given to it. */
  get scheduler(): ControlClient {
    return new ControlClient(this.place.state("frameworks", "nginx.sock"));
  }

  /** What is there to be seen, or `shown` instead of it, and what it comes to. */
  async lookAt({ shown }: { shown?: (target: Target) => Target } = {}): Promise<[Diagnosis, Facts]> {
    const target = targetOf(this.own);
    const options = { signal: work.signal, limitMs: LIMIT_MS, env: this.own.env };
    const facts = await gather(shown?.(target) ?? target, options);
    return [diagnose(facts), facts];
  }

  async untilWell(): Promise<void> {
    let unwell: Diagnosis["findings"] = [];
    const isWell = async (): Promise<boolean> => {
      const [{ findings }, { leader }] = await this.lookAt();
      unwell = findings.filter(({ level }) => level !== "ok");
      const tasks = valueOf(leader?.tasks)?.running ?? [];
      this.tasks = tasks.filter(({ state }) => state === "TASK_RUNNING").map(({ id }) => id);
      return unwell.length === 0;
    };
    await until("all is well", isWell).catch((cause: unknown) => {
      throw new Error(JSON.stringify(unwell, null, 2), { cause });
    });
  }

  /** A node of the plan, by its name. */
  node(name: string): PlanNode {
    const node = this.record.plan.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`There is no node ${name}.`);
    return node;
  }

  /** Where a node is asked, http://host:port */
  url(name: string): string {
    const { address, port } = this.node(name);
    return `http://${address}:${port}`;
  }

  /** Of the masters, the one that leads, and those that do not. */
  async masters(): Promise<{ leader: string; followers: string[] }> {
    const [, { masters }] = await this.lookAt();
    const leads = (metrics: Record<string, number> | undefined) => metrics?.["master/elected"] === 1;
    const leader = masters.find(({ metrics }) => leads(valueOf(metrics)))?.name ?? "";
    const followers = masters.map(({ name }) => name).filter((name) => name !== leader);
    return { leader, followers };
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

  /** Starts a node that ends before it comes to answer. */
  async startInVain(node: string): Promise<void> {
    await expect(this.act(node, "restart")).rejects.toMatchObject({ code: "NODE_ENDED" });
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

  /** Has another description written down than what runs. */
  describeAnew(change: (spec: ClusterSpec) => ClusterSpec): void {
    const { record } = this;
    const spec = change(record.spec);
    writeClusterRecord(this.folder, { ...record, spec, plan: plan(spec, record.placement) });
  }
}
