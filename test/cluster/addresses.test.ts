import { describe, expect, it } from "vitest";
import { parseClusterFile, parseClusterObject } from "../../src/cluster/parse-cluster-file.ts";
import { plan } from "../../src/cluster/plan.ts";

const addresses = {
  zookeeper: ["10.0.0.10", "10.0.0.11", "10.0.0.12"],
  masters: ["10.0.0.10", "10.0.0.11", "10.0.0.12"],
  agents: ["10.0.0.21", "10.0.0.22"],
};

function planOf(written: object) {
  const placement = { stateDirectory: "/x/demo", slot: 0, containerProgram: "docker", imageStore: "/images" };
  return plan(parseClusterObject({ zookeeper: { servers: 3 }, masters: { count: 3 }, agents: 2, ...written }), {
    ...placement,
    addresses,
  });
}

describe("nodes on machines of their own", () => {
  it("have the first port of each kind there, and agents the same ports for tasks", () => {
    const { zookeeper, masters, agents, nodes } = planOf({});
    expect(zookeeper.connect).toBe("10.0.0.10:2181,10.0.0.11:2181,10.0.0.12:2181");
    expect(masters).toEqual(["http://10.0.0.10:5050", "http://10.0.0.11:5050", "http://10.0.0.12:5050"]);
    expect(agents).toEqual(["http://10.0.0.21:5051", "http://10.0.0.22:5051"]);
    expect(nodes.slice(-2).map((node) => node.agent?.taskPorts.begin)).toEqual([9000, 9000]);
  });

  it("know each other by their addresses", () => {
    const [first] = planOf({}).nodes;
    expect(first?.files[0]?.content).toContain(
      "server.1=10.0.0.10:2888:3888\nserver.2=10.0.0.11:2888:3888\nserver.3=10.0.0.12:2888:3888\n",
    );
    expect(planOf({}).nodes.find(({ name }) => name === "master-2")?.args).toEqual(
      expect.arrayContaining(["--ip=10.0.0.11", "--hostname=10.0.0.11"]),
    );
  });

  it("have the port that the file names, each of them", () => {
    const { masters, agents } = planOf({ masters: { count: 3, port: 6000 }, agents: [{ count: 2, port: 7000 }] });
    expect(masters.map((url) => url.split(":").at(-1))).toEqual(["6000", "6000", "6000"]);
    expect(agents.map((url) => url.split(":").at(-1))).toEqual(["7000", "7000"]);
  });

  it("keep out of each other's way where two are on one machine", () => {
    const { nodes } = planOf({ zookeeper: { servers: 3, port: 5050 } });
    expect(nodes.slice(0, 6).map(({ port }) => port)).toEqual([5050, 5050, 5050, 5051, 5051, 5051]);
  });
});

describe("ports that meet in a cluster file", () => {
  const file = `
agents:
  - port: 5051
    count: 2
    resources: ports:[9000-9100]
  - port: 5051
    resources: ports:[5060-5061]
`;

  function problemsFor(backend: "local" | "docker" | "vagrant" | undefined, text = file): string[] {
    try {
      parseClusterFile(text, "cluster.yaml", { backend });
      return [];
    } catch (error) {
      return (error as { issues: { path: string }[] }).issues.map(({ path }) => path);
    }
  }

  it.each(["local", "docker"] as const)("are refused where agents share a machine, as with %s", (backend) => {
    expect(problemsFor(backend)).toEqual(["agents[0].resources", "agents[1].port"]);
  });

  it("are no problem where each agent has a machine of its own", () => {
    expect(problemsFor("vagrant")).toEqual([]);
    expect(problemsFor(undefined, `backend: vagrant\n${file}`)).toEqual([]);
  });

  it("are refused on an agent's own machine too", () => {
    expect(problemsFor("vagrant", "agents: [{ port: 9000, resources: 'ports:[9000-9100]' }]")).toEqual([
      "agents[0].resources",
    ]);
  });

  it("count by the backend that is given apart from the file", () => {
    expect(problemsFor("local", `backend: vagrant\n${file}`)).not.toEqual([]);
    expect(parseClusterFile(file, "cluster.yaml", { backend: "vagrant" }).backend).toBe("local");
  });
});
