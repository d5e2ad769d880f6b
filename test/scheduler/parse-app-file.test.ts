import { readFileSync, readdirSync } from "node:fs";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { APP_DEFAULTS } from "../../src/scheduler/app-spec.ts";
import { appJsonSchema } from "../../src/scheduler/json-schema.ts";
import { parseAppFile, parseAppObject } from "../../src/scheduler/parse-app-file.ts";

function issuesOf(text: string): string[] {
  try {
    parseAppFile(text, "app.yaml");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
  }
  return [];
}

describe("an app file", () => {
  it("needs little more than a name", () => {
    expect(parseAppFile("name: web\nimage: nginx:debian\nports: [80]\nverify: {}\n", "app.yaml")).toEqual({
      ...APP_DEFAULTS,
      name: "web",
      image: "nginx:debian",
      ports: [{ container: 80, host: "any", protocol: "tcp" }],
      network: "bridge",
      verify: { port: 0, path: "/", status: 200, headers: {}, timeout: "30secs" },
    });
  });

  it("is on the host's network where there is no bridge", () => {
    expect(parseAppObject({ name: "a", command: "true" }).network).toBe("host");
    expect(parseAppObject({ name: "a", image: "i", containerizer: "mesos" }).network).toBe("host");
  });

  it("takes short forms", () => {
    const app = parseAppObject({
      name: "a",
      command: ["sleep", "1"],
      env: { N: 1, ON: true },
      uris: ["http://x/y.tgz"],
      constraints: [
        ["rack", "IN", ["a", "b"]],
        ["zone", "EQUALS", 2],
      ],
    });
    expect(app.env).toEqual({ N: "1", ON: "true" });
    expect(app.uris).toEqual([{ value: "http://x/y.tgz", extract: true, executable: false, cache: false }]);
    expect(app.constraints).toEqual([
      ["rack", "IN", ["a", "b"]],
      ["zone", "EQUALS", "2"],
    ]);
  });

  it("comes out of its own outcome unchanged", () => {
    const app = parseAppObject({
      name: "a",
      image: "i",
      ports: [80, { host: 9000, name: "admin" }],
      verify: { port: 1 },
    });
    expect(parseAppObject(app)).toEqual(app);
  });

  it("is refused with every problem at once, each at its line", () => {
    const text = [
      "name: Web",
      "contianerizer: mesos",
      "cpus: none",
      "ports: [80, {host: 70000}, {host: 9000}, {host: 9000}]",
      'constraints: [[rack, IS, r2d2], [rack, LIKE, "("], [rack, EQUALS, [a, b]]]',
      "kill_grace_period: soon",
      "verify: {port: 4, path: index.html}",
      "network: bridge",
    ].join("\n");
    expect(issuesOf(text)).toEqual([
      "1:1  must have an image or a command",
      "1:7 name must be lower-case letters, digits, and dots and dashes between them, 63 characters at most",
      '2:1 contianerizer is not a known field; did you mean "containerizer"?',
      '3:7 cpus must be a number, but is "none"',
      expect.stringMatching(/^4:\d+ ports\[1\]/),
      "4:49 ports[3].host is 9000, which another port has already",
      expect.stringMatching(
        /^5:22 constraints\[0\]\[1\] must be EQUALS, IN, LIKE, UNLIKE, UNIQUE, GROUP_BY or MAX_PER/,
      ),
      expect.stringMatching(/^5:46 constraints\[1\]\[2\] must be a regular expression, but: /),
      "5:67 constraints[2][2] must be one value for EQUALS",
      "6:20 kill_grace_period must be a number and a unit, as in 30secs or 2mins",
      "7:16 verify.port is not one of ports",
      '7:25 verify.path must begin with "/"',
      "8:10 network needs an image to be bridge",
    ]);
  });

  it("needs a port to be verified, and docker for a bridge", () => {
    expect(issuesOf("name: a\nimage: i\ncontainerizer: mesos\nnetwork: bridge\nverify: {}")).toEqual([
      "4:10 network cannot be bridge with the mesos containerizer; use host",
      "5:9 verify needs a port to ask; name one in ports",
    ]);
  });

  it("has its health asked at a port of its own, and GPUs and docker's options only where they can be had", () => {
    expect(issuesOf("name: a\nimage: i\ngpus: 1\nports: [80]\nhealth: {http: {port: 1}}")).toEqual([
      "3:7 gpus are given by the mesos containerizer alone; say containerizer: mesos",
      "5:23 health.http.port is not one of ports",
    ]);
    expect(issuesOf("name: a\ncommand: c\ndocker: {privileged: true}\nhealth: {tcp: {}}")).toEqual([
      "3:9 docker needs an image that docker runs",
      "4:15 health.tcp needs a port to ask; name one in ports",
    ]);
  });
});

describe("examples/apps", () => {
  const folder = new URL("../../examples/apps/", import.meta.url);

  it.each(readdirSync(folder).filter((name) => name.endsWith(".yaml")))("%s is an app file", (name) => {
    expect(parseAppFile(readFileSync(new URL(name, folder), "utf8"), name).name).toBeTruthy();
  });
});

describe("docs/app.schema.json", () => {
  it("is the schema that files are read with (vitest -u writes it anew)", async () => {
    const schema = await format(JSON.stringify(appJsonSchema()), { parser: "json", printWidth: 120 });
    await expect(schema).toMatchFileSnapshot("../../docs/app.schema.json");
  });
});
