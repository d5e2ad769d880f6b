// What Vagrant, its providers and the scripts on the machines say when something goes wrong, as a user should read it.
import { CommandError, MesosUpError } from "../../errors.ts";
import { errorOf, spokenLines, type VagrantMessage } from "./machine-readable.ts";
import { isScriptWord, scriptFailure } from "./script-words.ts";

export interface FailedVagrant {
  /** As in ["up", "--provider", "docker"]. */
  args: readonly string[];
  exitCode: number | undefined;
  messages: readonly VagrantMessage[];
  /** What was printed beside the messages. */
  stderr: string;
}

interface Known {
  /** Names of classes of errors in Vagrant, and what their text or the lines before them hold. */
  names?: readonly string[];
  text?: RegExp;
  code: string;
  message: (match: { first: string; groups: string[] }) => string;
  hint: string;
}

/** Nothing is wrong: the same command may succeed a moment later. */
export const CONTAINERS_CHANGED = "CONTAINERS_CHANGED";

/** Somebody called Vagrant by hand, or it goes on where a `mesos-up` that had called it was killed. */
export const VAGRANT_BUSY = "CLUSTER_BUSY";

const known: Known[] = [
  {
    names: ["VirtualBoxInvalidHostSubnet"],
    text: /Address: (\S+)[\s\S]*?Ranges: ([^\n]+)/,
    code: "ADDRESS_NOT_ALLOWED",
    message: ({ groups: [address = "", ranges = ""] }) =>
      `VirtualBox does not allow the address ${address} for machines, but ${ranges.trim()} only.`,
    hint: "Name another network in the cluster file (vagrant: { network: 192.168.56 }), or allow this one with the line `* 192.168.33.0/24` in /etc/vbox/networks.conf.",
  },
  {
    names: ["NetworkCollision", "NetworkAddressInvalid", "NetworkSubnetInvalid"],
    text: /Pool overlaps|invalid pool request|already in use by|Address already in use|overlaps with other one|Network address is already used/i,
    code: "ADDRESS_TAKEN",
    message: ({ first }) => `The addresses of the machines are taken: ${first}.`,
    hint: "Take down what has them, or name another network in the cluster file (vagrant: { network: 192.168.60 }).",
  },
  {
    names: ["ProviderNotFound", "ProviderNotFoundSuggestion"],
    text: /^The provider '([^']+)' could not be found/m,
    code: "PROVIDER_MISSING",
    message: ({ groups: [provider = "asked for"] }) =>
      `Vagrant does not know the provider ${provider}, which is a plugin's.`,
    hint: "Install that, as in `vagrant plugin install vagrant-libvirt` (Debian, Ubuntu: sudo apt-get install vagrant-libvirt), or name another provider with --provider.",
  },
  {
    names: ["NoDefaultProvider", "NoDefaultSyncedFolderImpl"],
    code: "PROVIDER_MISSING",
    message: () => "Vagrant finds nothing on this machine to make machines with.",
    hint: "Install VirtualBox or libvirt (with vagrant-libvirt), or use --provider docker where a Docker daemon answers.",
  },
  {
    names: [
      "ProviderNotUsable",
      "VirtualBoxNotDetected",
      "VirtualBoxKernelModuleNotLoaded",
      "VirtualBoxInstallIncomplete",
    ],
    // Of vagrant-libvirt.
    text: /Error while connecting to Libvirt/i,
    code: "PROVIDER_UNUSABLE",
    message: ({ first }) => `Vagrant's provider cannot be used here: ${first}.`,
    hint: "Put right what it names, or choose another one with --provider.",
  },
  {
    names: [
      ...[
        "BoxAddShortNotFound",
        "BoxAddNoMatchingProvider",
        "BoxAddNoMatchingVersion",
        "BoxNotFound",
        "BoxMetadataDownloadError",
      ],
      ...["DownloaderError", "BoxServerNotSet", "BoxNotFoundWithProvider", "BoxNotFoundWithProviderAndVersion"],
    ],
    text: /^The box (you're attempting to add|'[^']+' )|while downloading the (remote file|metadata for this box)/m,
    code: "BOX_UNAVAILABLE",
    message: ({ first }) => `The box of the machines could not be had: ${first}.`,
    hint: "See whether this machine reaches the box's address, or name another box in the cluster file (vagrant: { box: … }).",
  },
  {
    text: /pull access denied|manifest unknown|failed to resolve reference|Unable to find image .* locally/i,
    code: "BOX_UNAVAILABLE",
    message: () => "The image of the machines is not in Docker any more.",
    hint: "Bring the machines up with `npx mesos-up up --backend vagrant`, which makes it.",
  },
  {
    text: /VERR_NO_MEMORY|not enough (free )?memory|Cannot allocate memory|cannot set up guest memory|out of memory/i,
    code: "MEMORY_TOO_LITTLE",
    message: () => "This machine has too little memory left for the machines.",
    hint: "Give them less in the cluster file (vagrant: { masters: { memory: 1024 }, agents: { memory: 1024 } }), or use fewer agents.",
  },
  {
    text: /VT-x is not available|VERR_VMX_NO_VMX|AMD-V is disabled|VERR_SVM_DISABLED|KVM is not available|\/dev\/kvm/i,
    code: "PROVIDER_UNUSABLE",
    message: () => "This machine's processor does not let virtual machines run.",
    hint: "Turn virtualization on in its firmware (or for the virtual machine that this is), or use --provider docker.",
  },
  {
    names: ["MachineActionLockedError", "MachineLocked", "EnvironmentLockedError"],
    text: /the requested machine because it is locked|another process is already executing an action on the machine/,
    code: VAGRANT_BUSY,
    message: () => "Another Vagrant is at work on these machines.",
    hint: "Wait until it has finished, and try again.",
  },
  {
    // Vagrant's docker provider looks at every container of the daemon for its ports, one by one, and at every network.
    text: /No such (object|container|network): \S+|network \S+ not found/i,
    code: CONTAINERS_CHANGED,
    message: () => "Other containers or networks went away while Vagrant looked at them.",
    hint: "Run the command again.",
  },
  {
    // Of the Vagrantfile's own requirement.
    text: /version requirements:\s*>= (\S+)\s+You are running Vagrant (\S+), which does not satisfy/,
    code: "VAGRANT_TOO_OLD",
    message: ({ groups: [needed = "", found = ""] }) => `Vagrant ${found} is too old: ${needed} or newer is needed.`,
    hint: "Install a newer one (developer.hashicorp.com/vagrant/install), or use --backend local, which needs nothing installed.",
  },
  {
    names: ["PlanError", "VagrantfileLoadError", "VagrantfileSyntaxError"],
    text: /The plan \S+ cannot be used/,
    code: "PLAN_UNUSABLE",
    message: ({ first }) => `${first}.`,
    hint: "Write the plan anew: npx mesos-up plan --backend vagrant",
  },
];

