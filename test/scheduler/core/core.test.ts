// The core's decisions one by one; how they hold together under failures is played in test/sim.
import { beforeEach, describe, expect, it } from "vitest";
import type { OfferConstraints } from "../../../src/mesos/offer-constraints.ts";
import type { SchedulerCall } from "../../../src/mesos/scheduler-api.ts";
import type { Offer, TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import type { AppSpec } from "../../../src/scheduler/app-spec.ts";
import type { Effect, Input } from "../../../src/scheduler/core/inputs.ts";
import { offerConstraintsOf } from "../../../src/scheduler/core/offer-constraints.ts";
import { verdictOf } from "../../../src/scheduler/core/instance.ts";
import { instancesOf, restoreState } from "../../../src/scheduler/core/state.ts";
import type { SchedulerState } from "../../../src/scheduler/core/state.ts";
import { whyView } from "../../../src/scheduler/core/why.ts";
import { step } from "../../../src/scheduler/core/step.ts";
import { parseAppObject } from "../../../src/scheduler/parse-app-file.ts";
import { offer } from "../offers.ts";

let state: SchedulerState;
let nowMs: number;
let ids: number;
beforeEach(() => {
  state = restoreState({ user: "root", name: "test", roles: ["*"] }, undefined);
  nowMs = 1_000_000;
  ids = 0;
  calls({ type: "subscribed", frameworkId: "f1" });
});

function give(input: Input): Effect[] {
  const env = {
    nowMs,
    random: () => 0.5,
    newId: () => String(++ids),
    siteUri: () => undefined,
    secret: () => "s3cret",
  };
  return step(state, input, env);
}

/** What is called, every call taken by the master at once, and what that leads to. */
function calls(input: Input): SchedulerCall[] {
  const made: SchedulerCall[] = [];
  const queue = give(input);
  for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
    if (effect.type !== "call") continue;
    made.push(effect.call);
    queue.push(...give({ type: "answer", callId: effect.id, outcome: { name: "taken" } }));
  }
  return made;
}
const types = (made: SchedulerCall[]): string[] => made.map(({ type }) => type);

const app = (over: Record<string, unknown> = {}): AppSpec =>
  parseAppObject({ name: "web", command: "sleep 1000", restart: { policy: "always" }, ...over });
const run = (over: Record<string, unknown> = {}) =>
  calls({ type: "command", command: { name: "run", spec: app(over) } });
const offers = (...made: Offer[]) => calls({ type: "offers", offers: made });
const of = (name = "web") => instancesOf(state, name).map(({ id, state: now }) => `${id} ${now}`);

function update(instance: string, taskState: TaskState, over: Partial<TaskStatus> = {}): SchedulerCall[] {
  const task = state.instances.get(instance)!.task!;
  const status = { task_id: { value: task.taskId }, agent_id: { value: task.agentId }, state: taskState, ...over };
  return calls({ type: "update", status });
}

function later(ms: number): SchedulerCall[] {
  nowMs += ms;
  return calls({ type: "timer" });
}

const inverseOffer = (id: string, agent: string, inMs = 60_000) => ({
  id: { value: id },
  framework_id: { value: "f1" },
  agent_id: { value: agent },
  unavailability: { start: { nanoseconds: (nowMs + inMs) * 1e6 } },
});

const racks = (...names: string[]) =>
  names.map((rack, i) => offer({ id: `o-${ids++}`, agent: `a${i + 1}`, attributes: { rack } }));

