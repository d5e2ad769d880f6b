import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureClassArchive } from "../../../../src/backends/local/kit/class-archive.ts";
import { findJava, findZooKeeper } from "../../../../src/backends/local/kit/installed.ts";
import { zookeeperCommand } from "../../../../src/backends/local/kit/zookeeper-command.ts";
import { testMachine } from "./package-archive.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zookeeper-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function files(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "", { mode: 0o755 });
  }
}

function javaHome(path: string, version: string): void {
  files(`${path}/bin/java`);
  writeFileSync(join(folder, path, "release"), `IMPLEMENTOR="Debian"\nJAVA_VERSION="${version}"\n`);
}

describe("ZooKeeper that is installed", () => {
  it("as a distribution's package: jar by jar, with one binding of slf4j", () => {
    const names = [
      "zookeeper",
      "zookeeper-3.8.0",
      "zookeeper-jute",
      "slf4j-api",
      "slf4j-simple",
      "slf4j-log4j12",
      "ant",
    ];
    files(...names.map((name) => `no-java-libraries/${name}.jar`));
    const found = findZooKeeper(testMachine(folder));
    expect(found?.version).toBe("3.8.0");
    expect(found?.classPath.map((path) => path.slice(path.lastIndexOf("/") + 1))).toEqual([
      "zookeeper.jar",
      "slf4j-api.jar",
      "slf4j-simple.jar",
      "zookeeper-jute.jar",
    ]);
  });

  it("as Apache's archive, through ZOOKEEPER_HOME or a zkServer.sh on the search path", () => {
    files("zk/lib/zookeeper-3.9.3.jar", "zk/lib/logback-classic-1.3.jar", "zk/conf/logback.xml", "zk/bin/zkServer.sh");
    const machine = testMachine(folder);
    const expected = {
      version: "3.9.3",
      classPath: ["conf", "lib/logback-classic-1.3.jar", "lib/zookeeper-3.9.3.jar"].map((path) =>
        join(folder, "zk", path),
      ),
    };
    const environment = { ...machine.environment, ZOOKEEPER_HOME: join(folder, "zk") };
    expect(findZooKeeper({ ...machine, environment })).toEqual(expected);
    symlinkSync(join(folder, "zk/bin/zkServer.sh"), join(folder, "bin/zkServer.sh"));
    expect(findZooKeeper(machine)).toEqual(expected);
  });

  it("is nowhere", () => expect(findZooKeeper(testMachine(folder))).toBeUndefined());
});

describe("Java that is installed", () => {
  it("is found through a chain of links, and its version without starting it", () => {
    javaHome("jvm/java-17", "17.0.21");
    const machine = testMachine(folder);
    symlinkSync(join(folder, "jvm/java-17/bin/java"), join(folder, "alternative"));
    symlinkSync(join(folder, "alternative"), join(folder, "bin/java"));
    expect(findJava(machine)).toEqual({ path: join(folder, "bin/java"), version: "17.0.21", from: "installed" });
  });

  it("counts from 11 on; one in JAVA_HOME comes first", () => {
    javaHome("jvm/java-8", "1.8.0_442");
    javaHome("jvm/java-21", "21.0.5");
    const machine = testMachine(folder);
    const withHome = (home: string) => ({
      ...machine,
      environment: { ...machine.environment, JAVA_HOME: join(folder, home) },
    });
    expect(findJava(withHome("jvm/java-8"))).toBeUndefined();
    expect(findJava(withHome("jvm/java-21"))?.version).toBe("21.0.5");
  });
});

describe("the command of a ZooKeeper server", () => {
  const java = { path: "/jvm/bin/java", version: "17.0.21", from: "kit" } as const;
  const zookeeper = {
    version: "3.8.0",
    from: "kit",
    java,
    classPath: ["/jars/zookeeper.jar", "/jars/slf4j-api.jar"],
  } as const;

  it("runs in the foreground with a small heap, logging to stdout", () => {
    const { file, args } = zookeeperCommand({ ...zookeeper, classPath: [...zookeeper.classPath] }, "/state/zoo.cfg");
    expect(file).toBe("/jvm/bin/java");
    expect(args).toContain("-Xmx128m");
    expect(args).toContain("-Dorg.slf4j.simpleLogger.logFile=System.out");
    expect(args.slice(-4)).toEqual([
      "-cp",
      "/jars/zookeeper.jar:/jars/slf4j-api.jar",
      "org.apache.zookeeper.server.quorum.QuorumPeerMain",
      "/state/zoo.cfg",
    ]);
  });

  it("uses the archive of classes where there is one", () => {
    const withArchive = { ...zookeeper, classPath: [...zookeeper.classPath], sharedArchive: "/cache/classes.jsa" };
    expect(zookeeperCommand(withArchive, "/state/zoo.cfg").args[0]).toBe("-XX:SharedArchiveFile=/cache/classes.jsa");
  });
});

describe("the archive of a server's classes", () => {
  const archiveFor = (version: string, script: string) => {
    writeFileSync(join(folder, "java"), `#!/bin/sh\necho > '${folder}/started'\n${script}\n`, { mode: 0o755 });
    const java = { path: join(folder, "java"), version, from: "installed" } as const;
    const { signal } = new AbortController();
    const machine = testMachine(folder);
    return ensureClassArchive(
      { version: "3.8.0", from: "kit", java, classPath: [] },
      { cacheDirectory: join(folder, "cache"), machine, signal },
    );
  };

  it("is done without where Java cannot make one", async () => {
    expect(await archiveFor("11.0.25", "exit 1")).toBeUndefined();
    expect(existsSync(join(folder, "started"))).toBe(false);
  });

  it("is done without where the server does not start, and leaves nothing behind", async () => {
    expect(await archiveFor("17.0.21", "exit 1")).toBeUndefined();
    expect(existsSync(join(folder, "started"))).toBe(true);
    expect(readdirSync(join(folder, "cache/class-archives"))).toEqual([]);
  });

  it("takes the place of those that nobody has made for a month and no server uses", async () => {
    files("cache/class-archives/zookeeper-old.jsa", "cache/class-archives/zookeeper-young.jsa");
    utimesSync(join(folder, "cache/class-archives/zookeeper-old.jsa"), 0, 0);
    const write = 'for a; do case $a in -XX:SharedArchiveFile=*) echo classes > "${a#*=}";; esac; done';
    const made = await archiveFor("17.0.21", write);
    expect(readdirSync(join(folder, "cache/class-archives")).sort()).toEqual(
      [basename(made ?? "none"), "zookeeper-young.jsa"].sort(),
    );
  });
});
