// What a Docker daemon says when something fails, to us or to the provider, as a user should read it.
import { buildFailures } from "./build-failures.ts";
import type { KnownFailure } from "./known-failure.ts";

export const diskFull: KnownFailure = {
  pattern: /no space left on device|disk quota exceeded/i,
  code: "DISK_FULL",
  message: () => "The disk of the Docker daemon, or of the cluster's folder, is full.",
  hint: "Make room on it; `docker system df` shows what Docker holds and `docker system prune` frees what nobody uses.",
};

export const daemonFailures: readonly KnownFailure[] = [
  diskFull,
  ...buildFailures,
  {
    pattern: /client sent an http request to an https server/i,
    code: "DOCKER_TLS_NEEDED",
    message: () => "The Docker daemon speaks TLS alone, and it was not said that it is to be spoken to so.",
    hint: "Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem.",
  },
  {
    pattern:
      /(bind for \S+ )?failed: port is already allocated|(listen \w+ \S+ bind: )?address already in use|ports are not available[^\n]*/i,
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
    pattern:
      /pool overlaps with other one on this address space|invalid pool request[^\n]*|subnet \S+ is already used/i,
    code: "NETWORK_TAKEN",
    message: () => "The addresses of the cluster's network are in use by another network of the daemon.",
    hint: "Name a free one in the cluster file (docker: subnet: 172.30.9.0/24); `docker network ls` lists the others.",
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

/** The first of them that is found in a text, as a user should read it. */
export function findFailure(
  text: string,
  candidates: readonly KnownFailure[] = daemonFailures,
): { message: string; code: string; hint: string } | undefined {
  for (const { pattern, code, message, hint } of candidates) {
    const words = pattern.exec(text)?.[0];
    if (words !== undefined) return { message: message(oneLine(words)), code, hint };
  }
  return undefined;
}

/** Words for a sentence: without breaks, and without a stop at their end. */
export function oneLine(words: string): string {
  return words.replace(/\s+/g, " ").trim().replace(/[.:]$/, "");
}