describe("an app", () => {
  it("has several instances on one offer, in one ACCEPT, stored before it", () => {
    run({ instances: 3 });
    const effects = give({ type: "offers", offers: [offer()] });
    expect(effects[0]).toMatchObject({ type: "persist", changes: { "instance/web.1": { state: "launching" } } });
    const accept = effects.find((effect) => effect.type === "call");
    expect(accept).toMatchObject({
      call: { type: "ACCEPT", accept: { operations: [{ launch: { task_infos: [{}, {}, {}] } }] } },
    });
  });

  it("shares an offer with other apps, as far as it goes", () => {
    run({ cpus: 3 });
    calls({ type: "command", command: { name: "run", spec: { ...app({ cpus: 0.5, instances: 3 }), name: "api" } } });
    offers(offer({ cpus: 4 }));
    expect(of()).toEqual(["web.1 launching"]);
    expect(of("api")).toEqual(["api.1 launching", "api.2 launching", "api.3 waiting"]);
  });

  it.each<[string, unknown[], number, number[]]>([
    ["UNIQUE", ["rack", "UNIQUE"], 4, [1, 1, 1]],
    ["MAX_PER", ["rack", "MAX_PER", 1], 4, [1, 1, 1]],
    ["GROUP_BY", ["rack", "GROUP_BY"], 5, [1, 2, 2]],
  ])("is spread by %s", (_name, constraint, instances, expected) => {
    run({ instances, constraints: [constraint] });
    offers(...racks("r1", "r2", "r3"));
    const placed = instancesOf(state, "web").flatMap(({ task }) => task?.attributes?.["rack"] ?? []);
    expect(["r1", "r2", "r3"].map((rack) => placed.filter((one) => one === rack).length).sort()).toEqual(expected);
  });

  it("keeps its secrets out of what is stored", () => {
    const effects = give({
      type: "command",
      command: { name: "run", spec: app({ secrets: { PASSWORD: "FROM_HERE" } }) },
    });
    const launched = give({ type: "offers", offers: [offer()] });
    expect(JSON.stringify(launched.find(({ type }) => type === "call"))).toContain(
      '{"name":"PASSWORD","value":"s3cret"}',
    );
    for (const { type, ...rest } of [...effects, ...launched])
      if (type === "persist") expect(JSON.stringify(rest)).not.toContain("s3cret");
  });

  it("goes with its tasks when it is removed", () => {
    run({ instances: 2 });
    offers(offer());
    update("web.1", "TASK_RUNNING");
    const made = calls({ type: "command", command: { name: "remove", app: "web" } });
    expect(types(made)).toEqual(["KILL", "KILL"]);
    update("web.1", "TASK_KILLED");
    update("web.2", "TASK_KILLED");
    expect(state.apps.size).toBe(0);
  });
});

