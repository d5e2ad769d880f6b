// A package source in a folder, with real package files, for the machine's real apt-get.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Machine } from "../../../../src/backends/local/kit/machine.ts";

export interface TestPackage {
  name: string;
  version: string;
  depends?: string[];
  /** Path in the package → content; those in a bin folder are made executable. */
  files: Record<string, string>;
  /** Said in the package lists instead of the file's own. */
  sha256?: string;
}

/** Writes the packages and their list into `folder`; gives the line for apt's sources. */
export function writePackageArchive(folder: string, packages: TestPackage[]): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Packages"), packages.map((one) => listEntry(folder, one)).join("\n"));
  return `deb [trusted=yes] file:${folder} ./`;
}

function listEntry(folder: string, one: TestPackage): string {
  const tree = join(folder, "tree");
  for (const [path, content] of Object.entries(one.files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
    if (/bin\/[^/]+$/.test(path)) chmodSync(join(tree, path), 0o755);
  }
  const depends = one.depends === undefined ? [] : [`Depends: ${one.depends.join(", ")}`];
  const control = [
    ...[
      `Package: ${one.name}`,
      `Version: ${one.version}`,
      "Architecture: all",
      "Maintainer: Nobody <nobody@example.org>",
    ],
    ...[...depends, "Description: made for a test"],
  ];
  mkdirSync(join(tree, "DEBIAN"), { recursive: true });
  writeFileSync(join(tree, "DEBIAN/control"), `${control.join("\n")}\n`);
  const file = `${one.name}_${one.version}_all.deb`;
  execFileSync("dpkg-deb", ["--root-owner-group", "-Znone", "--build", tree, join(folder, file)], { stdio: "ignore" });
  rmSync(tree, { recursive: true });
  const content = readFileSync(join(folder, file));
  const sha256 = one.sha256 ?? createHash("sha256").update(content).digest("hex");
  return [...control, `Filename: ./${file}`, `Size: ${content.length}`, `SHA256: ${sha256}`, ""].join("\n");
}

export interface TestMachine extends Machine {
  /** Each call of apt-get so far, as its arguments. */
  aptCalls(): string[];
}

/**
 * A machine that has apt and dpkg alone. `afterDownload` is shell that runs in the download folder once apt-get has filled it;
 * `insteadOfDownload` runs in its place.
 */
export function testMachine(
  folder: string,
  options: { source?: string; afterDownload?: string; insteadOfDownload?: string } = {},
): TestMachine {
  const bin = join(folder, "bin");
  const log = join(folder, "apt-calls");
  mkdirSync(bin, { recursive: true });
  for (const name of ["apt-cache", "dpkg-deb"]) symlinkSync(`/usr/bin/${name}`, join(bin, name));
  const download = `${options.insteadOfDownload ?? '/usr/bin/apt-get "$@"'} || exit; ${options.afterDownload ?? ":"}`;
  const script = `#!/bin/sh
echo "$@" >> '${log}'
case "$*" in
  *--print-uris*) exec /usr/bin/apt-get "$@" ;;
  download*) ${download} ;;
  *) exec /usr/bin/apt-get "$@" ;;
esac
`;
  writeFileSync(join(bin, "apt-get"), script, { mode: 0o755 });
  writeFileSync(join(folder, "sources.list"), `${options.source ?? ""}\n`);
  const configuration = { "Dir::Etc::SourceList": join(folder, "sources.list"), "Dir::Etc::SourceParts": "/dev/null" };
  const lines = Object.entries(configuration).map(([key, value]) => `${key} "${value}";\n`);
  writeFileSync(join(folder, "apt.conf"), lines.join(""));
  return {
    platform: "test-1-x64",
    distribution: "Test Linux 1",
    searchPath: [bin],
    javaLibraries: join(folder, "no-java-libraries"),
    packageLists: join(folder, "no-package-lists"),
    environment: { PATH: `${bin}:/usr/bin:/bin`, APT_CONFIG: join(folder, "apt.conf") },
    aptCalls: () => readLines(log),
  };
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").trim().split("\n");
  } catch {
    return [];
  }
}
