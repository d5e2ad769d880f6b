// Folders, and what is in them.
import { renameSync, rmSync } from "node:fs";
import { execaSync } from "execa";
import type { Workplace } from "../../e2e/support/workplace.ts";
import type { Fault } from "../fault.ts";
import { spoil } from "../injections.ts";

const isRoot = process.getuid?.() === 0;
const mount = (...args: string[]): void => void execaSync("mount", args);
const umount = (folder: string): void => void execaSync("umount", ["--lazy", folder]);

/** Has the workplace on a disk of its own, for whoever may mount. Gives what takes it back. */
export function ownDisk({ folder }: Workplace): () => void {
  if (!isRoot) return () => undefined;
  mount("-t", "tmpfs", "-o", "size=4g", "tmpfs", folder);
  return () => umount(folder);
}

const onOwnDisk: Fault[] = [
  {
    name: "disk full (tmpfs)",
    inject: ({ place: { folder } }) => {
      const used = Number(execaSync("df", ["--output=used", folder]).stdout.split("\n").at(-1));
      const resize = (size: string) => mount("-o", `remount,size=${size}`, folder);
      resize(`${used + 4}k`);
      return { hand: () => resize("4g") };
    },
    named: { id: "MC003" },
    cure: "by hand",
  },
];

export const folderFaults: Fault[] = [
  ...(isRoot ? onOwnDisk : []),
  {
    name: "work_dir not writable",
    inject: (cluster) => {
      const { work } = cluster.node("master-1").directories;
      if (!isRoot) {
        execaSync("chmod", ["555", work]);
        return { hand: () => execaSync("chmod", ["755", work]) };
      }
      mount("--bind", work, work);
      mount("-o", "remount,bind,ro", work);
      return { hand: () => umount(work) };
    },
    named: { id: "MC007", subject: "master-1" },
    cure: "by hand",
  },
  {
    name: "log folder removed",
    inject: (cluster) => rmSync(cluster.node("master-1").directories.log, { recursive: true }),
    named: { id: "MC007", subject: "master-1" },
    cure: "fix",
  },
  {
    name: "sandbox removed",
    inject: async (cluster) => {
      const [, { sandboxes }] = await cluster.lookAt();
      for (const { path } of sandboxes) renameSync(path, `${path}-gone`);
    },
    named: { id: "AG006", subject: "agent-1" },
    cure: "fix --yes",
    loses: 1,
  },
  {
    name: "ZooKeeper's data corrupted",
    inject: (cluster) => spoil(cluster, "zookeeper-1"),
    named: { id: "ZK001", subject: "zookeeper-1", says: /its data cannot be read/ },
    cure: "fix --yes",
  },
];