describe("a task", () => {
  beforeEach(() => {
    run();
    offers(offer());
  });

  it("that fails is followed by another one after a growing wait, until there were too many", () => {
    for (const waitMs of [750, 1500, 3000, 6000]) {
      update("web.1", "TASK_FAILED");
      expect(of()).toEqual(["web.1 backing-off"]);
      expect(later(waitMs - 1)).toEqual([]);
      later(1);
      expect(of()).toEqual(["web.1 waiting"]);
      later(1000);
      offers(offer());
    }
    update("web.1", "TASK_FAILED", { message: "no luck" });
    expect(of()).toEqual(["web.1 gave-up"]);
    expect(state.instances.get("web.1")).toMatchObject({ restarts: 4, lastFailure: { message: "no luck" } });
  });

  it("that was dropped, or is gone with its agent, is followed by another at once", () => {
    for (const ended of ["TASK_DROPPED", "TASK_GONE", "TASK_GONE_BY_OPERATOR"] as const) {
      update("web.1", ended);
      expect(of()).toEqual(["web.1 waiting"]);
      offers(offer());
    }
  });

  it("whose agent was removed is followed by another at once, also where one out of sight is waited for for ever", () => {
    run({ unreachable: { replace_after: "never" } });
    update("web.1", "TASK_UNREACHABLE", { reason: "REASON_AGENT_REMOVED" });
    later(3600_000);
    expect(of()).toEqual(["web.1 unreachable"]);
    // As for POST /machine/down, SIGUSR1 to the agent, and one that has lost its work directory.
    update("web.1", "TASK_LOST", { source: "SOURCE_MASTER", reason: "REASON_AGENT_REMOVED" });
    expect(of()).toEqual(["web.1 waiting"]);
  });

  it("that is out of sight is told of with what helps, and replaced when the app is changed to have it so", () => {
    const why = () => whyView(state, "web", nowMs);
    update("web.1", "TASK_UNREACHABLE");
    nowMs += 10_000;
    expect(why()).toMatchObject({
      waiting: [{ reason: "ran on a1:5051, which nobody hears of; another takes its place in 20 s" }],
      help: [],
    });
    run({ unreachable: { replace_after: "never" } });
    expect(why()?.waiting[0]?.reason).toContain("no other takes its place");
    expect(why()?.help).toEqual([expect.stringContaining("MARK_AGENT_GONE")]);
    later(3600_000);
    run({ unreachable: { replace_after: "5mins" } });
    expect(of()).toEqual(["web.1 waiting"]);
  });

  it("that is out of sight is waited for as long as the app says, and surplus when it comes back later", () => {
    update("web.1", "TASK_RUNNING");
    const first = state.instances.get("web.1")!.task!;
    update("web.1", "TASK_UNREACHABLE");
    later(29_999);
    expect(of()).toEqual(["web.1 unreachable"]);
    later(1);
    expect(of()).toEqual(["web.1 waiting"]);
    offers(offer({ agent: "a2" }));
    const status = { task_id: { value: first.taskId }, agent_id: { value: "a1" }, state: "TASK_RUNNING" as const };
    expect(calls({ type: "update", status })).toMatchObject([
      { type: "KILL", kill: { task_id: { value: first.taskId } } },
    ]);
  });

  it("that comes back in time, or before another took its place, has its place again", () => {
    const { taskId } = state.instances.get("web.1")!.task!;
    update("web.1", "TASK_UNREACHABLE");
    update("web.1", "TASK_RUNNING");
    expect(of()).toEqual(["web.1 running"]);
    update("web.1", "TASK_UNREACHABLE");
    later(30_000);
    expect(of()).toEqual(["web.1 waiting"]);
    const status = { task_id: { value: taskId }, agent_id: { value: "a1" }, state: "TASK_RUNNING" as const };
    expect(calls({ type: "update", status })).not.toContainEqual(expect.objectContaining({ type: "KILL" }));
    expect(of()).toEqual(["web.1 running"]);
  });

  it("that comes back where another of its app was placed meanwhile, and only one may be, is surplus", () => {
    const unreachable = { replace_after: "30s" };
    run({ name: "one", instances: 2, constraints: [["hostname", "UNIQUE"]], unreachable });
    offers(offer());
    const { taskId } = state.instances.get("one.1")!.task!;
    update("one.1", "TASK_RUNNING");
    update("one.1", "TASK_UNREACHABLE");
    later(30_000);
    offers(offer({ id: "o2" }));
    expect(of("one")).toEqual(["one.1 waiting", "one.2 launching"]);
    const status = { task_id: { value: taskId }, agent_id: { value: "a1" }, state: "TASK_RUNNING" as const };
    expect(calls({ type: "update", status })).toMatchObject([{ type: "KILL", kill: { task_id: { value: taskId } } }]);
    expect(of("one")).toEqual(["one.1 waiting", "one.2 launching"]);
  });

  it("is stored as it is before its update is acknowledged", () => {
    const { taskId, agentId } = state.instances.get("web.1")!.task!;
    const status = {
      task_id: { value: taskId },
      agent_id: { value: agentId },
      state: "TASK_RUNNING" as const,
      uuid: "u",
    };
    const effects = give({ type: "update", status });
    expect(effects.map(({ type }) => type).slice(0, 2)).toEqual(["persist", "call"]);
  });

  it("of which nothing is heard is asked about, never launched again without a word", () => {
    expect(later(30_000)).toMatchObject([
      { type: "RECONCILE", reconcile: { tasks: [{ task_id: { value: "web.1.1" }, agent_id: { value: "a1" } }] } },
    ]);
    expect(of()).toEqual(["web.1 launching"]);
  });
});

describe("a master that leads anew", () => {
  const implicit = (made: SchedulerCall[]) =>
    made.filter((one) => one.type === "RECONCILE" && one.reconcile.tasks.length === 0).length;

  it("is asked for all that it knows again and again while agents may still register with it", () => {
    run();
    offers(offer());
    update("web.1", "TASK_RUNNING");
    calls({ type: "subscribed", frameworkId: "f1" });
    // The agent of web.1 does not come back: nothing answers for it.
    const seconds: number[] = [];
    for (let second = 1; second <= 700; second++) if (implicit(later(1000)) > 0) seconds.push(second);
    expect(seconds).toEqual([5, 15, 35, 75, 155, 315, 635]);
    const back = { task_id: { value: "web.1.0" }, agent_id: { value: "a2" }, state: "TASK_RUNNING" as const };
    expect(calls({ type: "update", status: back })).toMatchObject([{ type: "KILL" }]);
  });

  it("is not asked so often where the framework is new", () => {
    calls({ type: "subscribed", frameworkId: "f2" });
    run();
    expect(implicit(later(60_000))).toBe(0);
  });
});

