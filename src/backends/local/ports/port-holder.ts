// Who listens on a port, as far as this user may know: by the kernel's table of sockets and the open files of processes.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { processIds } from "../../state/process-identity.ts";

/** The process ID of the listener on a TCP port of any local address; undefined where it is another user's. */
export function portHolder(port: number): number | undefined {
  const inodes = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listenersOn(port, table)));
  return inodes.size === 0 ? undefined : processIds().find((pid) => holdsSocket(pid, inodes));
}

/** Columns of the table: slot, local address:port in hexadecimal, remote, state (0A is LISTEN), …, inode as the tenth. */
function listenersOn(port: number, table: string): string[] {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, "0");
  return readText(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A" && columns[1]?.endsWith(`:${hexadecimal}`))
    .map((columns) => columns[9] ?? "");
}

function holdsSocket(pid: number, inodes: Set<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`${folder}/${descriptor}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    return false;
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
