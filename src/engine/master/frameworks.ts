// Frameworks come, lose their stream, come back, and go.
import type { FrameworkInfo } from "../../mesos/types.ts";
import type { OfferConstraints } from "../../mesos/offer-constraints.ts";
import { constraintsProblem, filtersOf } from "../allocator/offer-constraints.ts";
import type { MasterContext } from "./context.ts";
import { frameworkProblem, suppressedRolesProblem, updateProblem } from "./framework-validation.ts";
import { frameworkModel } from "./operator-models.ts";
import { forgetInverseOffers } from "./inverse-offers.ts";
import { discardOffer, recoverResources } from "./offers.ts";
import { type Agent, type Framework, type FrameworkStream, hasCapability, rolesOf } from "./state.ts";
import { endTask } from "./tasks.ts";

export const HEARTBEAT_INTERVAL_MS = 15_000;

/** A SUBSCRIBE whose stream is open. What cannot be is told by an ERROR on it, and the stream is closed. */
export function subscribe(
  master: MasterContext,
  stream: FrameworkStream,
  asked: { info: FrameworkInfo; suppressedRoles: string[]; constraints?: OfferConstraints | undefined },
): Framework | undefined {
  const { info, suppressedRoles } = asked;
  const id = info.id?.value === "" ? undefined : info.id?.value;
  master.counters.count(id === undefined ? "messages_register_framework" : "messages_reregister_framework");
  const constraints = asked.constraints ?? {};
  const problem = subscriptionProblem(master, info, suppressedRoles) ?? constraintsProblem(constraints, rolesOf(info));
  if (problem !== undefined) {
    master.log.info(`Refusing subscription of framework '${info.name}': ${problem}`);
    stream.send({ type: "ERROR", error: { message: problem } });
    stream.close();
    return undefined;
  }
  const known = id === undefined ? undefined : master.state.frameworks.get(id);
  const framework = known ?? newFramework(master, info, id);
  if (known) takeOver(master, known, info);
  framework.suppressedRoles = new Set(suppressedRoles);
  framework.constraints = constraints;
  open(master, framework, stream);
  master.events.publish(() => ({
    type: known ? "FRAMEWORK_UPDATED" : "FRAMEWORK_ADDED",
    [known ? "framework_updated" : "framework_added"]: { framework: frameworkModel(framework, "event") },
  }));
  return framework;
}

/** Why it may not subscribe, in Mesos's words. */
function subscriptionProblem(master: MasterContext, info: FrameworkInfo, suppressed: string[]): string | undefined {
  if (info.id && master.state.completedFrameworks.has(info.id.value)) return "Framework has been removed";
  return infoProblem(master, info) ?? suppressedRolesProblem(rolesOf(info), suppressed);
}

function infoProblem({ flags }: MasterContext, info: FrameworkInfo): string | undefined {
  const whitelist = flags.roles === undefined ? undefined : new Set(flags.roles.split(","));
  return frameworkProblem(info, { roles: whitelist, root: flags.root_submissions });
}

/** A framework that this master has not seen; with an ID of its own it comes from before the last leader. */
function newFramework(master: MasterContext, info: FrameworkInfo, id: string | undefined): Framework {
  const { state, clock } = master;
  const ownId = id ?? `${master.info.id}-${String(state.nextFrameworkId++).padStart(4, "0")}`;
  const framework: Framework = {
    ...{ id: ownId, info: { ...info, id: { value: ownId } }, state: "disconnected" },
    ...{ suppressedRoles: new Set(), constraints: {} },
    ...{ registeredMs: clock.nowMs(), reregisteredMs: undefined, unregisteredMs: undefined },
    ...{ tasks: new Map(), completedTasks: [], unreachableTasks: new Map(), offers: new Set() },
    ...{ failover: undefined, heartbeat: undefined },
  };
  state.frameworks.set(ownId, framework);
  return framework;
}

