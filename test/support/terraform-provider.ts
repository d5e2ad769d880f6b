// Terraform's Docker provider for tests: the real one where this machine can have it, else a stand-in that is built of the
// Go program beside this file, kept outside of the repository, and found by Terraform in a filesystem mirror.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execaSync } from "execa";

const SOURCE = resolve("test/support/terraform-provider");
const ADDRESS = "registry.terraform.io/kreuzwerker/docker/3.6.2";

export interface TestProvider {
  /** The provider is the stand-in. */
  isStandIn: boolean;
  /** For whoever runs Terraform. */
  env: Record<string, string>;
}

/** @throws Error where there is neither a provider to be had nor a Go to build one with. */
export function terraformProvider(): TestProvider {
  if (realProviderIsAtHand()) return { isStandIn: false, env: {} };
  const mirror = standInMirror();
  const configuration = join(mirror, "terraform.tfrc");
  writeFileSync(
    configuration,
    `provider_installation {\n  filesystem_mirror { path = ${JSON.stringify(mirror)} }\n}\n`,
  );
  return { isStandIn: true, env: { TF_CLI_CONFIG_FILE: configuration } };
}

/** In a mirror that the user's configuration names, or in the registry. */
function realProviderIsAtHand(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "mesos-up-provider-"));
  const docker = { source: "kreuzwerker/docker", version: "3.6.2" };
  try {
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: { required_providers: { docker } } }));
    const env = { CHECKPOINT_DISABLE: "1" };
    return !execaSync("terraform", ["init", "-input=false"], { cwd: folder, env, reject: false }).failed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Named after what it is built from: another source is built anew. */
function standInMirror(): string {
  const caches = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const mirror = join(caches, "mesos-up-tests", `terraform-provider-${sourceHash()}`);
  const go = (name: string) => execaSync("go", ["env", name]).stdout;
  const folder = join(mirror, ADDRESS, `${go("GOOS")}_${go("GOARCH")}`);
  const program = join(folder, "terraform-provider-docker_v3.6.2");
  if (existsSync(program)) return mirror;
  mkdirSync(folder, { recursive: true });
  const draft = join(mirror, `draft-${process.pid}`);
  execaSync("go", ["build", "-trimpath", "-o", draft, "."], { cwd: SOURCE });
  renameSync(draft, program);
  return mirror;
}

function sourceHash(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(SOURCE).sort()) hash.update(name).update(readFileSync(join(SOURCE, name)));
  return hash.digest("hex").slice(0, 12);
}
