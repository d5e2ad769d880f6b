import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseClusterFile, parseClusterObject } from "../../src/cluster/parse-cluster-file.ts";
import { defaultClusterSpec } from "../../src/cluster/spec.ts";
import { ConfigError } from "../../src/errors.ts";

function problems(text: string): string[] {
  try {
    parseClusterFile(text, "cluster.yaml");
  } catch (error) {
    expect(error).toMatchObject({ code: "CLUSTER_FILE_INVALID", file: "cluster.yaml" });
    return (error as ConfigError).issues.map(({ line, path, message }) => `${line}: ${path} ${message}`);
  }
  return [];
}

describe("a cluster file", () => {
  it("may be empty: everything has a default", () => {
    expect(parseClusterFile("", "cluster.yaml")).toEqual(defaultClusterSpec());
    expect(parseClusterObject({})).toEqual(defaultClusterSpec());
  });

  it("may give just the number of agents", () => {
    const [agent] = defaultClusterSpec().agents;
    expect(parseClusterObject({ agents: 3 }).agents).toEqual([{ ...agent, count: 3 }]);
  });

  it("may be JSON and name its schema", () => {
    const text = '{ "$schema": "./node_modules/mesos-up/docs/cluster.schema.json", "name": "a" }';
    expect(parseClusterFile(text, "cluster.json")).toEqual({ ...defaultClusterSpec(), name: "a" });
  });

  it("gives the majority as the quorum, unless it names a larger one", () => {
    expect(parseClusterObject({ masters: { count: 5 } }).masters.quorum).toBe(3);
    expect(parseClusterObject({ masters: { count: 5, quorum: 4 } }).masters.quorum).toBe(4);
  });

  it("takes attributes and resources as text or as maps", () => {
    const agents = [
      { attributes: { rack: "r2d2", level: 3, ssd: true, zone: "[1-3]" }, resources: { cpus: 2, ports: "9000-9010" } },
      { attributes: " rack:c3po ", resources: "mem:64;cpus(web):1" },
      { attributes: "", resources: { gpus: 1, ports: "[1-2,5-6]" } },
    ];
    const spec = parseClusterObject({ agents });
    expect(spec.agents.map((agent) => [agent.attributes, agent.resources])).toEqual([
      ["rack:r2d2;level:3;ssd:true;zone:[1-3]", "cpus:2;ports:[9000-9010]"],
      ["rack:c3po", "mem:64;cpus(web):1"],
      ["", "gpus:1;ports:[1-2, 5-6]"],
    ]);
  });

  it("comes out of its own result unchanged", () => {
    const written = fc.record(
      {
        masters: fc.record({ count: fc.constantFrom(1, 3, 5) }),
        zookeeper: fc.record({ servers: fc.constantFrom(1, 3, 5) }),
        agents: fc.oneof(
          fc.integer({ min: 1, max: 9 }),
          fc.array(
            fc.record(
              {
                count: fc.integer({ min: 1, max: 3 }),
                attributes: fc.constantFrom("", "rack:a", "level:[1-2]"),
                resources: fc.record({ cpus: fc.integer({ min: 1, max: 9 }) }, { requiredKeys: [] }),
              },
              { requiredKeys: [] },
            ),
            { minLength: 1, maxLength: 4 },
          ),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(written, (value) => {
        const spec = parseClusterObject(value);
        expect(parseClusterObject(spec)).toEqual(spec);
      }),
    );
  });

  it("is refused with every problem at once, those between its parts among them", () => {
    const text = [
      "name: Demo",
      "backnd: local",
      "bind: 0.0.0.0",
      "zookeeper: { servers: 2, path: mesos, port: 5050 }",
      "masters:",
      "  count: 3",
      "  quorum: 1",
      "agents:",
      "  - name: a",
      "    port: 7000",
      "  - name: a",
      "    resources: ports:[6990-7000]",
      "  - attributes: rack:{a,b}",
      "    containerizers: [docker, docker]",
      "  - resources: cpus:many",
    ].join("\n");
    expect(problems(text)).toEqual([
      "1: name must be lower-case letters, digits and dashes between them, 40 characters at most",
      '2: backnd is not a known field; did you mean "backend"?',
      "3: bind must be one address that others reach this machine at",
      "4: zookeeper.servers must be 1, 3 or 5, but is 2",
      '4: zookeeper.path must be a path such as "/mesos"',
      "7: masters.quorum must be more than half of the 3 masters and no more than all, but is 1",
      "11: agents[1].name leads to the name a, which agents[0] has",
      "12: agents[1].resources takes ports 6990-7000, which agents[0].port has (port 7000)",
      "13: agents[2].attributes is not usable: Bad type for attribute rack text {a,b} type SET",
      "14: agents[2].containerizers must not name one twice",
      "15: agents[3].resources is not usable: Bad type for resource cpus value many type TEXT",
    ]);
  });

  it.each([
    ["masters: { port: 5050 }\nzookeeper: { port: 5050 }", ["masters.port takes port 5050"]],
    ["masters: { port: 5050, count: 3 }\nagents: [{ port: 5052 }]", ["agents[0].port takes port 5052, which masters"]],
    [
      "agents: [{ port: 5052, count: 3 }, { port: 5054 }]",
      ["agents[1].port takes port 5054, which agents[0].port has"],
    ],
    ["agents: [{ resources: 'ports:[1-5]' }, { resources: 'ports:[5-6]' }]", ["agents[1].resources takes ports 5-6"]],
    ["agents: [{ count: 2, resources: { ports: 1-5 } }]", ["agents[0].resources gives the same ports to 2 agents"]],
    ["agents: [{ resources: { ports: 0-5 } }]", ["agents[0].resources is not usable: ports 0-5 are not all between"]],
    ["agents: [{ resources: 'ports:5' }]", ["agents[0].resources is not usable: ports must be ranges"]],
    ["masters: { port: 65534, count: 3 }", ["masters.port leads to ports above 65535 (ports 65534-65536)"]],
    ["agents: [{ name: master-1 }]", ["agents[0].name is a name that ZooKeeper or a master has"]],
    ["agents: [{}, { name: agent-1 }]", ["agents[1].name leads to the name agent-1, which agents[0] has"]],
    ["agents: [{ name: agent-2 }, {}]", ["agents[1] leads to the name agent-2, which agents[0] has"]],
    ["agents: [{ name: a, count: 2 }, { name: a-2 }]", ["agents[1].name leads to the name a-2"]],
    ["agents: [{ count: 60 }, { count: 60 }]", ["agents must be 100 at most, but are 120"]],
    ["agents: 0", ["agents must be at least 1, but is 0"]],
    ["agents: []", ["agents must have at least 1 entry"]],
    ["agents: [{ attributes: 'a:b; c:d' }]", ['agents[0].attributes is not usable: the attribute name " c"']],
    ["agents: [{ attributes: { 'a:b': c } }]", ['the attribute name "a:b" must not hold']],
    ["agents: [{ attributes: { a: 'b;c' } }]", ["the value of the attribute a must not hold"]],
    ["agents: [{ sandbox_directory: sandbox }]", ["agents[0].sandbox_directory must be an absolute path"]],
    ["agents: [{ containerizers: [podman] }]", ["agents[0].containerizers[0] must be docker or mesos"]],
    ["zookeeper: { path: /zookeeper/mesos }", ["zookeeper.path must be a path"]],
    ["zookeeper: { path: /a/../b }", ["zookeeper.path must be a path"]],
    ["bind: localhost", ["bind must be an IPv4 address"]],
    ["bind: '::1'", ["bind must be an IPv4 address"]],
  ])("is refused: %s", (text, expected) => {
    const found = problems(text);
    expect(found).toHaveLength(expected.length);
    for (const [i, words] of expected.entries()) expect(found[i]).toContain(words);
  });

  it.each([
    ["master", "zk: a", "is set by the plan"],
    ["master", "port: 1", 'use the field "port"'],
    ["agent", "attributes: a", 'use the field "attributes"'],
    ["agent", "alocation_interval: 1secs", "is not a flag of mesos-agent"],
    ["master", "alocation_interval: 1secs", 'did you mean "allocation_interval"?'],
    ["master", "root_submissions: 3", "its value must be true or false"],
    ["master", "allocation_interval: true", "takes a value"],
    ["master", "constructor: 1", "is not a flag of mesos-master"],
  ])("cannot give a %s the flag %s", (program, flag, words) => {
    const section = program === "master" ? `masters: { flags: { ${flag} } }` : `agents: [{ flags: { ${flag} } }]`;
    expect(problems(section)).toEqual([expect.stringContaining(words)]);
  });

  it("may be wrong in any way without anything but a ConfigError coming of it", () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(1, 3, "a", "cpus:1", {}, []));
    const fields = (names: string[]) => fc.dictionary(fc.constantFrom(...names), value);
    const agent = fields(["name", "count", "port", "attributes", "resources", "containerizers", "flags"]);
    const written = fc.oneof(
      fc.jsonValue(),
      fc.record({
        zookeeper: fc.oneof(value, fields(["servers", "port", "path"])),
        masters: fc.oneof(value, fields(["count", "port", "quorum", "flags"])),
        agents: fc.oneof(value, fc.array(fc.oneof(agent, value))),
      }),
    );
    fc.assert(
      fc.property(written, (file) => {
        try {
          parseClusterFile(JSON.stringify(file), "cluster.json");
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect((error as ConfigError).issues).not.toHaveLength(0);
        }
      }),
    );
  });
});

describe("every example of a cluster file", () => {
  const folder = new URL("../../examples/", import.meta.url);
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => ({ file, text: readFileSync(new URL(file, folder), "utf8") }))
    .filter(({ text }) => text.includes("docs/cluster.schema.json"));

  it.each(texts)("$file has no problem", ({ text }) => {
    expect(problems(text)).toEqual([]);
  });
});