const evidenceLines = 20;

/** What goes before errors that there is no machine-readable form of. */
const early = /^Vagrant failed to initialize at a very early stage:\s*/;

/** The error to throw for a command of Vagrant's that failed; what it said is with it. */
export function vagrantError(failed: FailedVagrant): MesosUpError {
  const error = causeOf(failed.messages);
  const lines = spokenLines(failed.messages);
  const provisioning = provisioningError(failed, lines, error);
  if (provisioning !== undefined) return provisioning;
  const text = [error?.text ?? "", failed.stderr.replace(early, "")].join("\n");
  const about = [text, ...lines.map(({ line }) => line)].join("\n");
  for (const { names, text: pattern, code, message, hint } of known) {
    const byName = error !== undefined && names?.includes(error.name) === true;
    const match = pattern?.exec(about);
    if (!byName && (match === null || match === undefined)) continue;
    const groups = match?.slice(1) ?? [];
    return withEvidence(failed, lines, { code, message: message({ first: reasonIn(text), groups }), hint });
  }
  return withEvidence(failed, lines, {
    code: "VAGRANT_FAILED",
    message: `vagrant ${failed.args[0] ?? ""} failed: ${reasonIn(text)}.`,
    hint: "The lines above are its own; with VAGRANT_LOG=info it tells more.",
  });
}

