// Where a cluster's state lies, and who works on it: `<root>/.mesos-up/<name>/` holds everything that it writes.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MesosUpError } from "../../errors.ts";
import { claimWithin, removeIfEmpty, tryClaim, type Claim } from "./claim.ts";
import { describeProcess } from "./process-identity.ts";
import { describeStateError } from "./state-errors.ts";

/** Long enough for two commands that come at the same instant to sort themselves out, short enough not to be noticed. */
const lockPatienceMs = 300;

/** The cluster's folder below `root`, the folder that the user works in. */
export function clusterFolder(root: string, name: string): string {
  return join(root, ".mesos-up", name);
}

/** Names of the clusters that have a folder below `root`, sorted. */
export function clusterNames(root: string): string[] {
  const parent = dirname(clusterFolder(root, "any"));
  if (!existsSync(parent)) return [];
  try {
    return readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    throw describeStateError(error, parent);
  }
}

/**
 * Makes the cluster's folder where missing and keeps every other mesos-up away from it until the claim is released.
 * Throws CLUSTER_BUSY, naming the process that works on it, or what describeStateError says.
 */
export async function lockCluster(folder: string, name: string): Promise<Claim> {
  try {
    if (existsSync(folder) && !statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    return removingParent(await claimOrBusy(folder, "lock", { what: `the cluster ${name}` }), dirname(folder));
  } catch (error) {
    throw describeStateError(error, folder);
  }
}

/**
 * Keeps a second demo of the same cluster away for as long as the first takes, which locks the cluster only now and then:
 * they would take each other's framework over and each other's cluster down. Throws as lockCluster does.
 */
export async function claimDemo(root: string, name: string): Promise<Claim> {
  const folder = dirname(clusterFolder(root, name));
  try {
    return await claimOrBusy(folder, `demo-${name}`, { what: `the demo of the cluster ${name}` });
  } catch (error) {
    throw describeStateError(error, folder);
  }
}

/** Where the ID of an app's framework is kept, for as long as the cluster is there. */
export function frameworkFile(clusterDirectory: string, app: string): string {
  return join(clusterDirectory, "frameworks", `${app}.json`);
}

/**
 * Keeps a second scheduler of the same app away: it would subscribe under the first one's framework ID and put that one
 * out. Throws APP_BUSY, naming the process that has the app.
 */
export async function claimApp(clusterDirectory: string, app: string): Promise<Claim> {
  const folder = dirname(frameworkFile(clusterDirectory, app));
  try {
    const hint = isLeftBehind(join(folder, `${app}.scheduler.json`))
      ? `End it with \`mesos-up stop-app ${app}\`, then try again.`
      : undefined;
    return await claimOrBusy(folder, app, { code: "APP_BUSY", what: `the app ${app}`, hint });
  } catch (error) {
    throw describeStateError(error, folder);
  }
}

/** By the record of a scheduler; one in the foreground is ended where it runs. */
function isLeftBehind(recordFile: string): boolean {
  if (!existsSync(recordFile)) return false;
  return (JSON.parse(readFileSync(recordFile, "utf8")) as { foreground?: boolean }).foreground !== true;
}

/** Removes the claim of a demo that was killed; that of one that lives stays. */
export function forgetDemo(root: string, name: string): void {
  const folder = dirname(clusterFolder(root, name));
  if (!existsSync(folder)) return;
  try {
    const result = tryClaim(folder, `demo-${name}`);
    if ("claim" in result) result.claim.release();
  } catch (error) {
    throw describeStateError(error, folder);
  }
}

async function claimOrBusy(
  folder: string,
  claim: string,
  { what, code = "CLUSTER_BUSY", hint }: { what: string; code?: string; hint?: string | undefined },
): Promise<Claim> {
  const result = await claimWithin(folder, claim, lockPatienceMs);
  if ("claim" in result) return result.claim;
  const { pid } = result.holder;
  throw new MesosUpError(`Another run, ${describeProcess(pid)}, is at work on ${what}.`, {
    code,
    hint: hint ?? `Wait until it has finished, or end it with Ctrl-C or kill ${pid} and try again.`,
  });
}

/** Keeps what a cluster writes out of the user's repository. */
export function keepOutOfGit(folder: string): void {
  writeFileSync(join(folder, ".gitignore"), "*\n");
}

/** Removes everything in the folder but the claim, whose release then removes the folder itself. @throws STATE_NOT_REMOVED */
export function emptyClusterFolder(folder: string, claim: Claim): void {
  for (const name of readdirSync(folder).filter((entry) => !claim.isClaimFile(entry))) {
    const path = join(folder, name);
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      throw new MesosUpError(`${path} cannot be removed: ${error instanceof Error ? error.message : String(error)}.`, {
        code: "STATE_NOT_REMOVED",
        hint: `Remove it as the user who owns what is in it, or as root: rm -rf ${path}`,
        cause: error,
      });
    }
  }
}

function removingParent(claim: Claim, parent: string): Claim {
  return {
    isClaimFile: (file) => claim.isClaimFile(file),
    release: () => {
      claim.release();
      removeIfEmpty(parent);
    },
  };
}
