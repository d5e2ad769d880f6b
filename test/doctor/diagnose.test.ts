import { describe, expect, it } from "vitest";
import { CHECKS, diagnose } from "../../src/doctor/diagnose.ts";
import type { Answer, AppFacts, Facts, NodeFacts, PortHolder, SchedulerView } from "../../src/doctor/facts.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { answered, healthyFacts, refused, silent } from "./support.ts";

/** What a diagnosis comes to, in short. */
function summary(facts: Facts) {
  const { level, rootCause } = diagnose(facts);
  return { level, id: rootCause?.id, subject: rootCause?.subject, kind: rootCause?.remedy?.kind };
}

function levels(facts: Facts, id: string): Finding["level"][] {
  return diagnose(facts)
    .findings.filter((finding) => finding.id === id)
    .map(({ level }) => level);
}

/** The node has ended, and nothing of it answers. */
function die(facts: Facts, name: string, logTail = ""): void {
  for (const node of facts.nodes.filter((one) => one.name === name)) Object.assign(node, ended(logTail));
  for (const server of facts.servers) if (server.name === name) server.report = refused();
  for (const master of facts.masters) {
    if (master.name === name) Object.assign(master, { version: refused(), metrics: refused(), leader: refused() });
  }
  for (const agent of facts.agents) {
    if (agent.name === name) Object.assign(agent, { state: refused(), metrics: refused() });
  }
}

function ended(logTail: string): Partial<NodeFacts> {
  return { state: "dead", logTail };
}

function leaderless(facts: Facts): Facts {
  for (const { metrics } of facts.masters) {
    if (metrics.kind === "answered") metrics.value = { "master/elected": 0, "registrar/log/recovered": 0 };
  }
  return { ...facts, leader: undefined };
}

describe("a cluster that is well", () => {
  it.each([
    [1, 1],
    [3, 3],
  ] as const)("gives no finding but good ones with %i ZooKeeper servers and %i masters", (zookeeper, masters) => {
    const diagnosis = diagnose(healthyFacts({ zookeeper, masters }));
    expect(diagnosis.findings.filter(({ level }) => level !== "ok")).toEqual([]);
    expect(diagnosis.level).toBe("ok");
    expect(diagnosis.rootCause).toBeUndefined();
  });

  it("is looked at by every check", () => {
    const seen = new Set(diagnose(healthyFacts()).findings.map(({ id }) => id));
    expect(CHECKS.map(({ id }) => id).filter((id) => !seen.has(id))).toEqual([]);
  });
});

