// Where unit tests make their files: one folder for a run, gone with it. Its name is short, since paths of sockets must be.
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The same wherever it is asked for in the process that runs the tests. */
export const temporaryFolder = join(tmpdir(), `mu-${process.pid}`);

export default function setup(): () => void {
  mkdirSync(temporaryFolder);
  return () => rmSync(temporaryFolder, { recursive: true, force: true });
}