describe("a launch without an answer", () => {
  it("is withdrawn by declining its offer, and only then asked about", () => {
    run();
    const accept = give({ type: "offers", offers: [offer({ id: "o7" })] }).find(({ type }) => type === "call") as {
      id: number;
    };
    const withdrawn = give({ type: "answer", callId: accept.id, outcome: { name: "lost" } }).filter(
      ({ type }) => type === "call",
    );
    expect(withdrawn).toMatchObject([{ call: { type: "DECLINE", decline: { offer_ids: [{ value: "o7" }] } } }]);
    const { id } = withdrawn[0] as { id: number };
    const asked = give({ type: "answer", callId: id, outcome: { name: "taken" } });
    expect(asked.filter(({ type }) => type === "call")).toMatchObject([{ call: { type: "RECONCILE" } }]);
    update("web.1", "TASK_GONE");
    expect(of()).toEqual(["web.1 waiting"]);
  });
});

describe("an update of an app", () => {
  const all = () => instancesOf(state, "web").map(({ version, state: now }) => `${version} ${now}`);
  const roll = (env: Record<string, string>, over: object = {}) => run({ instances: 3, env, ...over });
  beforeEach(() => {
    run({ instances: 3 });
    offers(offer());
    for (const id of ["web.1", "web.2", "web.3"]) update(id, "TASK_RUNNING");
  });

  it("replaces one instance after the other", () => {
    roll({ A: "1" });
    for (const id of ["web.1", "web.2", "web.3"]) {
      expect(of().filter((one) => one.endsWith("killing"))).toEqual([`${id} killing`]);
      update(id, "TASK_KILLED");
      later(1000);
      offers(offer());
      update(id, "TASK_RUNNING");
    }
    expect(all()).toEqual(["2 running", "2 running", "2 running"]);
    expect(state.apps.get("web")?.rollout).toBeUndefined();
  });

  it("is taken back when the new version fails", () => {
    roll({ A: "1" }, { restart: { policy: "always", backoff: "0secs" } });
    update("web.1", "TASK_KILLED");
    for (let n = 0; n < 2; n++) {
      later(1000);
      offers(offer());
      update("web.1", "TASK_FAILED");
    }
    later(1000);
    offers(offer());
    update("web.1", "TASK_RUNNING");
    expect(all()).toEqual(["1 running", "1 running", "1 running"]);
    expect(state.apps.get("web")).toMatchObject({ version: 1, spec: { env: {} } });
  });

  it("goes on one by one where its own instances hold every place, however many wait besides", () => {
    const unique = { name: "one", instances: 3, constraints: [["hostname", "UNIQUE"]] };
    const mine = () =>
      instancesOf(state, "one").map(({ id, version, state: now, task }) => (task ? `${id} ${version} ${now}` : id));
    const places = () => offers(offer({ agent: "a1" }), offer({ agent: "a2" }));
    run(unique);
    places();
    for (const id of ["one.1", "one.2"]) update(id, "TASK_RUNNING");
    expect(mine()).toEqual(["one.1 1 running", "one.2 1 running", "one.3"]);
    run({ ...unique, env: { A: "1" } });
    expect(mine()).toEqual(["one.1 1 killing", "one.2 1 running", "one.3"]);
    update("one.1", "TASK_KILLED");
    expect(mine()).toContain("one.2 1 running");
    places();
    update("one.3", "TASK_RUNNING");
    expect(mine()).toEqual(["one.1", "one.2 1 killing", "one.3 2 running"]);
    update("one.2", "TASK_KILLED");
    places();
    update("one.1", "TASK_RUNNING");
    expect(mine()).toEqual(["one.1 2 running", "one.2", "one.3 2 running"]);
  });

  it("that waits has offers that were refused for what it was before", () => {
    run({ name: "big", cpus: 100 });
    later(1000);
    nowMs++;
    offers(offer());
    expect(types(later(1000))).toEqual([]);
    expect(types(run({ name: "big", cpus: 1 }))).toEqual(["REVIVE"]);
  });

  it("that changes nothing about tasks leaves them alone", () => {
    expect(run({ instances: 3, unreachable: { replace_after: "5mins" } })).toEqual([]);
    expect(all()).toEqual(["1 running", "1 running", "1 running"]);
  });
});