describe("the root cause", () => {
  it("is the only ZooKeeper server that has ended, whatever else fails for it", () => {
    const facts = healthyFacts();
    die(facts, "zookeeper-1");
    facts.elected = silent();
    expect(summary(leaderless(facts))).toEqual({ level: "failed", id: "ZK001", subject: "zookeeper-1", kind: "up" });
    expect(levels(leaderless(facts), "MS003")).toEqual(["unknown"]);
  });

  it("is a warning while the others of an ensemble carry on", () => {
    const facts = healthyFacts({ zookeeper: 3, masters: 3 });
    die(facts, "zookeeper-2");
    die(facts, "master-3");
    expect(summary(facts)).toEqual({ level: "warning", id: "ZK001", subject: "zookeeper-2", kind: "up" });
  });

  it("is the part that is missing, as long as the others do not carry on without it", () => {
    const facts = healthyFacts({ zookeeper: 3, masters: 3 });
    for (const node of facts.nodes) if (["zookeeper-3", "master-1"].includes(node.name)) node.suspended = true;
    for (const server of facts.servers) server.report = silent();
    expect(summary(leaderless(facts))).toMatchObject({ level: "failed", id: "ZK001", subject: "zookeeper-3" });
    facts.servers = healthyFacts({ zookeeper: 3, masters: 3 }).servers;
    expect(diagnose(leaderless(facts)).findings).toContainEqual(
      expect.objectContaining({ id: "MS001", subject: "master-1", level: "failed" }),
    );
  });

  it("is the lost quorum's first lost server", () => {
    const facts = healthyFacts({ zookeeper: 3, masters: 3 });
    die(facts, "zookeeper-2");
    die(facts, "zookeeper-3");
    facts.servers.forEach((server) => (server.report = refused()));
    expect(summary(facts)).toMatchObject({ level: "failed", id: "ZK001", subject: "zookeeper-2" });
    expect(levels(facts, "ZK003")).toEqual(["failed"]);
  });

  it("is a server that lives and does not serve", () => {
    const facts = healthyFacts();
    facts.servers.forEach((server) => (server.report = silent()));
    expect(summary(facts)).toEqual({ level: "failed", id: "ZK002", subject: "zookeeper-1", kind: "restart" });
  });

  it("is a process that was stopped by a signal", () => {
    const facts = healthyFacts();
    facts.nodes.filter(({ kind }) => kind === "agent").forEach((node) => (node.suspended = true));
    facts.agents.forEach((agent) => (agent.state = silent()));
    expect(summary(facts)).toEqual({ level: "failed", id: "AG001", subject: "agent-1", kind: "restart" });
    expect(levels(facts, "AG004")).toEqual(["unknown"]);
  });

  it("is that nobody leads where all run", () => {
    expect(summary(leaderless(healthyFacts({ masters: 3 })))).toMatchObject({ level: "failed", id: "MS003" });
  });

  it("is two masters that lead", () => {
    const facts = healthyFacts({ masters: 3 });
    facts.masters.forEach((master) => (master.metrics = answered({ "master/elected": 1 })));
    expect(summary(facts)).toMatchObject({ level: "failed", id: "MS003", kind: "restart" });
  });

  it("is a master that another takes for the leader", () => {
    const facts = healthyFacts({ masters: 3 });
    facts.masters.slice(2).forEach((master) => (master.leader = answered("http://127.0.0.1:5052")));
    expect(summary(facts)).toMatchObject({ level: "failed", id: "MS004" });
  });

  it("is a master that leads though ZooKeeper names another: that one is to be restarted", () => {
    const facts = healthyFacts({ masters: 3 });
    facts.masters.slice(0, 2).forEach((master) => (master.metrics = answered({ "master/elected": 1 })));
    facts.elected = answered(facts.masters.slice(1).map(({ url }) => url));
    const { rootCause } = diagnose(facts);
    expect(rootCause).toMatchObject({ id: "MS003", remedy: { target: "master-1" } });
    expect(rootCause?.evidence.at(-1)).toBe(`ZooKeeper: ${facts.masters[1]?.url} leads`);
  });

  it("is a registry that cannot be read for want of a quorum, though its log had recovered before", () => {
    const facts = healthyFacts();
    const words = "it answered 503: Master has not finished recovery";
    const answer: Answer<never> = { kind: "failed", said: words, tookMs: 1 };
    if (facts.leader !== undefined) facts.leader.subscribes = answer;
    expect(summary(facts)).toMatchObject({ level: "failed", id: "MS005", kind: "up" });
    expect(levels(facts, "MS006")).toEqual(["unknown"]);
  });

  it("is a registry that is not recovered, and not that SUBSCRIBE fails", () => {
    const facts = healthyFacts();
    facts.masters.forEach(
      (master) => (master.metrics = answered({ "master/elected": 1, "registrar/log/recovered": 0 })),
    );
    if (facts.leader !== undefined) facts.leader.subscribes = silent();
    expect(summary(facts)).toMatchObject({ level: "failed", id: "MS005" });
    expect(levels(facts, "MS006")).toEqual(["unknown"]);
  });

  it("is an agent with another ZooKeeper, and not that it is not registered", () => {
    const facts = healthyFacts();
    facts.agents.forEach(({ state }) => {
      if (state.kind === "answered") state.value.flags["master"] = "zk://127.0.0.1:1/mesos";
    });
    if (facts.leader !== undefined) facts.leader.agents = answered([]);
    expect(summary(facts)).toMatchObject({ level: "failed", id: "AG003", subject: "agent-1", kind: "restart" });
    expect(levels(facts, "AG004")).toEqual(["unknown"]);
  });

  it("is an agent that its master does not know", () => {
    const facts = healthyFacts();
    if (facts.leader !== undefined) facts.leader.agents = answered([]);
    expect(summary(facts)).toMatchObject({ level: "failed", id: "AG004", subject: "agent-1" });
  });

  it("is nothing worse than that an agent has yet to take back what it ran, which a restart would only prolong", () => {
    const facts = healthyFacts();
    const said = "it answered 503: Agent has not finished recovery";
    facts.agents.forEach((agent) => (agent.state = { kind: "failed", said, tookMs: 1 }));
    expect(summary(facts)).toEqual({ level: "warning", id: "AG002", subject: "agent-1", kind: "up" });
    expect(levels(facts, "AG004")).toEqual(["unknown"]);
  });

  it("is Docker, where that is what fails", () => {
    const facts = healthyFacts();
    const containerRuntime = { program: "docker", version: refused<string>() };
    if (facts.machine !== undefined) facts.machine = { ...facts.machine, containerRuntime };
    expect(summary(facts)).toMatchObject({ level: "failed", id: "MC004", kind: "by-hand" });
  });
});

