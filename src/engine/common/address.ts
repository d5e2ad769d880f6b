// Where a program of the engine listens and what it says of itself, from --ip, --port, --hostname and the --advertise_ flags.
import { networkInterfaces } from "node:os";
import { isIPv4 } from "node:net";
import { MesosUpError } from "../../errors.ts";

export interface AddressFlags {
  ip: string | undefined;
  port: number;
  hostname: string | undefined;
  advertise_ip: string | undefined;
  advertise_port: string | undefined;
}

export interface ProgramAddress {
  listen: { ip: string; port: number };
  /** What others are told: in ZooKeeper, in offers, in redirects. */
  ip: string;
  port: number;
  hostname: string;
}

/** @throws MesosUpError if --ip is no IPv4 address. */
export function addressOf(flags: AddressFlags): ProgramAddress {
  for (const ip of [flags.ip, flags.advertise_ip]) {
    if (ip === undefined || isIPv4(ip)) continue;
    throw new MesosUpError(`Failed to parse IP address '${ip}'`, {
      code: "IP_INVALID",
      hint: "Give an IPv4 address, such as 127.0.0.1.",
    });
  }
  const listenIp = flags.ip ?? "0.0.0.0";
  const ip = flags.advertise_ip ?? (listenIp === "0.0.0.0" ? firstOwnAddress() : listenIp);
  const port = flags.advertise_port === undefined ? flags.port : Number(flags.advertise_port);
  return { listen: { ip: listenIp, port: flags.port }, ip, port, hostname: flags.hostname ?? ip };
}

/** An IPv4 address as MasterInfo has it: a number in little-endian order. */
export function littleEndianIp(ip: string): number {
  return ip.split(".").reduceRight((value, part) => value * 256 + Number(part), 0);
}

function firstOwnAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
