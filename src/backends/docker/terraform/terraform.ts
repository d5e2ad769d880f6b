// Terraform (or OpenTofu) at work on one cluster's stack. Its state, its plugins' folder and its plan lie in the cluster's folder.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { defaultCacheDirectory } from "../../local/kit/machine.ts";
import type { DaemonAddress } from "../daemon/daemon-address.ts";
import { terraformFailed } from "./terraform-errors.ts";
import type { TerraformProgram } from "./terraform-program.ts";

export interface TerraformOptions {
  program: TerraformProgram;
  env: NodeJS.ProcessEnv;
  /** The cluster's folder. */
  folder: string;
  /** The daemon that the provider is to work on. */
  daemon: DaemonAddress;
}

/** One resource that a plan changes. */
export interface ResourceChange {
  action: "create" | "update" | "delete" | "replace";
  /** docker_container.master-1 */
  address: string;
}

/** One line of Terraform's `-json` output (developer.hashicorp.com/terraform/internals/machine-readable-ui). */
interface Message {
  type?: string;
  change?: { action: string; resource: { addr: string } };
  hook?: { action: string; resource: { addr: string } };
  diagnostic?: { severity: string; summary: string; detail?: string };
}

export interface RunOptions {
  signal: AbortSignal;
}

/** A Terraform whose mesos-up was killed may still be at work for a moment. */
const LOCK_PATIENCE = "-lock-timeout=60s";

/** Where everything of Terraform's lies in a cluster's folder. */
export function terraformFolder(folder: string): { root: string; synthesized: string; state: string } {
  const root = join(folder, "terraform");
  return { root, synthesized: join(root, "cdktf.out"), state: join(root, "terraform.tfstate") };
}

/** One run at a time. A run that is aborted ends as Terraform ends on Ctrl-C: what it is making is made, then it stops. */
export class Terraform {
  readonly #options: TerraformOptions;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: TerraformOptions) {
    this.#options = options;
  }

  /** Resolves when nothing of it runs any more. */
  async settled(): Promise<void> {
    await this.#running.catch(() => undefined);
  }

  /** Makes the provider be at hand. @throws CommandError PROVIDER_UNAVAILABLE, DISK_FULL, TERRAFORM_FAILED */
  async init(stack: string, { signal }: RunOptions): Promise<void> {
    await this.#run("init", [`-chdir=${stack}`, "init", "-input=false", "-no-color"], { signal });
  }

  /** What an apply would do; kept for it. */
  async plan(stack: string, { signal }: RunOptions): Promise<ResourceChange[]> {
    const changes: ResourceChange[] = [];
    const onMessage = ({ type, change }: Message): void => {
      if (type !== "planned_change" || change === undefined) return;
      const action = change.action === "remove" ? "delete" : change.action;
      changes.push({ action: action as ResourceChange["action"], address: change.resource.addr });
    };
    const args = [`-chdir=${stack}`, "plan", "-json", "-input=false", LOCK_PATIENCE, `-out=${this.#planFile}`];
    await this.#run("plan", args, { signal, onMessage });
    return changes;
  }

  /** Does what was planned; tells each resource that is done. */
  async apply(stack: string, { signal, onDone }: RunOptions & { onDone: (address: string) => void }): Promise<void> {
    const args = [
      `-chdir=${stack}`,
      "apply",
      "-json",
      "-input=false",
      LOCK_PATIENCE,
      "-parallelism=32",
      this.#planFile,
    ];
    try {
      await this.#run("apply", args, { signal, onMessage: doneListener(onDone) });
    } finally {
      rmSync(this.#planFile, { force: true });
    }
  }

  /** Removes all that the state knows of. */
  async destroy(stack: string, { signal, onDone }: RunOptions & { onDone: (address: string) => void }): Promise<void> {
    const quick = ["-auto-approve", "-input=false", LOCK_PATIENCE, "-refresh=false", "-parallelism=32"];
    const args = [`-chdir=${stack}`, "destroy", "-json", ...quick];
    await this.#run("destroy", args, { signal, onMessage: doneListener(onDone) });
  }

  get #planFile(): string {
    return join(terraformFolder(this.#options.folder).root, "plan.bin");
  }

  #run(command: string, args: string[], how: RunOptions & { onMessage?: (message: Message) => void }): Promise<void> {
    const run = this.#runOnce(command, args, how);
    this.#running = run;
    return run;
  }

  async #runOnce(
    command: string,
    args: string[],
    { signal, onMessage = () => undefined }: RunOptions & { onMessage?: (message: Message) => void },
  ): Promise<void> {
    signal.throwIfAborted();
    const { execa } = await import("execa");
    const { program } = this.#options;
    const environment = terraformEnvironment(this.#options);
    const running = execa(program.path, args, {
      env: environment,
      extendEnv: false,
      // Ctrl-C at a terminal would reach the provider too, which then dies over its work.
      detached: true,
      reject: false,
      stdin: "ignore",
      all: true,
    });
    const interrupt = (): void => void running.kill("SIGINT");
    signal.addEventListener("abort", interrupt, { once: true });
    const said: string[] = [];
    const errors: string[] = [];
    for await (const line of running.iterable({ from: "all" })) {
      const message = messageOf(line);
      if (message === undefined) said.push(line);
      else onMessage(message);
      const { diagnostic } = message ?? {};
      if (diagnostic?.severity === "error") errors.push(`Error: ${diagnostic.summary}`, diagnostic.detail ?? "");
    }
    const { failed, exitCode } = await running;
    signal.removeEventListener("abort", interrupt);
    if (!failed) return;
    signal.throwIfAborted();
    const output = [...errors, ...said].join("\n");
    throw terraformFailed({ command, line: [program.path, ...args].join(" "), exitCode, output });
  }
}