describe("what a program said before it ended", () => {
  it.each([
    ["EXIT with status 1: Failed to perform recovery: Failed to read 'x': possible corruption", "noted", "renew", true],
    ["Incompatible agent info detected.", "attributes or resources", "renew", true],
    [
      "EXIT with status 1: Failed to bind on 127.0.0.1:5051: Address already in use",
      "port was taken",
      "by-hand",
      false,
    ],
    ["write error: No space left on device", "no room left", "by-hand", false],
    ["Unable to load database on disk", "data cannot be read", "renew", true],
  ])("is told with a remedy: %s", (said, meaning, kind, losesTasks) => {
    const facts = healthyFacts();
    die(facts, "agent-1", `starting\n${said}\n`);
    const { rootCause } = diagnose(facts);
    expect(rootCause).toMatchObject({ id: "AG001", remedy: { kind, losesTasks } });
    expect(rootCause?.result).toContain(meaning);
    expect(rootCause?.evidence).toContain(said);
  });
});

describe("what is not well without failing", () => {
  it("is a task without a framework", () => {
    const facts = healthyFacts();
    const orphan = { id: "t1", framework: "F", agent: "S0", state: "TASK_RUNNING", updateState: "TASK_RUNNING" };
    const none = { running: [], unreachable: [], waiting: [] };
    if (facts.leader !== undefined) facts.leader.tasks = answered({ ...none, orphans: [orphan] });
    expect(summary(facts)).toMatchObject({ level: "warning", id: "TK001" });
  });

  it("is an agent that is being drained", () => {
    const facts = healthyFacts();
    const agents = facts.leader?.agents;
    if (agents?.kind === "answered")
      agents.value = agents.value.map((agent) => ({ ...agent, active: false, drain_info: { state: "DRAINING" } }));
    expect(summary(facts)).toMatchObject({ level: "warning", id: "AG004", subject: "agent-1", kind: "by-hand" });
  });

  it("is a clock that is off", () => {
    const facts = { ...healthyFacts(), clocks: [{ name: "agent-1", skewMs: -61_000 }] };
    expect(diagnose(facts).rootCause).toMatchObject({ id: "MC005", result: "its clock is 61 s behind" });
  });
});

describe("an app that was left running", () => {
  const withApp = (change: Partial<AppFacts>, view: Partial<SchedulerView> = {}): Facts => {
    const facts = healthyFacts();
    for (const scheduler of facts.schedulers) {
      if (scheduler.view.kind !== "answered") continue;
      const { apps, ...rest } = scheduler.view.value;
      scheduler.view.value = { ...rest, ...view, apps: apps.map((app) => ({ ...app, ...change })) };
    }
    return facts;
  };
  const instance = { id: "web.1", state: "running", taskId: "t", restarts: 0, lastFailure: undefined, http: undefined };

  it("has nobody who looks after it", () => {
    const facts = healthyFacts();
    facts.schedulers.forEach((scheduler) => (scheduler.view = refused()));
    expect(summary(facts)).toEqual({ level: "failed", id: "TK005", subject: "web", kind: "scheduler" });
  });

  it("has a framework that is gone, and nothing else is said of it", () => {
    const facts = withApp({ running: 0 }, { over: true });
    expect(summary(facts)).toMatchObject({ level: "failed", id: "TK005", kind: "by-hand" });
    expect(levels(facts, "TK008")).toEqual([]);
  });

  it("has no image", () => {
    const facts = withApp({ image: { reference: "web:1", isThere: false }, running: 0 });
    expect(summary(facts)).toEqual({ level: "failed", id: "TK006", subject: "web", kind: "image" });
    expect(levels(facts, "TK008")).toEqual(["unknown"]);
  });

  it("fails again and again, and not merely runs too few instances", () => {
    const instances = [{ ...instance, state: "backing-off", restarts: 3, lastFailure: "TASK_FAILED" }];
    const facts = withApp({ running: 0, instances });
    expect(summary(facts)).toMatchObject({ level: "failed", id: "TK007", subject: "web" });
    expect(levels(facts, "TK008")).toEqual(["unknown"]);
  });

  it("waits, for the reason that its scheduler gives, and what would help is the remedy", () => {
    const facts = withApp({
      running: 0,
      why: { summary: "no agent has rack mars", help: ["Leave out the constraint"] },
    });
    const { rootCause } = diagnose(facts);
    expect(rootCause).toMatchObject({ id: "TK008", level: "warning", remedy: { command: "Leave out the constraint" } });
    expect(rootCause?.result).toContain("no agent has rack mars");
  });

  it("does not answer as it should", () => {
    const facts = withApp({ instances: [{ ...instance, http: { url: "http://h:1/", answer: silent() } }] });
    expect(summary(facts)).toEqual({ level: "failed", id: "TK009", subject: "web.1", kind: "relaunch" });
    expect(diagnose(facts).rootCause?.remedy).toMatchObject({ losesTasks: true });
  });

  it("has lost a sandbox, which only another task gets again", () => {
    const facts = withApp({});
    facts.sandboxes = [{ agent: "agent-1", executor: "web.1.x", path: "/gone", isThere: false }];
    expect(diagnose(facts).rootCause).toMatchObject({
      ...{ id: "AG006", subject: "agent-1" },
      remedy: { kind: "relaunch", target: "web.1", losesTasks: true },
    });
  });
});

