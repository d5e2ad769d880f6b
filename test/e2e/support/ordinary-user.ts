// The CLI as a user without any rights, with a home and a copy of the programs that this user can read.
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { programs, type WorkplaceOptions } from "./workplace.ts";

/** `nobody` on every Linux: a user with a name, without a home of its own and without any files. */
const nobody = 65534;

export interface OrdinaryUser {
  /** For Workplace.create. */
  options: WorkplaceOptions;
  remove(): void;
}

/** Root becomes somebody else; whoever runs the tests as an ordinary user is one already. */
export function ordinaryUser(): OrdinaryUser {
  const isRoot = process.getuid?.() === 0;
  const folder = mkdtempSync(join(tmpdir(), "mesos-up-user-"));
  const [home, copy] = [join(folder, "home"), join(folder, "dist")];
  mkdirSync(home);
  cpSync(programs, copy, { recursive: true });
  chmodSync(folder, 0o755);
  if (isRoot) chownSync(home, nobody, nobody);
  const env = { HOME: home, XDG_CACHE_HOME: join(home, ".cache"), XDG_RUNTIME_DIR: "" };
  return {
    options: { env, programs: copy, prefix: isRoot ? asNobody : [] },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Some kernels, Ubuntu's among them, keep user namespaces from ordinary users: there is no runc for them then. */
export function mayMakeNamespaces(): boolean {
  const words = [...(process.getuid?.() === 0 ? asNobody : []), "unshare", "--user", "true"];
  return !execaSync("env", words, { reject: false }).failed;
}

const asNobody = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
