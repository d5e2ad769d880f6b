import { describe, expect, it } from "vitest";
import { silentLog } from "../../../src/engine/common/log.ts";
import type { ZooKeeperSession } from "../../../src/engine/common/zookeeper-session.ts";
import { LogReplicas } from "../../../src/engine/master/log-replicas.ts";
import type { RegistryStore } from "../../../src/engine/master/registrar.ts";
import { memoryStore } from "../../../src/engine/master/registry-stores.ts";
import { settle } from "../support/fake-clock.ts";
import { ask, startMaster } from "../support/master-harness.ts";

/** What of ZooKeeper the replicas need: one node, its children, and who wants to know of a change. */
class Children {
  names: string[] = [];
  #watchers: (() => void)[] = [];

  get session(): ZooKeeperSession {
    return {
      ensure: () => Promise.resolve(),
      create: (path: string) => {
        this.add(path);
        return Promise.resolve(path);
      },
      children: (_: string, onChange: () => void) => {
        this.#watchers.push(onChange);
        return Promise.resolve([...this.names]);
      },
    } as unknown as ZooKeeperSession;
  }

  add(...names: string[]): void {
    this.change([...this.names, ...names]);
  }

  change(names: string[]): void {
    this.names = names;
    for (const onChange of this.#watchers.splice(0)) onChange();
  }
}

describe("the masters that keep the registry together", () => {
  it("are waited for until there is a quorum of them, and counted on as they come and go", async () => {
    const children = new Children();
    const replicas = new LogReplicas({ path: "/mesos/log_replicas", quorum: 2, log: silentLog });
    await replicas.join(children.session, "master@127.0.0.1:5050");
    let isReached = false;
    void replicas.quorum().then(() => (isReached = true));
    await settle();
    expect({ isReached, size: replicas.size, recovered: replicas.hasRecovered }).toEqual({
      ...{ isReached: false, size: 1, recovered: false },
    });
    children.add("replica_0000000001");
    await settle();
    expect({ isReached, size: replicas.size, recovered: replicas.hasRecovered }).toEqual({
      ...{ isReached: true, size: 2, recovered: true },
    });
    children.change(["replica_0000000001"]);
    await settle();
    expect({ size: replicas.size, recovered: replicas.hasRecovered }).toEqual({ size: 1, recovered: true });
  });
});

describe("/metrics/snapshot", () => {
  it("tells of them under the names of Mesos's replicated log", async () => {
    const store: RegistryStore = { ...memoryStore(), replicas: { size: 1, hasRecovered: false } };
    expect((await ask(await startMaster({ store }), "GET", "/metrics/snapshot")).json).toMatchObject({
      ...{ "registrar/log/ensemble_size": 1, "registrar/log/recovered": 0 },
    });
  });

  it("has nothing of the kind while the registry is kept by nobody", async () => {
    const { json } = await ask(await startMaster(), "GET", "/metrics/snapshot");
    expect(json).not.toHaveProperty("registrar/log/recovered");
  });
});
