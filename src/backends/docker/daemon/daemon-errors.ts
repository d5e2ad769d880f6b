// What keeps a daemon from being of use, each as one sentence of what and one of what to do.
import { MesosUpError } from "../../../errors.ts";
import type { DaemonAddress } from "./daemon-address.ts";
import { findFailure, oneLine } from "./known-failures.ts";

/** An answer of the daemon that is not a success. Code DOCKER_REFUSED, or what it is known to mean: DISK_FULL, PORT_TAKEN, …. */
export class DaemonRefusal extends MesosUpError {
  readonly status: number;
  /** In the daemon's own words. */
  readonly reason: string;

  constructor(status: number, reason: string, call: string) {
    const known = findFailure(reason);
    super(known?.message ?? `The Docker daemon answered ${status} to ${call}: ${oneLine(reason)}.`, {
      code: known?.code ?? "DOCKER_REFUSED",
      hint: known?.hint ?? "The daemon's own log says more.",
    });
    this.status = status;
    this.reason = reason;
  }
}

/** DOCKER_UNREACHABLE, or DOCKER_FORBIDDEN where there is a socket that this user may not use. */
export function unreachable(address: DaemonAddress, error: unknown): MesosUpError {
  const { code } = error as NodeJS.ErrnoException;
  const where = `${address.host} (${address.from})`;
  if (code === "EACCES" || code === "EPERM") {
    return new MesosUpError(`This user may not use the Docker daemon's socket at ${where}.`, {
      code: "DOCKER_FORBIDDEN",
      hint: "Join the group that owns it (`sudo usermod -aG docker $USER`, then log in anew), or use a rootless daemon.",
      cause: error,
    });
  }
  const why = reasons[code ?? ""] ?? (error instanceof Error ? error.message : String(error));
  return new MesosUpError(`No Docker daemon answers at ${where}: ${why}.`, {
    code: "DOCKER_UNREACHABLE",
    hint: "Start Docker, or say where it is with DOCKER_HOST or a context; --backend local needs none.",
    cause: error,
  });
}

/** DOCKER_TLS_NEEDED: what identifies this user to a daemon behind TLS cannot be read. */
export function certificatesMissing(folder: string, { host, from }: DaemonAddress, cause: unknown): MesosUpError {
  const why = cause instanceof Error ? oneLine(cause.message) : String(cause);
  return new MesosUpError(`The certificates for the Docker daemon at ${host} (${from}) cannot be read: ${why}.`, {
    code: "DOCKER_TLS_NEEDED",
    hint: `Put ca.pem, cert.pem and key.pem into ${folder}, or name their folder in DOCKER_CERT_PATH.`,
    cause,
  });
}

const reasons: Partial<Record<string, string>> = {
  ENOENT: "there is no such socket",
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "there is no machine of that name",
  ETIMEDOUT: "it does not answer in time",
};
