import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knownClusters } from "../../scripts/known-clusters.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "known-clusters-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const folderOf = (name: string): string => join(root, ".mesos-up", name);
const found = (...names: string[]) => names.map((name) => ({ name, folder: folderOf(name) }));
const none = () => Promise.resolve([]);

describe("the clusters that are known below a folder", () => {
  it("are those with a folder, of the backend that it tells of, and of the local one where it tells of none", async () => {
    for (const name of ["a/ssh_key", "b/terraform", "c/nodes", "d/apps"])
      mkdirSync(folderOf(name), { recursive: true });
    expect(await knownClusters(root, none)).toEqual([
      { name: "a", backend: "vagrant" },
      { name: "b", backend: "docker" },
      { name: "c", backend: "local" },
      { name: "d", backend: "local" },
    ]);
  });

  it("are those that backends find whose folder is gone, and no others' in other folders", async () => {
    mkdirSync(folderOf("here/ssh_key"), { recursive: true });
    // What is left of it does not tell what it is of.
    mkdirSync(folderOf("emptied"), { recursive: true });
    const lists = {
      // Schedulers that were left behind run here, too.
      local: [...found("on-machines", "here-alone"), { name: "elsewhere", folder: "/elsewhere/.mesos-up/elsewhere" }],
      docker: found("here", "in-docker", "emptied"),
      vagrant: found("here", "on-machines"),
    };
    expect(await knownClusters(root, (backend) => Promise.resolve(lists[backend]))).toEqual([
      { name: "emptied", backend: "docker" },
      { name: "here", backend: "vagrant" },
      { name: "in-docker", backend: "docker" },
      { name: "on-machines", backend: "vagrant" },
      { name: "here-alone", backend: "local" },
    ]);
  });

  it("are none of a backend that cannot tell, and what schedulers keep of others' clusters is none", async () => {
    mkdirSync(folderOf("at-127.0.0.1-5050-0a1b2c3d/frameworks"), { recursive: true });
    const refused = () => Promise.reject(new Error("not here"));
    expect(await knownClusters(root, refused)).toEqual([]);
    expect(await knownClusters(root, (backend) => (backend === "vagrant" ? none() : refused()))).toEqual([]);
  });
});
