import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { parseClusterFile } from "../../../src/cluster/parse-cluster-file.ts";
import { plan } from "../../../src/cluster/plan.ts";
import type { ClusterPlan, Placement } from "../../../src/cluster/plan-types.ts";
import { defaultClusterSpec, type ClusterSpec } from "../../../src/cluster/spec.ts";
import type { ConfigError } from "../../../src/errors.ts";
import type { VagrantPlacement } from "../../../src/cluster/vagrant/vagrant-types.ts";

const CONTAINER = { image: "machine:1", imageStore: "/cache/images", engine: "/state/engine", node: "/usr/bin/node" };

function placement(vagrant: VagrantPlacement): Placement {
  const containerProgram = vagrant.provider === "docker" ? "/usr/sbin/runc" : "docker";
  return { stateDirectory: "/work/.mesos-up/demo", slot: 0, containerProgram, imageStore: "", vagrant };
}

function planned(spec: ClusterSpec, vagrant: VagrantPlacement = { provider: "virtualbox" }): ClusterPlan {
  return plan(spec, placement(vagrant));
}

function fromFile(text: string): ClusterSpec {
  return parseClusterFile(text, "cluster.yaml", { backend: "vagrant" });
}

function problemOf(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    return error;
  }
}

const onDocker: VagrantPlacement = { provider: "docker", container: CONTAINER };