/** A framework that agents came back with, before it has come back itself. */
export function recoverFramework(master: MasterContext, info: FrameworkInfo): Framework {
  const framework = newFramework(master, info, info.id?.value);
  framework.state = "recovered";
  tellAllocator(master, framework);
  master.allocator.setFrameworkActive(framework.id, false);
  startFailover(master, framework);
  return framework;
}

/** The framework subscribes again, while its old stream may still be open. */
function takeOver(master: MasterContext, framework: Framework, info: FrameworkInfo): void {
  framework.failover?.cancel();
  framework.failover = undefined;
  const { user, checkpoint } = framework.info;
  framework.info = { ...info, id: { value: framework.id }, user, ...(checkpoint === undefined ? {} : { checkpoint }) };
  framework.reregisteredMs = master.clock.nowMs();
  framework.stream?.send({ type: "ERROR", error: { message: "Framework failed over" } });
  closeStream(framework);
  // A new instance of the scheduler knows nothing of the old one's offers.
  for (const offer of [...framework.offers]) discardOffer(master, offer, { rescind: false });
  forgetInverseOffers(master, framework, { forever: false });
  tellAgents(master, framework);
}

function open(master: MasterContext, framework: Framework, stream: FrameworkStream): void {
  framework.stream = stream;
  framework.state = "active";
  const intervalSeconds = HEARTBEAT_INTERVAL_MS / 1000;
  const subscribed = { framework_id: { value: framework.id }, heartbeat_interval_seconds: intervalSeconds };
  stream.send({ type: "SUBSCRIBED", subscribed: { ...subscribed, master_info: master.info } });
  stream.send({ type: "HEARTBEAT" });
  framework.heartbeat = master.clock.every(HEARTBEAT_INTERVAL_MS, () => stream.send({ type: "HEARTBEAT" }));
  master.log.info(`Subscribed framework ${framework.id} (${framework.info.name})`);
  tellAllocator(master, framework);
  master.allocator.setFrameworkActive(framework.id, true);
  master.runner.requestAll();
}

function tellAllocator(master: MasterContext, framework: Framework): void {
  const filters = filtersOf(framework.constraints);
  const accepts = (role: string, agentId: string): boolean => {
    const [filter, agent] = [filters.get(role), master.state.agents.get(agentId)];
    return filter === undefined || agent === undefined || filter(agent.info);
  };
  master.allocator.setFramework({
    id: framework.id,
    roles: rolesOf(framework.info),
    suppressedRoles: [...framework.suppressedRoles],
    gpuAware: hasCapability(framework, "GPU_RESOURCES"),
    ...(filters.size > 0 ? { accepts } : {}),
  });
}

/** Its stream is gone. It has until its failover timeout to subscribe again. */
export function disconnect(master: MasterContext, framework: Framework, stream: FrameworkStream): void {
  // The stream that a failover has closed is not the framework's any more.
  if (framework.stream !== stream) return;
  master.log.info(`Framework ${framework.id} (${framework.info.name}) disconnected`);
  closeStream(framework);
  framework.state = "disconnected";
  master.allocator.setFrameworkActive(framework.id, false);
  for (const offer of [...framework.offers]) discardOffer(master, offer, { rescind: false });
  forgetInverseOffers(master, framework, { forever: false });
  startFailover(master, framework);
  master.events.publish(() => ({
    type: "FRAMEWORK_UPDATED",
    framework_updated: { framework: frameworkModel(framework, "event") },
  }));
}

function startFailover(master: MasterContext, framework: Framework): void {
  const timeoutMs = (framework.info.failover_timeout ?? 0) * 1000;
  framework.failover = master.clock.after(timeoutMs, () => {
    master.log.info(`Framework failover timeout, removing framework ${framework.id}`);
    removeFramework(master, framework);
  });
}

