import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Registrar } from "../../../src/engine/master/registrar.ts";
import { fileStore } from "../../../src/engine/master/registry-stores.ts";

describe("Registrar", () => {
  it("finds again what was stored", async () => {
    const store = fileStore(join(mkdtempSync(join(tmpdir(), "registry-")), "deep", "registry.json"));
    const before = new Registrar(store, () => 0);
    expect((await before.recover()).agents.size).toBe(0);
    await before.apply((registry) => {
      registry.agents.set("S0", { hostname: "a1", id: { value: "S0" } });
      registry.gone.set("S1", 5);
      registry.weights.set("dev", 2);
    });
    const registry = await new Registrar(store, () => 0).recover();
    expect([...registry.agents]).toEqual([["S0", { hostname: "a1", id: { value: "S0" } }]]);
    expect([...registry.gone, ...registry.weights]).toEqual([
      ["S1", 5],
      ["dev", 2],
    ]);
  });

  it("stores many changes at once, and answers each when it is stored", async () => {
    const written: string[] = [];
    let release: () => void = () => {};
    const write = (pieces: readonly Buffer[]): Promise<void> => {
      const data = Buffer.concat(pieces);
      written.push(data.toString());
      return new Promise((resolve) => (release = resolve));
    };
    const registrar = new Registrar({ read: () => Promise.resolve(undefined), write }, () => 0);
    const done: number[] = [];
    const changes = [1, 2, 3].map((n) =>
      registrar.apply((registry) => registry.gone.set(`S${n}`, n)).then(() => done.push(n)),
    );
    release();
    await changes[0];
    expect(done).toEqual([1]);
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all(changes);
    expect(written).toHaveLength(2);
    expect(written[1]).toContain("S3");
  });
});