type Cause = { name: string; text: string; machine?: string | undefined } | undefined;

/**
 * The error that ended the command. Where machines were worked on at once, Vagrant puts everybody's into one text, without
 * their names: then it is the first machine's, and known by its text alone.
 */
function causeOf(messages: readonly VagrantMessage[]): Cause {
  const error = errorOf(messages);
  if (error?.name !== "BatchMultiError") return error;
  const each = error.text.split(/^An error occurred while executing the action on the '/m);
  const [, machine, text = error.text] = /^([\w-]+)'[\s\S]*?:\n\n([\s\S]*)$/.exec(each[1] ?? "") ?? [];
  return { name: error.name, text: text.trim(), machine };
}

/** A script on a machine says itself what happened and what to do. */
function provisioningError(failed: FailedVagrant, lines: SpokenLine[], cause: Cause): MesosUpError | undefined {
  const said = lines.findLast(({ line }) => scriptFailure([line]) !== undefined);
  const broken = cause !== undefined && /^The (following )?SSH command responded with a non-zero exit/.test(cause.text);
  if (said === undefined && !broken) return undefined;
  const where = [said?.machine, cause?.machine].find((name) => name !== undefined && name !== "") ?? "a machine";
  const words = scriptFailure(lines.filter(({ machine }) => machine === said?.machine).map(({ line }) => line));
  return withEvidence(
    failed,
    lines.filter(({ line }) => !isScriptWord(line)),
    {
      code: "PROVISIONING_FAILED",
      message: `Provisioning ${where} failed: ${words?.what ?? "a script ended with an error."}`,
      hint: words?.hint ?? "The lines above are the machine's own; `npx mesos-up up` tries again.",
    },
  );
}

type SpokenLine = ReturnType<typeof spokenLines>[number];

function withEvidence(
  { args, exitCode, stderr }: FailedVagrant,
  lines: SpokenLine[],
  { code, message, hint }: { code: string; message: string; hint: string },
): CommandError {
  const said = lines.map(({ machine, line }) => (machine === "" ? line : `${machine}: ${line}`));
  const output = [...said, ...stderr.split("\n").filter((line) => line.trim() !== "")].slice(-evidenceLines).join("\n");
  return new CommandError(message, { code, hint, command: ["vagrant", ...args].join(" "), exitCode, output });
}

/** What an error says most with: what a command that Vagrant ran printed, or somebody's own words, else its beginning. */
function reasonIn(text: string): string {
  const printed = /Stderr:\s*([\s\S]+)/i.exec(text)?.[1]?.trim().split("\n")[0];
  const paragraphs = text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, " "));
  const told = paragraphs.find((paragraph) => !paragraph.endsWith(":"));
  const own = /^Error: (\S.*)$/m.exec(text)?.[1];
  // Of a paragraph the first sentence says what happened; a comma or a name may hold a full stop, too.
  const first = (paragraph = ""): string => paragraph.split(/[.!] (?=[A-Z])/)[0] ?? "";
  const about = own === undefined ? first(told ?? paragraphs[0]) : `${first(paragraphs[0])}: ${own}`;
  const reason = [printed, about].find((candidate) => candidate !== undefined && candidate.trim() !== "");
  return (reason ?? "it does not say why").trim().replace(/[.!:]+$/, "");
}

export function vagrantMissing(): MesosUpError {
  return new MesosUpError("The program vagrant is not on PATH.", {
    code: "VAGRANT_MISSING",
    hint: "Install it (Debian, Ubuntu: sudo apt-get install vagrant), or use --backend local, which needs nothing installed.",
  });
}