describe("offers", () => {
  it("are suppressed while nothing is wanted, and wanted again at most once a second", () => {
    run();
    expect(types(offers(offer()))).toEqual(["ACCEPT", "SUPPRESS"]);
    expect(types(update("web.1", "TASK_GONE"))).toEqual([]);
    expect(types(later(1000))).toContain("REVIVE");
  });

  it("of agents that are about to go into maintenance are not used, and what is there is moved", () => {
    run();
    offers(offer(), offer({ id: "o2", agent: "a2" }));
    update("web.1", "TASK_RUNNING");
    const inverse = inverseOffer("i1", "a1");
    const { start } = inverse.unavailability;
    expect(types(calls({ type: "inverse-offers", offers: [inverse] }))).toEqual(["ACCEPT_INVERSE_OFFERS", "KILL"]);
    update("web.1", "TASK_KILLED");
    offers({ ...offer(), unavailability: { start } });
    expect(of()).toEqual(["web.1 waiting"]);
    offers(offer({ agent: "a2" }));
    expect(of()).toEqual(["web.1 launching"]);
  });

  it("are wanted again to find another place for what must leave its agent", () => {
    run();
    offers(offer());
    update("web.1", "TASK_RUNNING");
    later(1000);
    // No other agent is known, or not that it is back.
    const inverse = inverseOffer("i1", "a1");
    expect(types(calls({ type: "inverse-offers", offers: [inverse] }))).toEqual(["DECLINE_INVERSE_OFFERS", "REVIVE"]);
    const made = offers(offer({ id: "o2", agent: "a2" }));
    expect(types(made)).toEqual(["DECLINE", "KILL"]);
    expect(made[0]).toMatchObject({ decline: { filters: { refuse_seconds: expect.closeTo(60, -1.6) as number } } });
  });

  it("are used for instances of an app that is spread although others must still leave their agent", () => {
    run({ instances: 4, constraints: [["rack", "GROUP_BY"]] });
    offers(...racks("r1", "r2"));
    for (const n of [1, 2, 3, 4]) update(`web.${n}`, "TASK_RUNNING");
    calls({ type: "inverse-offers", offers: [inverseOffer("i1", "a2")] });
    const killed = instancesOf(state, "web").find((one) => one.state === "killing");
    update(killed?.id ?? "", "TASK_KILLED");
    offers(...racks("r1"));
    expect(killed?.state).toBe("launching");
  });

  it.each([
    { what: "moved", where: "another agent has the rack that it frees", third: "r1", state: "killing" },
    { what: "left", where: "no other agent has a rack for it", third: "r2", state: "running" },
    { what: "moved", where: "the one with a free rack is full", third: "r1", open: { cpus: 0.01 }, state: "killing" },
    {
      what: "moved",
      where: "the one with a free rack leaves, too",
      third: "r1",
      open: { leaves: true },
      state: "killing",
    },
  ])("for what must leave its agent while another waits: it is $what where $where", ({ third, open, state: now }) => {
    run({ instances: 3, constraints: [["rack", "UNIQUE"]] });
    offers(...racks("r1", "r2"));
    for (const id of ["web.1", "web.2"]) update(id, "TASK_RUNNING");
    if (open !== undefined) {
      const { unavailability } = inverseOffer("i4", "a4");
      const made = offer({ id: "o4", agent: "a4", attributes: { rack: "r4" }, ...open });
      offers({ ...made, ...(open.leaves && { unavailability }) });
    }
    offers(offer({ id: "o9", agent: "a3", attributes: { rack: third } }));
    calls({ type: "inverse-offers", offers: [inverseOffer("i1", "a1")] });
    expect(of()).toEqual([`web.1 ${now}`, "web.2 running", "web.3 waiting"]);
  });

  it("of an agent whose maintenance was called off are used again", () => {
    run();
    calls({ type: "inverse-offers", offers: [inverseOffer("i1", "a1")] });
    offers({ ...offer(), unavailability: inverseOffer("i1", "a1").unavailability });
    expect(of()).toEqual(["web.1 waiting"]);
    calls({ type: "rescind-inverse", offerId: "i1" });
    offers(offer());
    expect(of()).toEqual(["web.1 launching"]);
    calls({ type: "inverse-offers", offers: [inverseOffer("i2", "a2")] });
    run({ name: "other" });
    offers(offer({ id: "o2", agent: "a2" }));
    expect(of("other")).toEqual(["other.1 launching"]);
  });

  it("that ask for an agent back are declined while something there has nowhere else to go", () => {
    run({ constraints: [["hostname", "EQUALS", "a1"]] });
    offers(offer(), offer({ id: "o2", agent: "a2" }));
    update("web.1", "TASK_RUNNING");
    const asked = [inverseOffer("i1", "a1"), inverseOffer("i2", "a2")];
    const made = calls({ type: "inverse-offers", offers: asked });
    expect(made).toMatchObject([
      { type: "ACCEPT_INVERSE_OFFERS", accept_inverse_offers: { inverse_offer_ids: [{ value: "i2" }] } },
      { type: "DECLINE_INVERSE_OFFERS", decline_inverse_offers: { inverse_offer_ids: [{ value: "i1" }] } },
    ]);
    expect(of()).toEqual(["web.1 running"]);
    // What was refused may do: every time that it is asked.
    expect(types(later(1000))).toEqual(["REVIVE"]);
    later(60_000);
    const again = calls({ type: "inverse-offers", offers: [inverseOffer("i3", "a1")] });
    expect(types(again)).toEqual(["DECLINE_INVERSE_OFFERS", "REVIVE"]);
  });

  it("that were refused late, after they were wanted back, are wanted back once more", () => {
    run();
    const declined = give({ type: "offers", offers: [offer({ cpus: 0.01 })] }).find(({ type }) => type === "call");
    later(1000);
    calls({ type: "agent-failed", agentId: "a9" });
    expect(declined).toMatchObject({ call: { type: "DECLINE" } });
    const { id } = declined as Extract<Effect, { type: "call" }>;
    calls({ type: "answer", callId: id, outcome: { name: "taken" } });
    expect(types(later(1000))).toEqual(["REVIVE"]);
    expect(types(later(1000))).toEqual([]);
  });
});