describe("the log of a program that has ended", () => {
  const evidenceOf = (logTail: string): { result: string; evidence: string[] } => {
    const facts = healthyFacts();
    die(facts, "agent-1");
    facts.nodes.filter(({ kind }) => kind === "agent").forEach((node) => (node.logTail = logTail));
    const { result = "", evidence = [] } = diagnose(facts).rootCause ?? {};
    return { result, evidence };
  };
  const start = "I1 main.cpp:1] Version: 1.12.0";

  it("counts from its last start: what ended an earlier process is mended", () => {
    const { result, evidence } = evidenceOf(`${start}\nE1 x] EXIT with status 1: ENOSPC\n${start}\nI1 x] Registered`);
    expect(result).toBe("has ended");
    expect(evidence.slice(1)).toEqual([start, "I1 x] Registered"]);
  });

  it("is shown up to the line that tells why, not to the advice below it", () => {
    const advice = Array.from({ length: 12 }, (_, line) => `docker rmi ${line}`).join("\n");
    const { evidence } = evidenceOf(`${start}\nE1 x] EXIT with status 1: something else\n${advice}`);
    expect(evidence.at(-1)).toBe("E1 x] EXIT with status 1: something else");
  });
});

describe("an agent that is out of reach with its tasks", () => {
  const withLost = (): Facts => {
    const facts = healthyFacts();
    const lost = { id: "web.1.x", framework: "F0", agent: "S-old", state: "TASK_UNREACHABLE", updateState: undefined };
    const tasks = { running: [], unreachable: [lost, { ...lost, id: "web.2.x" }], orphans: [], waiting: [] };
    if (facts.leader !== undefined) facts.leader.tasks = answered(tasks);
    return facts;
  };

  it("is given up, if that is allowed, where every planned agent serves under another ID", () => {
    const { rootCause } = diagnose(withLost());
    expect(rootCause).toMatchObject({ id: "TK002", level: "warning", subject: "S-old" });
    expect(rootCause?.result).toBe("cannot be reached, and 2 tasks with it");
    expect(rootCause?.remedy).toMatchObject({ kind: "gone", target: "S-old", losesTasks: true });
  });

  it("is left alone where the master has it among its agents again", () => {
    const facts = withLost();
    if (facts.leader?.agents.kind === "answered") for (const agent of facts.leader.agents.value) agent.id = "S-old";
    expect(levels(facts, "TK002")).toEqual(["ok"]);
  });

  it("may come back while a planned one does not serve", () => {
    const facts = withLost();
    die(facts, "agent-1");
    const found = diagnose(facts).findings.find(({ id }) => id === "TK002");
    expect(found).toMatchObject({ level: "warning", remedy: { kind: "by-hand" } });
  });

  it("is not ours to give up in a cluster of somebody else's", () => {
    const facts = { ...withLost(), cluster: undefined, plan: undefined, machine: undefined, nodes: [] };
    expect(diagnose(facts).findings.find(({ id }) => id === "TK002")?.remedy?.kind).toBe("by-hand");
  });
});

