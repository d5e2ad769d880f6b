// The OCI runtime configuration of a task's container (github.com/opencontainers/runtime-spec): Docker's defaults where
// Docker has any, stricter in one point (no_new_privileges).
import type { TaskInfo } from "../../mesos/types.ts";
import type { ExecutorAssignment, RuncRuntime } from "./assignment.ts";
import type { ContainerProcess } from "./container-process.ts";
import { limitsOf, volumeText } from "./docker-arguments.ts";

export interface OciConfigOptions {
  task: TaskInfo;
  assignment: ExecutorAssignment & { runtime: RuncRuntime };
  /** Numeric, from the image's or the task's user. */
  user: { uid: number; gid: number; additionalGids?: number[] };
  /** Absolute paths of files made for this container. */
  files: { resolvConf: string; hosts: string; hostname: string };
  hostname: string;
  /** Runs in the host's network. */
  hostNetwork: boolean;
  /** Capabilities that this process has itself: none can be given beyond them. */
  available: ReadonlySet<string>;
  command: ContainerProcess;
}

const DEFAULT_CAPABILITIES = [
  "CAP_AUDIT_WRITE",
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_MKNOD",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_RAW",
  "CAP_SETFCAP",
  "CAP_SETGID",
  "CAP_SETPCAP",
  "CAP_SETUID",
  "CAP_SYS_CHROOT",
];

const MASKED_PATHS = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/firmware",
];

const READONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/**
 * Calls that hand files or the process over to another user. Where only one user exists in the container they are
 * answered with success and do nothing, so that servers which give up root at their start run as the one they have.
 */
const IDENTITY_CALLS = [
  ...["chown", "fchown", "fchownat", "lchown", "chown32", "fchown32", "lchown32"],
  ...["setuid", "setgid", "setgroups", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid"],
  ...["setuid32", "setgid32", "setgroups32", "setreuid32", "setregid32", "setresuid32", "setresgid32"],
];

const DEVICE_TYPES_ALWAYS_ALLOWED = [
  { allow: false, access: "rwm" },
  { allow: true, type: "c", access: "m" },
  { allow: true, type: "b", access: "m" },
  ...[
    [1, 3],
    [1, 5],
    [1, 7],
    [1, 8],
    [1, 9],
    [5, 0],
    [5, 1],
    [5, 2],
  ].map(([major, minor]) => ({ allow: true, type: "c", major, minor, access: "rwm" })),
  { allow: true, type: "c", major: 136, access: "rwm" },
];

/** The value of `config.json` in a bundle whose root file system is `rootfs` beside it. */
export function ociConfig(options: OciConfigOptions): Record<string, unknown> {
  const { task, assignment, user, hostname, hostNetwork, command } = options;
  const { runtime } = assignment;
  const privileged = task.container?.docker?.privileged === true;
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user,
      args: command.args,
      env: Object.entries(command.env).map(([name, value]) => `${name}=${value}`),
      cwd: command.cwd,
      capabilities: capabilities(privileged, options),
      noNewPrivileges: !privileged,
      oomScoreAdj: 0,
    },
    root: { path: "rootfs", readonly: false },
    hostname,
    mounts: [...systemMounts(runtime, hostNetwork, privileged), ...ownMounts(options)],
    linux: {
      ...(runtime.cgroupParent === undefined
        ? {}
        : {
            cgroupsPath: `/${runtime.cgroupParent}/${assignment.containerId}`,
            resources: resources(options, privileged),
          }),
      // The network namespace is that of the process that starts runc, which has already been put into the right one.
      namespaces: ["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
      ...(privileged ? {} : { maskedPaths: MASKED_PATHS, readonlyPaths: READONLY_PATHS }),
      ...(runtime.asRoot ? {} : { seccomp: pretendIdentities() }),
    },
  };
}

function capabilities(privileged: boolean, { user, available }: OciConfigOptions): Record<string, string[]> {
  const bounding = privileged ? [...available] : DEFAULT_CAPABILITIES.filter((name) => available.has(name));
  const effective = user.uid === 0 ? bounding : [];
  return { bounding, effective, permitted: effective, inheritable: [], ambient: [] };
}

function systemMounts(runtime: RuncRuntime, hostNetwork: boolean, privileged: boolean): unknown[] {
  const quiet = ["nosuid", "noexec", "nodev"];
  const readonly = privileged ? [] : ["ro"];
  // A user without privileges may mount a sysfs only of a network that is its own.
  const sysfs =
    runtime.asRoot || !hostNetwork
      ? { destination: "/sys", type: "sysfs", source: "sysfs", options: [...quiet, ...readonly] }
      : { destination: "/sys", type: "none", source: "/sys", options: ["rbind", ...quiet, "ro"] };
  const ptyGroup = runtime.asRoot ? ["gid=5"] : [];
  return [
    { destination: "/proc", type: "proc", source: "proc", options: quiet },
    {
      destination: "/dev",
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    {
      destination: "/dev/pts",
      type: "devpts",
      source: "devpts",
      options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", ...ptyGroup],
    },
    { destination: "/dev/shm", type: "tmpfs", source: "shm", options: [...quiet, "mode=1777", "size=65536k"] },
    { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: quiet },
    sysfs,
  ];
}

function ownMounts({ task, assignment, files }: OciConfigOptions): unknown[] {
  const bind = (source: string, destination: string, mode: string): unknown => ({
    destination,
    type: "bind",
    source,
    options: ["rbind", "rprivate", mode],
  });
  const volumes = (task.container?.volumes ?? []).map((volume) => {
    const [source = "", destination = "", mode = "rw"] = volumeText(volume, assignment.sandbox).split(":");
    return bind(source, destination, mode);
  });
  return [
    bind(files.resolvConf, "/etc/resolv.conf", "rw"),
    bind(files.hosts, "/etc/hosts", "rw"),
    bind(files.hostname, "/etc/hostname", "rw"),
    bind(assignment.sandbox, assignment.sandboxDirectory, "rw"),
    ...volumes,
  ];
}

function resources({ task, assignment }: OciConfigOptions, privileged: boolean): unknown {
  const { cpuShares, cpuQuotaUs, memoryBytes } = limitsOf(task, assignment.enableCfs);
  return {
    devices: privileged ? [{ allow: true, access: "rwm" }] : DEVICE_TYPES_ALWAYS_ALLOWED,
    cpu: {
      ...(cpuShares === undefined ? {} : { shares: cpuShares }),
      ...(cpuQuotaUs === undefined ? {} : { quota: cpuQuotaUs, period: 100_000 }),
    },
    ...(memoryBytes === undefined ? {} : { memory: { limit: memoryBytes } }),
  };
}

function pretendIdentities(): unknown {
  return {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names: IDENTITY_CALLS, action: "SCMP_ACT_ERRNO", errnoRet: 0 }],
  };
}
