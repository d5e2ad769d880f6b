// What packages need, read from apt's own words. Pure.

/** Names of packages, each with what it depends on, in apt's order. Virtual packages have no entry. */
export type DependencyGraph = Map<string, string[]>;

// Without the packages of other architectures (`libc6:i386`) and virtual ones (`<httpd>`).
const packageName = /^[a-z0-9][a-z0-9+.-]*$/;

/** Reads what `apt-cache depends --recurse` prints: names at the margin, indented lines `Depends: name` under each. */
export function parseDependencies(text: string): DependencyGraph {
  const graph: DependencyGraph = new Map();
  let current: string[] | undefined;
  for (const line of text.split("\n")) {
    if (!line.startsWith(" ")) {
      current = packageName.test(line) ? (graph.get(line) ?? []) : undefined;
      if (current !== undefined) graph.set(line, current);
      continue;
    }
    const name = /^ [ |](?:Pre)?Depends: (\S+)$/.exec(line)?.[1];
    if (name !== undefined && packageName.test(name) && current?.includes(name) === false) current.push(name);
  }
  return graph;
}

/**
 * The given packages and all that they need, as far as `follow` matches. Dependencies are followed by name, not by apt's resolver:
 * a kit takes a program's shared libraries, and leaves the rest of a system alone.
 */
export function closureOf(graph: DependencyGraph, packages: string[], follow: RegExp): string[] {
  const closure = new Set(packages);
  for (const name of closure)
    for (const needed of graph.get(name) ?? []) if (follow.test(needed) && graph.has(needed)) closure.add(needed);
  return [...closure];
}

/** A file as the package lists promise it. */
export interface ListedFile {
  package: string;
  version: string;
  file: string;
  bytes: number;
  /** The strongest hash that the lists have: SHA-256 in Debian's, SHA-512 in Ubuntu's. */
  hash: { algorithm: "sha256" | "sha512"; hex: string };
}

/** Reads what `apt-get download --print-uris` prints: `'URI' name_version_arch.deb bytes SHA256:hex` (or SHA512). */
export function parseListedFiles(text: string): ListedFile[] {
  const lines = text.matchAll(/^'[^']*' (([^_\s]+)_([^_\s]+)_[^_\s]+\.deb) (\d+) SHA(256|512):([0-9a-f]{64,128})$/gm);
  return [...lines].map(([, file = "", name = "", version = "", bytes = "0", bits = "", hex = ""]) => ({
    package: name,
    version: decodeURIComponent(version),
    file,
    bytes: Number(bytes),
    hash: { algorithm: bits === "512" ? "sha512" : "sha256", hex },
  }));
}

/** The newest Java that ZooKeeper of every distribution is known to run on, else the oldest that is newer. */
export function chooseJava(names: string[]): string | undefined {
  const versions = names
    .map((name) => Number(/^openjdk-(\d+)-jre-headless$/.exec(name)?.[1]))
    .filter((version) => version >= 11)
    .sort((a, b) => a - b);
  const chosen = versions.findLast((version) => version <= 21) ?? versions[0];
  return chosen === undefined ? undefined : `openjdk-${chosen}-jre-headless`;
}
