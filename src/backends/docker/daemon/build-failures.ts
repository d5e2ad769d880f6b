// Why an image of Mesos could not be built from a package: the exit status by which its Dockerfile (images/mesos-package)
// ends is all that a daemon, or a provider, tells of it.
import type { KnownFailure } from "./known-failure.ts";

const inFile = "(images: mesos: in the cluster file)";

const failures: readonly [status: number, message: string, hint: string][] = [
  [
    71,
    "The base image of Mesos has no apt-get, or its package sources are out of the daemon's reach.",
    `Name a base image of Debian or Ubuntu as \`base\` ${inFile}, and see that containers reach its package sources.`,
  ],
  [
    72,
    "The package of Mesos could not be fetched from its address.",
    `Check \`package\` ${inFile}: the address has to be reached from a container of the daemon.`,
  ],
  [
    73,
    "The package of Mesos is not the one that was meant: its SHA-256 is another.",
    `Compare \`sha256sum\` of the file at its address with \`sha256\` ${inFile}.`,
  ],
  [
    74,
    "What is at the address of the package of Mesos is no Debian package.",
    `Check \`package\` ${inFile}: it has to name a .deb itself, not a page about it.`,
  ],
  [
    75,
    "The package of Mesos is for machines of another architecture than the Docker daemon's.",
    `Name the one for it as \`package\` ${inFile}; {arch} in the address stands for amd64 or arm64, as the daemon has it.`,
  ],
  [
    76,
    "The package of Mesos is of another version than was asked for.",
    `Make \`version\` and \`package\` agree ${inFile}.`,
  ],
  [
    77,
    "The package of Mesos cannot be installed on its base image.",
    `Name the base image that it was made for as \`base\` ${inFile}; an Ubuntu 24.04 package wants ubuntu:24.04.`,
  ],
  [
    78,
    "The package of Mesos was installed, but mesos-master, mesos-agent or docker does not run.",
    `Name the base image that it was made for as \`base\`, or a package that holds both programs ${inFile}.`,
  ],
];

/** "… returned a non-zero code: 73" is the classic builder's way to say it, "… exit code: 73" BuildKit's. */
export const buildFailures: readonly KnownFailure[] = failures.map(([status, message, hint]) => ({
  pattern: new RegExp(`(returned a non-zero code|exit code): ${status}\\b`),
  code: "IMAGE_NOT_BUILT",
  message: () => message,
  hint,
}));
