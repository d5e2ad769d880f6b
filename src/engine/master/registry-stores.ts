// Where a master keeps its registry: in memory, in a file of its work directory, or in ZooKeeper for several masters.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { ZooKeeperSession } from "../common/zookeeper-session.ts";
import type { RegistryStore } from "./registrar.ts";

/** Forgotten with the process (--registry=in_memory). */
export const memoryStore = (): RegistryStore => ({
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
});

/** One file, replaced as a whole. */
export function fileStore(path: string): RegistryStore {
  return {
    async read() {
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    async write(data) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, data);
      await rename(`${path}.new`, path);
    },
  };
}

/** The data of one node, packed: ZooKeeper takes 1 MB, which holds some 10,000 agents. The node must exist. */
export function zooKeeperStore(session: () => ZooKeeperSession, node: string): RegistryStore {
  return {
    async read() {
      const data = await session().read(node);
      return data && data.length > 0 ? gunzipSync(data) : undefined;
    },
    write: (data) => session().write(node, gzipSync(data)),
  };
}
