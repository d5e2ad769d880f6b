// Which program applies the stacks: what TERRAFORM_BINARY_NAME names, as cdktf has it, else terraform, else tofu.
import { basename, isAbsolute } from "node:path";
import { MesosUpError } from "../../../errors.ts";
import { findProgram } from "../../find-program.ts";

export interface TerraformProgram {
  path: string;
  /** "Terraform 1.11.4", "OpenTofu 1.9.0" */
  title: string;
}

/** What CDK for Terraform asks for. */
const OLDEST = [1, 2, 0];

/** @throws MesosUpError TERRAFORM_MISSING, TERRAFORM_TOO_OLD */
export async function findTerraform(env: NodeJS.ProcessEnv): Promise<TerraformProgram> {
  const named = env["TERRAFORM_BINARY_NAME"] ?? "";
  const names = named === "" ? ["terraform", "tofu"] : [named];
  const path = names.map((name) => (isAbsolute(name) ? name : findProgram(name, env))).find((one) => one !== undefined);
  if (path === undefined) throw missing(named);
  const { execa } = await import("execa");
  const { stdout, failed } = await execa(path, ["version"], {
    env: { ...env, CHECKPOINT_DISABLE: "1" },
    extendEnv: false,
    reject: false,
    timeout: 30_000,
  });
  const [, product = "", version = ""] = /^(\w+) v(\d+\.\d+\.\d+)/m.exec(failed ? "" : stdout) ?? [];
  if (version === "") throw missing(path);
  if (isOlder(version.split(".").map(Number))) throw tooOld(`${product} ${version}`, path);
  return { path, title: `${product} ${version}` };
}

function isOlder(version: number[]): boolean {
  const at = OLDEST.findIndex((part, index) => part !== version[index]);
  return at >= 0 && (version[at] ?? 0) < (OLDEST[at] ?? 0);
}

const getIt =
  "Install Terraform or OpenTofu (tofu) from its maker's site; TERRAFORM_BINARY_NAME may name it by its path.";

function missing(named: string): MesosUpError {
  const what =
    named === ""
      ? "Neither terraform nor tofu is on PATH, and the docker backend needs one of them."
      : `${named}, which TERRAFORM_BINARY_NAME or PATH gives as Terraform, cannot be run.`;
  return new MesosUpError(what, { code: "TERRAFORM_MISSING", hint: `${getIt} --backend local needs none.` });
}

function tooOld(title: string, path: string): MesosUpError {
  return new MesosUpError(
    `${title} (${basename(path)} at ${path}) is older than ${OLDEST.join(".")}, which is needed.`,
    {
      code: "TERRAFORM_TOO_OLD",
      hint: getIt,
    },
  );
}