describe("the plan of a cluster on machines", () => {
  it("has the machines, addresses, ports and folders that people know", () => {
    const { nodes, vagrant, zookeeper, masters, agents } = planned(defaultClusterSpec());
    expect(vagrant?.machines.map(({ name, address, nodes }) => [name, address, nodes])).toEqual([
      ["mesos-master", "192.168.33.10", ["zookeeper-1", "master-1"]],
      ["mesos-agent", "192.168.33.11", ["agent-1"]],
    ]);
    expect(zookeeper.url).toBe("zk://192.168.33.10:2181/mesos");
    expect(masters).toEqual(["http://192.168.33.10:5050"]);
    expect(agents).toEqual(["http://192.168.33.11:5051"]);
    expect(nodes.map(({ directories }) => directories.log)).toEqual([
      "/var/local/mesos/logs/zookeeper",
      "/var/local/mesos/logs/master",
      "/var/local/mesos/logs/agent",
    ]);
    expect(nodes.find(({ kind }) => kind === "agent")?.args).toEqual(
      expect.arrayContaining([
        "--ip=192.168.33.11",
        "--port=5051",
        "--attributes=rack:r2d2;pod:demo,dev",
        "--sandbox_directory=/var/local/sandbox",
        "--containerizers=docker,mesos",
        "--log_dir=/var/local/mesos/logs/agent",
        "--master=zk://192.168.33.10:2181/mesos",
      ]),
    );
  });

  it("puts further masters below and further agents above the first, each with its own first ports", () => {
    const { vagrant, masters, agents } = planned(
      fromFile("zookeeper: { servers: 3 }\nmasters: { count: 3 }\nagents: 3\n"),
    );
    expect(vagrant?.machines.map(({ name, address }) => [name, address])).toEqual([
      ["mesos-master", "192.168.33.10"],
      ["mesos-master-2", "192.168.33.9"],
      ["mesos-master-3", "192.168.33.8"],
      ["mesos-agent", "192.168.33.11"],
      ["mesos-agent-2", "192.168.33.12"],
      ["mesos-agent-3", "192.168.33.13"],
    ]);
    expect(new Set(masters.map((url) => url.split(":").at(-1)))).toEqual(new Set(["5050"]));
    expect(new Set(agents.map((url) => url.split(":").at(-1)))).toEqual(new Set(["5051"]));
  });

  it("gives ZooKeeper servers beyond the masters machines of their own", () => {
    const { vagrant } = planned(fromFile("zookeeper: { servers: 3 }\n"));
    expect(vagrant?.machines.map(({ name, nodes }) => [name, nodes])).toEqual([
      ["mesos-master", ["zookeeper-1", "master-1"]],
      ["mesos-zookeeper-2", ["zookeeper-2"]],
      ["mesos-zookeeper-3", ["zookeeper-3"]],
      ["mesos-agent", ["agent-1"]],
    ]);
  });

  it("takes sizes, box and network from the cluster file", () => {
    const { vagrant, agents } = planned(
      fromFile(
        "vagrant: { box: generic/debian12, box_version: 4.3.12, network: 10.1.2, masters: { memory: 700 }, agents: { cpus: 3 } }\n",
      ),
    );
    expect(vagrant).toMatchObject({ box: "generic/debian12", boxVersion: "4.3.12" });
    expect(vagrant?.machines.map(({ memory, cpus }) => [memory, cpus])).toEqual([
      [700, 1],
      [2048, 3],
    ]);
    expect(agents).toEqual(["http://10.1.2.11:5051"]);
  });

  it.each([
    ["{}", "{}", "cpus:2;mem:1024;disk:10000;ports:[9000-10000]"],
    ["{ memory: 1500, cpus: 1 }", "{}", "cpus:1;mem:750;disk:10000;ports:[9000-10000]"],
    ["{ memory: 8192, cpus: 4 }", "{ resources: 'mem:100' }", "mem:100;cpus:4;disk:10000;ports:[9000-10000]"],
  ])("has agents of machines of size %s offer what fits it, unless they say otherwise: %s", (size, agent, text) => {
    const { nodes } = planned(fromFile(`vagrant: { agents: ${size} }\nagents: [${agent}]\n`));
    expect(nodes.find(({ name }) => name === "agent-1")?.agent?.resources).toBe(text);
  });

  it("runs on a machine what the plan says of its nodes: flags, files and folders", () => {
    for (const spec of [
      defaultClusterSpec(),
      fromFile("zookeeper: { servers: 3 }\nmasters: { count: 3 }\nagents: 2\n"),
    ]) {
      for (const vagrant of [{ provider: "libvirt" } as const, onDocker]) {
        const { nodes, vagrant: machines } = planned(spec, vagrant);
        for (const machine of machines?.machines ?? []) {
          const commands = machine.commands.filter(([script]) => script === "node.sh");
          const own = machine.nodes.map((name) => nodes.find((node) => node.name === name));
          expect(commands.map((command) => command.slice(command.indexOf("--") + 1))).toEqual(
            own.map((node) => node?.args),
          );
          for (const [i, node] of own.entries()) {
            const command = commands[i] ?? [];
            for (const { path, content } of node?.files ?? [])
              expect(Buffer.from(command[command.indexOf(path) + 1] ?? "", "base64").toString()).toBe(content);
            for (const folder of [node?.directories.work, ...(node?.directories.others ?? [])])
              expect(command).toContain(folder);
          }
        }
      }
    }
  });

  it("installs Mesos as the cluster file says: from the default package, another one, an image, or not at all", () => {
    const scripts = (text: string, vagrant?: VagrantPlacement) =>
      planned(fromFile(text), vagrant)
        .vagrant?.machines.at(-1)
        ?.commands.filter(([script]) => script !== "prepare.sh");
    expect(scripts("")?.[1]).toEqual(["mesos-package.sh", expect.stringMatching(/^http:\/\/.+_\{arch\}\.deb$/)]);
    const sha256 = "a".repeat(64);
    const own = `images: { mesos: { package: "http://packages.test/mesos_{version}_{arch}.deb", version: 1.2.3, sha256: ${sha256} } }`;
    expect(scripts(own)?.[1]).toEqual(["mesos-package.sh", "http://packages.test/mesos_1.2.3_{arch}.deb", sha256]);
    expect(scripts("images: { mesos: mesos:1.11 }")?.[1]).toEqual(["image.sh", "mesos:1.11"]);
    const fromImage = planned(fromFile("images: { mesos: mesos:1.11 }")).nodes.at(-1);
    expect(fromImage?.args).toContain("--docker_mesos_image=mesos:1.11");
    expect(scripts("engine: embedded", { provider: "libvirt", engineArchive: "/state/engine.tar" })?.[1]).toEqual([
      "engine.sh",
      "/tmp/mesos-up-engine.tar",
    ]);
    expect(scripts("", onDocker)?.[0]).toEqual(["engine.sh"]);
    expect(scripts("engine: mesos", onDocker)?.[0]?.[0]).toBe("mesos-package.sh");
    expect(problemOf(() => scripts("images: { mesos: mesos:1.11 }", onDocker))).toMatchObject({
      code: "IMAGE_NEEDS_DOCKER",
    });
  });

  it("names containers so that no agent takes them for its own, with few capabilities and their cluster's labels", () => {
    const containers = planned(defaultClusterSpec(), onDocker).vagrant?.machines.map(({ container }) => container);
    expect(containers?.map((container) => container?.name)).toEqual([
      expect.stringMatching(/^up-demo-[0-9a-f]{8}-mesos-master$/),
      expect.stringMatching(/^up-demo-[0-9a-f]{8}-mesos-agent$/),
    ]);
    expect(containers?.[0]).toMatchObject({
      capabilities: ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"],
      labels: { "mesos-up.state": "/work/.mesos-up/demo", "mesos-up.role": "machine" },
    });
    expect(planned(defaultClusterSpec()).vagrant?.machines[0]?.container).toBeUndefined();
  });

  it("is kept for the default cluster in scripts/provision, for `vagrant up` without Node (vitest -u writes it anew)", async () => {
    const made = plan(defaultClusterSpec(), {
      ...placement({ provider: "virtualbox" }),
      stateDirectory: "/var/local/mesos",
    });
    const text = await format(JSON.stringify(made), { parser: "json", printWidth: 120 });
    await expect(text).toMatchFileSnapshot("../../../scripts/provision/default-plan.json");
  });

  it.each([
    ["network: 8.8.8", "private network"],
    ["network: 192.168.300", "private network"],
    ["agents: { memory: 10 }", "512"],
    ["provider: vmware", "provider"],
  ])("refuses %s in the cluster file", (line, word) => {
    const problem = problemOf(() => fromFile(`vagrant: { ${line} }\n`));
    expect(problem).toMatchObject({ code: "CLUSTER_FILE_INVALID" });
    expect(JSON.stringify((problem as ConfigError).issues)).toContain(word);
  });
});
