// Which capabilities there are to give: no process can hand on more than it has.

/** By number (include/uapi/linux/capability.h). */
const NAMES = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE " +
  "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN " +
  "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE " +
  "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split(" ");

/**
 * Names ("CAP_CHOWN") from the text of /proc/PID/status. An ordinary user becomes root of a user namespace of its own, where
 * its bounding set is what limits it.
 */
export function capabilitiesFrom(status: string, asRoot: boolean): Set<string> {
  const line = new RegExp(`^${asRoot ? "CapEff" : "CapBnd"}:\\s*([0-9a-f]+)$`, "m").exec(status);
  const bits = BigInt(`0x${line?.[1] ?? "0"}`);
  return new Set(NAMES.flatMap((name, number) => (bits & (1n << BigInt(number)) ? [`CAP_${name}`] : [])));
}
