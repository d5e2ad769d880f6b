import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeFlags, FlagError, type FlagTable, loadFlags } from "../../../src/engine/common/flags.ts";

const TABLE = {
  work_dir: { kind: "string", required: true },
  port: { kind: "integer", default: "5050" },
  agent_ping_timeout: { kind: "duration", default: "15secs", alias: "slave_ping_timeout" },
  quiet: { kind: "boolean", default: "false" },
  cache: { kind: "bytes", default: "2GB" },
  cluster: { kind: "string" },
} as const satisfies FlagTable;

const load = (args: string[], env = {}) => loadFlags(TABLE, ["--work_dir=/w", ...args], env);

describe("loadFlags", () => {
  it("takes values from arguments, then MESOS_ variables, then defaults", () => {
    const { values } = load(["--port=1"], { MESOS_PORT: "2", MESOS_CLUSTER: "blue", MESOS_HOME: "/opt" });
    expect(values).toEqual({
      ...{ work_dir: "/w", port: 1, agent_ping_timeout: 15_000, quiet: false, cache: 2 ** 31, cluster: "blue" },
    });
  });

  it("shows every flag that has a value as text, durations with their unit", () => {
    expect(load(["--agent_ping_timeout=60secs"]).shown).toEqual({
      ...{ work_dir: "/w", port: "5050", agent_ping_timeout: "1mins", quiet: "false", cache: "2GB" },
    });
  });

  it.each([
    [["--quiet"], true],
    [["--quiet="], true],
    [["--quiet=1"], true],
    [["--no-quiet"], false],
    [["--QUIET=false"], false],
  ])("reads %j as %s", (args, quiet) => {
    expect(load(args).values.quiet).toBe(quiet);
  });

  it("takes an alias for its flag", () => {
    expect(load(["--slave_ping_timeout=1secs"]).values.agent_ping_timeout).toBe(1000);
  });

  it("looks at nothing behind a lone -- and at no word without dashes", () => {
    expect(load(["word", "--", "--nonsense"]).values.port).toBe(5050);
  });

  it("reads the value of a file:// flag from the file", () => {
    const path = join(mkdtempSync(join(tmpdir(), "flags-")), "name");
    writeFileSync(path, "from-a-file\n");
    expect(load([`--cluster=file://${path}`]).values.cluster).toBe("from-a-file");
  });

  it.each([
    ["--nonsense", "Failed to load unknown flag 'nonsense'"],
    ["--no-nonsense", "Failed to load unknown flag 'nonsense' via 'no-nonsense'"],
    ["--port", "Failed to load non-boolean flag 'port': Missing value"],
    ["--no-port", "Failed to load non-boolean flag 'port' via 'no-port'"],
    ["--no-quiet=yes", "Failed to load boolean flag 'quiet' via 'no-quiet' with value 'yes'"],
    ["--port=many", "Failed to load flag 'port': Failed to load value 'many': Failed to convert into required type"],
    [
      "--quiet=maybe",
      "Failed to load flag 'quiet': Failed to load value 'maybe': Expecting a boolean (e.g., true or false)",
    ],
    ["--work_dir=/x", "Flag 'work_dir' is already loaded via name 'work_dir'"],
  ])("refuses %s in Mesos's words", (arg, message) => {
    expect(() => load([arg])).toThrow(new FlagError(message));
  });

  it("refuses to go without a required flag", () => {
    const message = "Flag 'work_dir' is required, but it was not provided";
    expect(() => loadFlags(TABLE, [], {})).toThrow(new FlagError(message));
  });
});

describe("describeFlags", () => {
  it("lists names, aliases and defaults", () => {
    const help = describeFlags("mesos-master", TABLE);
    expect(help).toContain("--[no-]quiet");
    expect(help).toMatch(/--agent_ping_timeout=VALUE, --slave_ping_timeout=VALUE +\(default: 15secs\)/);
  });
});
