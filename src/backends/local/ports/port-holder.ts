// Who listens on a port, as far as this user may know: by the kernel's table of sockets and the open files of processes.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { processIds } from "../../state/process-identity.ts";
import { isTaken } from "./free-ports.ts";

export interface Listener {
  /** Undefined where it is another user's. */
  pid: number | undefined;
}

/** The process ID of the listener on a TCP port of any local address; undefined where it is another user's. */
export function portHolder(port: number): number | undefined {
  return holderOf(listenersOn(port));
}

/**
 * Who keeps others from listening on a TCP port of an address, that is on it or on all addresses; undefined where nobody
 * does. Whether all of one family are the other's too, the table does not tell: only then the port is bound for a try, which
 * keeps its owner off meanwhile.
 */
export async function listenerAt(address: string, port: number): Promise<Listener | undefined> {
  const listeners = listenersOn(port);
  const inTheWay = listeners.filter((socket) => isInTheWay(socket.address, address));
  if (inTheWay.length > 0) return { pid: holderOf(inTheWay) };
  const perhaps = listeners.filter((socket) => isPerhapsInTheWay(socket.address, address));
  return perhaps.length > 0 && (await isTaken(address, port)) ? { pid: holderOf(perhaps) } : undefined;
}

interface ListeningSocket {
  address: string;
  inode: string;
}

function listenersOn(port: number): ListeningSocket[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listenersIn(table, port));
}

/** Columns of the table: slot, local address:port in hexadecimal, remote, state (0A is LISTEN), …, inode as the tenth. */
function listenersIn(table: string, port: number): ListeningSocket[] {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, "0");
  return readText(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A" && columns[1]?.endsWith(`:${hexadecimal}`))
    .map((columns) => ({ address: addressOf(columns[1]?.split(":")[0] ?? ""), inode: columns[9] ?? "" }));
}

/** The table has words of four bytes, each with its last byte first. */
function addressOf(hexadecimal: string): string {
  const words = hexadecimal.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  return (bytes.join("").match(/.{4}/g) ?? []).join(":");
}

/** A name stands for any address: which one it is would have to be asked for. */
function isInTheWay(taken: string, wanted: string): boolean {
  if (isIP(wanted) === 0) return true;
  if (familyOf(taken) === familyOf(wanted) && (isEveryAddress(taken) || isEveryAddress(wanted))) return true;
  const same = new BlockList();
  same.addAddress(wanted, familyOf(wanted));
  return same.check(taken, familyOf(taken));
}

/** A socket on all addresses of IPv6 may have been opened for these only (IPV6_V6ONLY), or have those of IPv4 too. */
function isPerhapsInTheWay(taken: string, wanted: string): boolean {
  return familyOf(taken) !== familyOf(wanted) && (isEveryAddress(taken) || isEveryAddress(wanted));
}

function isEveryAddress(address: string): boolean {
  return /^[0.:]+$/.test(address);
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

function holderOf(sockets: ListeningSocket[]): number | undefined {
  const inodes = new Set(sockets.map(({ inode }) => inode));
  return inodes.size === 0 ? undefined : processIds().find((pid) => holdsSocket(pid, inodes));
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
