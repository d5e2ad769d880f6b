// An image of ZooKeeper for machines that reach no registry: Debian's packages, or what is installed, as the runtime kit
// finds it, with the official image's variables and folders.
import { createHash } from "node:crypto";
import { readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { findInFolders } from "../../find-program.ts";
import { resolveRuntime } from "../../local/kit/runtime.ts";
import type { ImageRecipe, MakingOptions } from "./made-image.ts";
import { zookeeperEntrypoint } from "./zookeeper-entrypoint.ts";

/** Counts changes of the recipe: images made by another revision are made anew. */
const revision = 2;

export const zookeeperRepository = "mesos-up/zookeeper";
/** Images of this very recipe, of whichever machine's ZooKeeper and Java they were made. */
export const zookeeperRevision = { name: "mesos-up.revision", value: String(revision) } as const;

/** What a Java for developers has on top of what a server needs. */
const unneeded = ["jmods", "src.zip", "include", "man", "demo", "ct.sym", "docs"];

/** @throws what resolveRuntime throws */
export async function zookeeperImage({ env, signal, progress }: Omit<MakingOptions, "daemon">): Promise<ImageRecipe> {
  const { zookeeper } = await resolveRuntime({ need: ["zookeeper"], environment: env, signal, progress });
  if (zookeeper === undefined) throw new Error("the runtime kit gave no ZooKeeper though it was asked for one");
  const { java, version, classPath } = zookeeper;
  const javaHome = dirname(dirname(realpathSync(java.path)));
  const jars = classPath.map((path) => ({ path, inside: `opt/zookeeper/lib/${basename(path)}` }));
  const entrypoint = zookeeperEntrypoint({
    classPath: jars.map(({ inside }) => `/${inside}`),
    java: "/opt/java/bin/java",
  });
  const digest = createHash("sha256").update(JSON.stringify([revision, version, java.version, entrypoint]));
  return {
    reference: `${zookeeperRepository}:${version}-${digest.digest("hex").slice(0, 8)}`,
    title: `ZooKeeper ${version} on Java ${java.version}`,
    changes: [
      "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      ...["/data", "/datalog"].map((folder) => `VOLUME ${folder}`),
      // One by one, as Podman wants them.
      ...[2181, 2888, 3888, 8080].map((port) => `EXPOSE ${port}`),
      'ENTRYPOINT ["/docker-entrypoint.sh"]',
      'CMD ["zkServer.sh", "start-foreground"]',
      `LABEL ${zookeeperRevision.name}=${zookeeperRevision.value}`,
    ],
    async fill(root, machine) {
      const bash = findInFolders("bash", machine.searchPath);
      // Health checks of the official image's users open sockets with it.
      if (bash !== undefined) await root.addProgram(bash, "bin/bash");
      await root.addTree(javaHome, "opt/java", unneeded);
      await root.addLibrariesOf([realpathSync(java.path), ...nativeLibraries(join(javaHome, "lib"))]);
      for (const { path, inside } of jars) await root.addTree(path, inside);
      await root.write("docker-entrypoint.sh", entrypoint, 0o755);
    },
  };
}

/** What Java loads by itself at need. Those for a screen need libraries that a server does not. */
function nativeLibraries(folder: string): string[] {
  const names = ["server/libjvm.so", "libjli.so", "libjava.so", "libnet.so", "libnio.so", "libzip.so", "libjimage.so"];
  const there = new Set(readdirSync(folder));
  return names.filter((name) => name.includes("/") || there.has(name)).map((name) => join(folder, name));
}
