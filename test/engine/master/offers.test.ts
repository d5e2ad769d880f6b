import { describe, expect, it } from "vitest";
import { settle } from "../support/fake-clock.ts";
import { startMaster, TestAgent, TestFramework } from "../support/master-harness.ts";

const cpusOf = (framework: TestFramework): (number | undefined)[] =>
  framework.offers.map(({ resources }) => resources?.find(({ name }) => name === "cpus")?.scalar?.value);

describe("offers", () => {
  it("come at once, all that is free, what is not a scalar first", async () => {
    const test = await startMaster();
    const agent = await new TestAgent(test).register();
    const framework = new TestFramework(test);
    await settle();
    expect(framework.offers).toMatchObject([
      {
        agent_id: { value: agent.id },
        hostname: "a1",
        url: { scheme: "http", address: { hostname: "a1", ip: "127.0.0.1", port: 5051 }, path: "/slave(1)" },
        resources: [
          { name: "ports", role: "*" },
          { name: "cpus", role: "*", scalar: { value: 4 } },
          { name: "mem", role: "*" },
          { name: "disk", role: "*" },
        ],
      },
    ]);
    expect(framework.offers[0]).not.toHaveProperty("allocation_info");
  });

  it("come at once too when the agent comes later", async () => {
    const test = await startMaster();
    const framework = new TestFramework(test);
    await new TestAgent(test).register();
    expect(framework.offers).toHaveLength(1);
  });

  it("come again after the time for which they were refused, not before", async () => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const framework = new TestFramework(test);
    await settle();
    await framework.decline(3);
    await test.clock.advance(2_900);
    expect(framework.offers).toHaveLength(1);
    await test.clock.advance(1_200);
    expect(framework.offers).toHaveLength(2);
  });

  it("come with the next batch when they were given back without refusal, but to others at once", async () => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const first = new TestFramework(test);
    await settle();
    await first.decline(0);
    expect(first.offers).toHaveLength(1);
    await test.clock.advance(1_000);
    expect(first.offers).toHaveLength(2);
    const second = new TestFramework(test);
    await settle();
    await first.decline(0);
    expect(second.offers).toHaveLength(1);
  });

  it("are of what a launch has left", async () => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const framework = new TestFramework(test);
    await settle();
    await framework.launch({});
    await test.clock.advance(6_000);
    expect(cpusOf(framework)).toEqual([4, 3]);
  });

  it("stop on SUPPRESS and come at once on REVIVE", async () => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const framework = new TestFramework(test);
    await settle();
    framework.call({ type: "SUPPRESS" });
    await framework.decline(0);
    await test.clock.advance(5_000);
    expect(framework.offers).toHaveLength(1);
    framework.call({ type: "REVIVE" });
    await settle();
    expect(framework.offers).toHaveLength(2);
  });

  it("are rescinded after --offer_timeout", async () => {
    const test = await startMaster({ args: ["--offer_timeout=10secs"] });
    await new TestAgent(test).register();
    const framework = new TestFramework(test);
    await settle();
    await test.clock.advance(10_000);
    expect(framework.types).toContain("RESCIND");
  });

  it("are rescinded when their agent loses its connection, and come again with it", async () => {
    const test = await startMaster();
    const agent = await new TestAgent(test).register();
    const framework = new TestFramework(test);
    await settle();
    await agent.disconnect();
    expect(framework.types.at(-1)).toBe("RESCIND");
    await new TestAgent(test, { id: agent.id }).reregister();
    expect(framework.types.at(-1)).toBe("OFFERS");
  });
});