/** UPDATE_FRAMEWORK. Gives back why it cannot be, in Mesos's words. */
export function updateFramework(
  master: MasterContext,
  framework: Framework,
  asked: { info: FrameworkInfo; suppressedRoles: string[]; constraints?: OfferConstraints | undefined },
): string | undefined {
  const invalid = infoProblem(master, asked.info);
  if (invalid !== undefined) return `Supplied FrameworkInfo is not valid: ${invalid}`;
  const wrongRoles = suppressedRolesProblem(rolesOf(asked.info), asked.suppressedRoles);
  if (wrongRoles !== undefined) return `'UpdateFramework' call is not valid: ${wrongRoles}`;
  const constraints = asked.constraints ?? {};
  const unkeepable = constraintsProblem(constraints, rolesOf(asked.info));
  if (unkeepable !== undefined) return `'UpdateFramework' call is not valid: ${unkeepable}`;
  const unchangeable = updateProblem(framework.info, asked.info);
  if (unchangeable !== undefined) return `FrameworkInfo update is not valid: ${unchangeable}`;
  framework.info = asked.info;
  framework.suppressedRoles = new Set(asked.suppressedRoles);
  framework.constraints = constraints;
  const roles = rolesOf(asked.info);
  for (const offer of [...framework.offers])
    if (!roles.includes(offer.role)) discardOffer(master, offer, { rescind: true });
  tellAllocator(master, framework);
  master.runner.requestAll();
  tellAgents(master, framework);
  return undefined;
}

function tellAgents(master: MasterContext, framework: Framework): void {
  for (const agent of master.state.agents.values())
    if (agent.tasks.has(framework.id) || agent.executors.has(framework.id))
      agent.link?.send({ type: "UPDATE_FRAMEWORK", update_framework: { framework: framework.info } });
}

/** TEARDOWN, or a failover timeout that has passed: all its tasks and executors end, and it never comes back. */
export function removeFramework(master: MasterContext, framework: Framework): void {
  const { state, allocator } = master;
  master.log.info(`Removing framework ${framework.id} (${framework.info.name})`);
  framework.failover?.cancel();
  closeStream(framework);
  framework.state = "disconnected";
  allocator.setFrameworkActive(framework.id, false);
  for (const offer of [...framework.offers]) discardOffer(master, offer, { rescind: false });
  forgetInverseOffers(master, framework, { forever: true });
  const shutdown = { framework_id: { value: framework.id } };
  const hosts = [...state.agents.values()].filter(({ hosted, executors, used }) =>
    [hosted, executors, used].some((frameworks) => frameworks.has(framework.id)),
  );
  for (const agent of hosts)
    if (agent.hosted.delete(framework.id))
      agent.link?.send({ type: "SHUTDOWN_FRAMEWORK", shutdown_framework: shutdown });
  const end = {
    state: "TASK_KILLED",
    reason: "REASON_FRAMEWORK_REMOVED",
    message: `Framework ${framework.id} removed`,
  } as const;
  for (const agent of hosts) freeAll(master, framework, agent);
  for (const task of [...framework.tasks.values(), ...framework.unreachableTasks.values()])
    endTask(master, task, { ...end, freed: true });
  framework.unreachableTasks.clear();
  framework.unregisteredMs = master.clock.nowMs();
  allocator.removeFramework(framework.id);
  state.frameworks.delete(framework.id);
  remember(master, framework);
  master.events.publish(() => ({
    type: "FRAMEWORK_REMOVED",
    framework_removed: { framework_info: frameworkModel(framework, "event").framework_info },
  }));
}

/** What all its tasks and executors hold on the agent, at once: task by task it takes several times as long. */
function freeAll(master: MasterContext, framework: Framework, agent: Agent): void {
  const resources = agent.used.get(framework.id) ?? [];
  agent.used.delete(framework.id);
  agent.executors.delete(framework.id);
  recoverResources(master, { framework, agent, resources });
}

function remember(master: MasterContext, framework: Framework): void {
  const { completedFrameworks } = master.state;
  completedFrameworks.set(framework.id, framework);
  const [oldest] = completedFrameworks.keys();
  if (completedFrameworks.size > master.flags.max_completed_frameworks && oldest !== undefined)
    completedFrameworks.delete(oldest);
}

function closeStream(framework: Framework): void {
  framework.heartbeat?.cancel();
  framework.heartbeat = undefined;
  const { stream } = framework;
  delete framework.stream;
  stream?.close();
}
