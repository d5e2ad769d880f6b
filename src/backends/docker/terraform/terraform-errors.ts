// What Terraform, its provider and the daemon behind it say when something fails, as a user should read it.
import { CommandError, type MesosUpError } from "../../../errors.ts";

export interface FailedRun {
  /** "init", "apply", … */
  command: string;
  /** The whole command line. */
  line: string;
  exitCode: number | undefined;
  /** Everything that it said, errors first where it tells them apart. */
  output: string;
}

interface KnownFailure {
  pattern: RegExp;
  code: string;
  /** `words` is what matched, without its stop. */
  message: (words: string) => string;
  hint: string;
}

const known: KnownFailure[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: "DISK_FULL",
    message: () => "The disk of the Docker daemon, or of the cluster's folder, is full.",
    hint: "Make room on it; `docker system df` shows what Docker holds and `docker system prune` frees what nobody uses.",
  },
  {
    pattern:
      /(bind for )?\S*?:?\d* ?failed: port is already allocated|address already in use|ports are not available[^\n]*/i,
    code: "PORT_TAKEN",
    message: (words) => `A port that the cluster publishes is taken: ${words}.`,
    hint: "End what listens there, or leave the port out of the cluster file, so that a free one is chosen.",
  },
  {
    pattern: /permission denied while trying to connect[^\n]*|dial unix [^\n]*permission denied/i,
    code: "DOCKER_FORBIDDEN",
    message: () => "This user may not use the Docker daemon's socket.",
    hint: "Join the group that owns it (`sudo usermod -aG docker $USER`, then log in anew), or use a rootless daemon.",
  },
  {
    pattern:
      /cannot connect to the docker daemon[^\n]*|error pinging docker server[^\n]*|is the docker daemon running/i,
    code: "DOCKER_UNREACHABLE",
    message: (words) => `The Docker daemon does not answer: ${words}.`,
    hint: "Start Docker, or say where it is with DOCKER_HOST or a context; --backend local needs none.",
  },
  {
    pattern: /pool overlaps with other one on this address space|invalid pool request[^\n]*/i,
    code: "NETWORK_TAKEN",
    message: () => "The addresses of the cluster's network are in use by another network of the daemon.",
    hint: "Name a free one in the cluster file (docker: subnet: 172.30.9.0/24); `docker network ls` lists the others.",
  },
  {
    pattern: /error acquiring the state lock/i,
    code: "CLUSTER_BUSY",
    message: () => "Another Terraform is at work on this cluster's state.",
    hint: "Wait until it has finished; one that was killed lets go of its lock by itself.",
  },
  {
    pattern: /the container name [^\n]* is already in use[^\n]*|network with name \S+ already exists/i,
    code: "NAME_TAKEN",
    message: (words) => `Something of this cluster's name is on the daemon already: ${words}.`,
    hint: "`mesos-up down` removes what an earlier cluster of this folder left.",
  },
  {
    pattern:
      /(pull access denied|manifest unknown|manifest for \S+ not found|repository does not exist|lookup \S+[^\n]*no such host|failed to resolve reference|unable to (read|find) (image|docker image)|get "?https?:\/\/[^\n]*\/v2\/|TLS handshake timeout)[^\n]*/i,
    code: "IMAGE_UNAVAILABLE",
    message: (words) => `An image of the cluster cannot be had: ${words}.`,
    hint: "Check its name in the cluster file and that the daemon reaches its registry; `mesos-up images build` makes images without one.",
  },
];

const providerMissing: KnownFailure = {
  // Its advice on which command to run next is for authors of Terraform code.
  pattern:
    /(could not (connect to|retrieve|query)|failed to (install|resolve) provider|no available releases)[^\n]*(\n(?!To see|Did you|If you)[^\n]+)*/i,
  code: "PROVIDER_UNAVAILABLE",
  message: (words) => `Terraform cannot have its Docker provider: ${words}.`,
  hint:
    "Check that this machine reaches registry.terraform.io, or put the provider into a filesystem mirror and name that in " +
    "Terraform's CLI configuration (docs/docker.md).",
};

/** Where it says no more than that. */
const providerNotQueried: KnownFailure = { ...providerMissing, pattern: /failed to query available provider[^\n]*/i };

/** A CommandError with the code of what is known to have failed, else TERRAFORM_FAILED; the tail of the output with it. */
export function terraformFailed({ command, line, exitCode, output }: FailedRun): MesosUpError {
  const text = plain(output);
  const candidates = command === "init" ? [...known.slice(0, 1), providerMissing, providerNotQueried] : known;
  const details = { command: line, exitCode, output: text.split("\n").slice(-50).join("\n") };
  for (const { pattern, code, message, hint } of candidates) {
    const words = pattern.exec(text)?.[0];
    if (words !== undefined) return new CommandError(message(sentence(words)), { code, hint, ...details });
  }
  const first = text.split("\n").find((words) => /error/i.test(words)) ?? text.split("\n").at(-1) ?? "";
  return new CommandError(`terraform ${command} failed: ${sentence(first.replace(/^.*?error: /i, ""))}.`, {
    code: "TERRAFORM_FAILED",
    hint: "What it said is below; --keep leaves everything as it is for a closer look.",
    ...details,
  });
}

/** Without the frames that Terraform draws around its errors. */
function plain(output: string): string {
  return output
    .split("\n")
    .map((words) => words.replace(/^[│╷╵\s]+/, "").trimEnd())
    .filter((words) => words !== "")
    .join("\n");
}

function sentence(words: string): string {
  return words.replace(/\s+/g, " ").trim().replace(/[.:]$/, "");
}
