// Who a container's process is: the image's (or task's) user, which may be a name that only the image's own tables know.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MesosUpError } from "../../errors.ts";

export interface ContainerUser {
  uid: number;
  gid: number;
  additionalGids: number[];
  home: string;
}

/**
 * Resolves "name", "uid", "name:group" or "uid:gid" in the tables of a root file system; nothing at all is root.
 * @throws MesosUpError worded as Docker words it, if a name is unknown there.
 */
export function resolveUser(rootfs: string, text: string): ContainerUser {
  const [userText = "", groupText] = text.split(":");
  const users = readTable(join(rootfs, "etc/passwd"));
  const groups = readTable(join(rootfs, "etc/group"));
  const wanted = userText === "" ? "0" : userText;
  const row = users.find(([name, , uid]) => name === wanted || uid === wanted);
  if (row === undefined && !/^\d+$/.test(wanted)) throw unknown("user", wanted, "passwd");
  const [name = "", , uid = wanted, gid = "0", , home = "/"] = row ?? [];
  const additionalGids = groups.flatMap(([, , id, members]) =>
    (members ?? "").split(",").includes(name) ? [Number(id)] : [],
  );
  return {
    uid: Number(uid),
    gid: groupText === undefined ? Number(gid) : resolveGroup(groups, groupText),
    additionalGids: name === "" || groupText !== undefined ? [] : additionalGids,
    home,
  };
}

function resolveGroup(groups: string[][], wanted: string): number {
  const row = groups.find(([name, , gid]) => name === wanted || gid === wanted);
  if (row === undefined && !/^\d+$/.test(wanted)) throw unknown("group", wanted, "group");
  return Number(row?.[2] ?? wanted);
}

function unknown(kind: string, name: string, file: string): MesosUpError {
  return new MesosUpError(`unable to find ${kind} ${name}: no matching entries in ${file} file`, {
    code: "IMAGE_USER_UNKNOWN",
    hint: "Name a user that the image has, or its number.",
  });
}

function readTable(path: string): string[][] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(":"));
  } catch {
    return []; // An image need not have any.
  }
}
