// What keeps a daemon from being of use, each as one sentence of what and one of what to do.
import { MesosUpError } from "../../../errors.ts";
import type { DaemonAddress } from "./daemon-address.ts";

/** An answer of the daemon that is not a success. */
export class DaemonRefusal extends MesosUpError {
  readonly status: number;

  constructor(status: number, message: string, call: string) {
    super(`The Docker daemon answered ${status} to ${call}: ${message}.`, {
      code: "DOCKER_REFUSED",
      hint: "The daemon's own log says more; where it is out of room, `docker system prune` makes some.",
    });
    this.status = status;
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

const reasons: Partial<Record<string, string>> = {
  ENOENT: "there is no such socket",
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "there is no machine of that name",
  ETIMEDOUT: "it does not answer in time",
};