/** The user's own settings come first: mirrors, caches, credentials. Which daemon is meant, though, has been found out. */
export function terraformEnvironment({ env, folder, daemon }: Omit<TerraformOptions, "program">): NodeJS.ProcessEnv {
  return {
    ...env,
    ...pluginCache(env),
    ...daemonEnvironment(daemon),
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_DATA_DIR: join(terraformFolder(folder).root, "data"),
    // Arguments that a user gives to every Terraform are not meant for this one: a target, say, or another plan file.
    ...Object.fromEntries(
      Object.keys(env)
        .filter((name) => name.startsWith("TF_CLI_ARGS") || name === "TF_WORKSPACE")
        .map((name) => [name, undefined]),
    ),
  };
}

/** The provider knows contexts of the home folder alone, and prefers one that is named to its own `host`. */
function daemonEnvironment({ host, certificates }: DaemonAddress): NodeJS.ProcessEnv {
  return {
    DOCKER_HOST: host,
    DOCKER_CONTEXT: undefined,
    DOCKER_CERT_PATH: certificates,
    DOCKER_TLS_VERIFY: certificates === undefined ? undefined : "1",
  };
}

/** Downloads are kept for the next cluster, unless the user has said where, or that providers come from elsewhere. */
function pluginCache(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env["TF_PLUGIN_CACHE_DIR"] !== undefined) return {};
  const configuration = env["TF_CLI_CONFIG_FILE"] ?? join(env["HOME"] ?? homedir(), ".terraformrc");
  if (existsSync(configuration) && /plugin_cache_dir|provider_installation/.test(readFileSync(configuration, "utf8")))
    return {};
  const folder = join(defaultCacheDirectory(env), "terraform-plugins");
  mkdirSync(folder, { recursive: true });
  // Without it a cached provider counts only where a lock file knows it already.
  return { TF_PLUGIN_CACHE_DIR: folder, TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1" };
}

function messageOf(line: string): Message | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}

function doneListener(onDone: (address: string) => void): (message: Message) => void {
  return ({ type, hook }) => {
    if (type === "apply_complete" && hook !== undefined) onDone(hook.resource.addr);
  };
}