describe("what is on this machine", () => {
  const endedWith = (portHolder: PortHolder): Facts => {
    const facts = healthyFacts();
    die(facts, "agent-1");
    facts.nodes.filter(({ kind }) => kind === "agent").forEach((node) => (node.portHolders = [portHolder]));
    return facts;
  };
  const holder: PortHolder = {
    ...{ pid: 7, port: 5051, address: "127.0.0.1", described: "PID 7 (nc)" },
    ...{ clusterFolder: undefined, container: undefined },
  };

  it.each([
    [holder, "PID 7 (nc)", "End PID 7, which has port 5051"],
    [{ ...holder, described: "the container web", container: "web" }, "the container web", "docker stop web"],
    [{ ...holder, clusterFolder: "/a/.mesos-up/two" }, "of the cluster in /a/.mesos-up/two", "down --name two, in /a)"],
    [{ ...holder, pid: undefined, described: "a process of another user" }, "another user", "sudo ss -ltnp"],
  ])("is whoever has the port of a node that has ended: %j", (held, named, command) => {
    const { rootCause, findings } = diagnose(endedWith(held));
    expect(rootCause).toMatchObject({ id: "MC011", level: "failed", subject: "agent-1" });
    expect(rootCause?.result).toMatch(/^cannot be started: its port 5051 is taken by /);
    expect(rootCause?.result).toContain(named);
    expect(rootCause?.remedy).toMatchObject({ kind: "by-hand", losesTasks: false });
    expect(rootCause?.remedy?.command).toContain(command);
    // To start it would be in vain, whatever else it died of.
    expect(findings.find(({ id }) => id === "AG001")).toMatchObject({ level: "failed", remedy: rootCause?.remedy });
  });

  it("is worth a look only where others stand in for the node whose port is taken", () => {
    const facts = healthyFacts({ zookeeper: 3 });
    die(facts, "zookeeper-3");
    facts.nodes.filter(({ name }) => name === "zookeeper-3").forEach((node) => (node.portHolders = [holder]));
    expect(diagnose(facts).rootCause).toMatchObject({ id: "MC011", level: "warning", subject: "zookeeper-3" });
  });

  it("is no port that is free", () => {
    const facts = healthyFacts();
    die(facts, "agent-1");
    const logTail = "EXIT with status 1: Failed to bind on 127.0.0.1:5051: Address already in use";
    facts.nodes
      .filter(({ kind }) => kind === "agent")
      .forEach((node) => Object.assign(node, { portHolders: [], logTail }));
    const { rootCause } = diagnose(facts);
    expect(rootCause).toMatchObject({ id: "AG001", result: "has ended: its port was taken by another program" });
    expect(rootCause?.remedy?.kind).toBe("up");
  });

  it("is a node of which nothing is written down", () => {
    const { rootCause } = diagnose(endedWith({ ...holder, clusterFolder: "/clusters/demo" }));
    expect(rootCause).toMatchObject({ id: "AG001", remedy: { kind: "restart", target: "agent-1", losesTasks: false } });
    expect(rootCause?.result).toContain("nothing is written down of it");
  });

  it.each([
    ["master-1", "work", "restart", false],
    ["agent-1", "log", "restart", false],
    ["agent-1", "work", "renew", true],
  ] as const)("is a folder that is gone: %s's %s", (name, which, kind, losesTasks) => {
    const facts = healthyFacts();
    const node = facts.plan?.nodes.find((one) => one.name === name);
    facts.folders = [{ node: name, path: node?.directories[which] ?? "", state: "missing" }];
    expect(diagnose(facts).rootCause).toMatchObject({ id: "MC007", subject: name, remedy: { kind, losesTasks } });
  });

  it("is a container that no agent knows", () => {
    const facts = { ...healthyFacts(), strayContainers: ["mesos-x"] };
    expect(summary(facts)).toEqual({ level: "warning", id: "LO001", subject: "mesos-x", kind: "sweep" });
  });

  it("is a record that cannot be read, and nothing else is said then", () => {
    const facts = { ...healthyFacts(), plan: undefined, damage: "cluster.json: it is not JSON" };
    expect(summary(facts)).toMatchObject({ level: "failed", id: "MC006", kind: "rebuild" });
    expect(diagnose(facts).findings.at(-1)?.id).toBe("MC006");
  });
});

it("has commands only for clusters of its own", () => {
  const facts = { ...healthyFacts(), cluster: undefined, plan: undefined, machine: undefined, nodes: [] };
  facts.servers.forEach((server) => (server.report = silent()));
  expect(diagnose(facts).rootCause).toMatchObject({ id: "ZK002", remedy: { kind: "by-hand" } });
});