describe("a master that knows offer constraints", () => {
  const master = (masterVersion: string, offerConstraints?: OfferConstraints) =>
    calls({ type: "subscribed", frameworkId: "f1", masterVersion, offerConstraints });
  const onRack = { constraints: [["rack", "EQUALS", "r1"]] };

  it("is told of those that apps have before it offers anew", () => {
    master("1.11.0");
    const made = run(onRack);
    expect(types(made)).toEqual(["UPDATE_FRAMEWORK", "REVIVE"]);
    expect(made[0]).toMatchObject({
      update_framework: {
        framework_info: { id: { value: "f1" } },
        offer_constraints: offerConstraintsOf(state),
      },
    });
    calls({ type: "agent-failed", agentId: "a9" });
    expect(types(later(1000))).toEqual(["REVIVE"]);
  });

  it("is not told what its subscription said already, and an older one nothing", () => {
    run(onRack);
    master("1.12.0", offerConstraintsOf(state));
    calls({ type: "agent-failed", agentId: "a9" });
    expect(types(later(1000))).toEqual(["REVIVE"]);
    master("1.10.1");
    calls({ type: "agent-failed", agentId: "a9" });
    expect(types(later(1000))).toEqual(["REVIVE"]);
  });

  it("that refuses them is asked for offers all the same", () => {
    master("1.11.0");
    const asked = give({ type: "command", command: { name: "run", spec: app(onRack) } });
    const told = [...asked, ...give({ type: "timer" })].find(
      (effect) => effect.type === "call" && effect.call.type === "UPDATE_FRAMEWORK",
    );
    const { id } = told as Extract<Effect, { type: "call" }>;
    expect(types(calls({ type: "answer", callId: id, outcome: { name: "refused", message: "no" } }))).toEqual([
      "REVIVE",
    ]);
  });
});

describe("the word of a master about a task", () => {
  it.each<[Partial<TaskStatus> & { state: TaskState }, string]>([
    [{ state: "TASK_LOST", reason: "REASON_RECONCILIATION" }, "unreachable"],
    [{ state: "TASK_LOST", reason: "REASON_AGENT_REMOVED" }, "gone"],
    [{ state: "TASK_UNREACHABLE", reason: "REASON_AGENT_REMOVED" }, "unreachable"],
    [{ state: "TASK_LOST", reason: "REASON_INVALID_OFFERS" }, "dropped"],
    [{ state: "TASK_UNKNOWN" }, "unreachable"],
    [{ state: "TASK_GONE" }, "gone"],
    [{ state: "TASK_ERROR" }, "failed"],
  ])("%j means %s", (status, verdict) => {
    expect(verdictOf({ task_id: { value: "t" }, ...status })).toBe(verdict);
  });
});
