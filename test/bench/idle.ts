// What an idle cluster costs: resident memory and processor time of each of its processes over a minute.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { figureTable } from "./statistics.ts";

const run = promisify(execFile);
const IDLE_SECONDS = 60;
/** The start is over by then, and node has tidied up after it, which it does once it has been idle for some seconds. */
const SETTLING_SECONDS = 15;
const CLOCK_TICKS_PER_SECOND = 100;

export async function idleCost(options: { program: string; folder: string; clusterFile: string }): Promise<string> {
  const mesosUp = (...args: string[]) =>
    run(
      process.execPath,
      [options.program, ...args, "--json", "--name", "bench-idle", "--cluster", options.clusterFile],
      {
        cwd: options.folder,
      },
    );
  await mesosUp("up");
  try {
    const { nodes } = JSON.parse((await mesosUp("status")).stdout) as {
      nodes: { name: string; version?: string; pid: number }[];
    };
    await sleep(SETTLING_SECONDS * 1000);
    const before = await Promise.all(nodes.map(({ pid }) => costOfTree(pid)));
    await sleep(IDLE_SECONDS * 1000);
    const after = await Promise.all(nodes.map(({ pid }) => costOfTree(pid)));
    return figureTable(
      ["resident, MB", "% of a core"],
      nodes.map((node, index): [string, string, string] => [
        `idle ${node.name}${node.version === undefined ? "" : ` (${node.version})`}`,
        ((after[index]?.residentBytes ?? 0) / 1e6).toFixed(0),
        (
          (((after[index]?.ticks ?? 0) - (before[index]?.ticks ?? 0)) / CLOCK_TICKS_PER_SECOND / IDLE_SECONDS) *
          100
        ).toFixed(2),
      ]),
    );
  } finally {
    await mesosUp("down");
  }
}

/** A process and all below it, so that helpers started in advance count too. */
async function costOfTree(pid: number): Promise<{ residentBytes: number; ticks: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const own = {
    residentBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
    ticks: (fields[11] ?? 0) + (fields[12] ?? 0),
  };
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8"))
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);
  for (const below of await Promise.all(children.map(costOfTree))) {
    own.residentBytes += below.residentBytes;
    own.ticks += below.ticks;
  }
  return own;
}
