// Where a master keeps its registry: in memory, in a file of its work directory, or in ZooKeeper for several masters.
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { ZooKeeperSession } from "../common/zookeeper-session.ts";
import type { RegistryReplicas, RegistryStore } from "./registrar.ts";

const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

/** Forgotten with the process (--registry=in_memory). */
export const memoryStore = (): RegistryStore => ({
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
});

/** One file, replaced as a whole. */
export function fileStore(path: string): RegistryStore {
  let isMade: Promise<unknown> | undefined;
  return {
    replicas: { size: 1, hasRecovered: true },
    async read() {
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    async write(pieces) {
      isMade ??= mkdir(dirname(path), { recursive: true });
      await isMade;
      await writePieces(`${path}.new`, pieces);
      await rename(`${path}.new`, path);
    },
  };
}

async function writePieces(path: string, pieces: readonly Buffer[]): Promise<void> {
  const file = await open(path, "w");
  try {
    const { bytesWritten } = await file.writev(pieces);
    if (bytesWritten < pieces.reduce((sum, { length }) => sum + length, 0)) throw new Error(`${path} is cut short`);
  } finally {
    await file.close();
  }
}

/** The data of one node, packed: ZooKeeper takes 1 MB, which holds some 10,000 agents. The node must exist. */
export function zooKeeperStore(
  session: () => ZooKeeperSession,
  node: string,
  replicas: RegistryReplicas,
): RegistryStore {
  return {
    replicas,
    async read() {
      const data = await session().read(node);
      return data && data.length > 0 ? unpack(data) : undefined;
    },
    // Of many agents it is packed for so long that it must not be done in a turn of the event loop.
    write: async (pieces) => session().write(node, await pack(Buffer.concat(pieces))),
  };
}
