// The jars that make a ZooKeeper server, found one by one: a folder of a distribution's Java packages holds many others, among
// them several bindings of slf4j that exclude one another.
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";

export interface ZooKeeperJars {
  version: string;
  /** Absolute paths, jar by jar. */
  classPath: string[];
}

// Server and wire format (one jar before 3.5), logging to the console, the parts that its classes name.
const required = ["zookeeper", "slf4j-api", "slf4j-simple"];
const whereThere = [
  "zookeeper-jute",
  "commons-cli",
  "commons-io",
  "metrics-core",
  "snappy-java",
  "jackson-core",
  "jackson-databind",
  "jackson-annotations",
  "netty-buffer",
  "netty-codec",
  "netty-common",
  "netty-handler",
  "netty-resolver",
  "netty-transport",
  "netty-transport-native-epoll",
  "netty-transport-native-unix-common",
];

/** In a folder of jars as Debian's and Ubuntu's packages fill it (`/usr/share/java`). */
export function findPackagedJars(folder: string): ZooKeeperJars | undefined {
  const paths = (names: string[]) => names.map((name) => join(folder, `${name}.jar`));
  if (!paths(required).every((path) => existsSync(path))) return undefined;
  const classPath = [...paths(required), ...paths(whereThere).filter((path) => existsSync(path))];
  return {
    version: versionIn(readdirSync(folder)) ?? versionIn([basename(realpathSync(classPath[0] ?? ""))]) ?? "",
    classPath,
  };
}

/** In a ZooKeeper unpacked from Apache's archive: `lib/*.jar`, with `conf` first for its logging. */
export function findUnpackedJars(home: string): ZooKeeperJars | undefined {
  const jarsIn = (folder: string) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith(".jar"))
          .sort()
          .map((name) => join(folder, name))
      : [];
  const jars = [...jarsIn(home), ...jarsIn(join(home, "lib"))];
  const version = versionIn(jars.map((path) => basename(path)));
  return version === undefined ? undefined : { version, classPath: [join(home, "conf"), ...jars] };
}

/** The home that a `zkServer.sh` of Apache's archive stands in, undefined for the one of a distribution's package. */
export function homeOfServerScript(script: string): string | undefined {
  const home = join(realpathSync(script), "../..");
  return findUnpackedJars(home) === undefined ? undefined : home;
}

function versionIn(names: string[]): string | undefined {
  return names.map((name) => /^zookeeper-(\d[\w.]*?)\.jar$/.exec(name)?.[1]).find((version) => version !== undefined);
}

/** "17.0.21" of the Java whose program this is, from the `release` file of its home. */
export function javaVersionOf(program: string): string | undefined {
  try {
    const release = readFileSync(join(realpathSync(program), "../../release"), "utf8");
    return /^JAVA_VERSION="?([\d._]+)/m.exec(release)?.[1];
  } catch {
    return undefined;
  }
}
