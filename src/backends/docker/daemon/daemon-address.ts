// Which daemon is meant: what the `docker` program itself goes by, in its order: DOCKER_HOST, DOCKER_CONTEXT, the current
// context of its configuration, the default socket (docs.docker.com/engine/manage-resources/contexts).
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { MesosUpError } from "../../../errors.ts";

export interface DaemonAddress {
  /** As in DOCKER_HOST: unix:///path, tcp://host:port, ssh://user@host. */
  host: string;
  /** Where that was said, for people: "DOCKER_HOST", "the context desktop-linux", "the default socket". */
  from: string;
  /** A folder with ca.pem, cert.pem and key.pem, for tcp:// behind TLS. */
  certificates?: string;
}

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** @throws MesosUpError DOCKER_CONTEXT_UNKNOWN */
export function daemonAddress(env: NodeJS.ProcessEnv): DaemonAddress {
  const host = env["DOCKER_HOST"] ?? "";
  const configuration = env["DOCKER_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".docker");
  if (host !== "") return { host, from: "DOCKER_HOST", ...certificatesOf(env, configuration) };
  const context = env["DOCKER_CONTEXT"] ?? currentContext(configuration) ?? "default";
  if (context === "default" || context === "") return { host: DEFAULT_HOST, from: "the default socket" };
  return contextAddress(context, configuration);
}

/** True where the daemon runs on this very machine, as far as its address tells. */
export function isLocal({ host }: DaemonAddress): boolean {
  return host.startsWith("unix://");
}

/** The machine that the daemon runs on, as the address names it; undefined for a socket of this one. @throws as placeOf */
export function machineOf(address: DaemonAddress): string | undefined {
  return isLocal(address) ? undefined : placeOf(address).machine;
}

/** Where a daemon listens that is reached over the network; no port where none is named. @throws MesosUpError DOCKER_HOST_UNKNOWN */
export function placeOf(address: DaemonAddress): { machine: string; port: string } {
  const { host } = address;
  const text = host.replace(/^tcp:/, "http:");
  if (!/^(tcp|https?):\/\//.test(host) || !URL.canParse(text)) throw hostUnknown(address);
  const url = new URL(text);
  // IPv6 addresses stand in brackets.
  return { machine: url.hostname.replace(/^\[|\]$/g, ""), port: url.port };
}

function hostUnknown({ host, from }: DaemonAddress): MesosUpError {
  return new MesosUpError(`mesos-up does not reach a Docker daemon at ${host} (${from}).`, {
    code: "DOCKER_HOST_UNKNOWN",
    hint:
      "It speaks unix:// and tcp://; for a daemon behind ssh, forward its socket " +
      "(`ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST`) and set DOCKER_HOST=unix:///tmp/docker.sock.",
  });
}

function certificatesOf(env: NodeJS.ProcessEnv, configuration: string): { certificates?: string } {
  const verifies = (env["DOCKER_TLS_VERIFY"] ?? "") !== "";
  const folder = env["DOCKER_CERT_PATH"] ?? "";
  if (!verifies && folder === "") return {};
  return { certificates: folder === "" ? configuration : folder };
}

function currentContext(configuration: string): string | undefined {
  try {
    const { currentContext: name } = JSON.parse(readFileSync(join(configuration, "config.json"), "utf8")) as {
      currentContext?: string;
    };
    return name;
  } catch {
    return undefined;
  }
}

function contextAddress(name: string, configuration: string): DaemonAddress {
  const id = createHash("sha256").update(name).digest("hex");
  const unknown = (why: string, cause?: unknown): MesosUpError =>
    new MesosUpError(`The Docker context ${name} cannot be used: ${why}.`, {
      code: "DOCKER_CONTEXT_UNKNOWN",
      hint: "`docker context ls` lists what there is; choose one with DOCKER_CONTEXT, or name the daemon in DOCKER_HOST.",
      ...(cause === undefined ? {} : { cause }),
    });
  try {
    const meta = JSON.parse(readFileSync(join(configuration, "contexts/meta", id, "meta.json"), "utf8")) as {
      Endpoints?: { docker?: { Host?: string } };
    };
    const host = meta.Endpoints?.docker?.Host ?? "";
    if (host === "") throw unknown("it names no daemon");
    const certificates = join(configuration, "contexts/tls", id, "docker");
    return { host, from: `the context ${name}`, ...(existsSync(certificates) ? { certificates } : {}) };
  } catch (error) {
    if (error instanceof MesosUpError) throw error;
    throw unknown("Docker's configuration does not describe it", error);
  }
}
