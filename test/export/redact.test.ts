import { describe, expect, it, vi } from "vitest";
import { Redactor } from "../../src/export/redact.ts";

const redacted = (text: string): string => new Redactor().text(text);

describe("secrets are removed from a text", () => {
  it.each([
    ["zk://admin:hunter2@127.0.0.1:2181/mesos", "zk://[removed]@127.0.0.1:2181/mesos"],
    [
      "http://u:hunter2@h/x and postgres://me:hunter2@db:5432/a",
      "http://[removed]@h/x and postgres://[removed]@db:5432/a",
    ],
    ["Authorization: Basic aHVudGVyMjpodW50ZXIy", undefined],
    ['{"Authorization":"Bearer hunter2"}', undefined],
    ["sent Bearer hunter2.hunter2.hunter2", "sent Bearer [removed]"],
    ["curl -u me:hunter2 http://h", "curl -u [removed] http://h"],
    ["DB_PASSWORD=hunter2 PORT0=31000", "DB_PASSWORD=[removed] PORT0=31000"],
    ['{"password":"hunter2 and more","port":1}', '{"password":"[removed]","port":1}'],
    [String.raw`flag {\"aws_secret_access_key\":\"hunter2\"}`, undefined],
    ["mysqld --root-password hunter2 --port 1", "mysqld --root-password [removed] --port 1"],
    ["api_key: 'hunter2', name: x", "api_key: '[removed]', name: x"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJodW50ZXIyIjoxfQ.hunter2hunter2", "[removed]"],
    [
      "https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIAHUNTER2HUNTER2HU&X-Amz-Signature=hunter2hunter2&x=1",
      "https://b.s3.amazonaws.com/k?X-Amz-Credential=[removed]&X-Amz-Signature=[removed]&x=1",
    ],
    [
      "https://a.blob.core.windows.net/c?sv=2020&sig=hunter2%3D",
      "https://a.blob.core.windows.net/c?sv=2020&sig=[removed]",
    ],
    [
      `Fetching URI 'http://127.0.0.1:1/${"0".repeat(32)}/site.tar.gz'`,
      "Fetching URI 'http://127.0.0.1:1/[removed]/site.tar.gz'",
    ],
    ["docker login -u bob -p hunter2 h:5000", "docker login -u bob -p [removed] h:5000"],
    ["addauth digest:super:hunter2", "addauth digest:[removed]"],
    ["Set-Cookie: session=hunter2; Path=/", "Set-Cookie: [removed]"],
    ['{"auths":{"h":{"auth":"aHVudGVyMjp4"}}}', '{"auths":{"h":{"auth":"[removed]"}}}'],
    ["pushed with npm_hunter2hunter2hunter2hunter2hunter2 done", "pushed with [removed] done"],
    [
      '{"name":"DB_PASSWORD","type":"VALUE","value":"hunter2"},{"name":"LANG","value":"C"}',
      '{"name":"DB_PASSWORD","type":"VALUE","value":"[removed]"},{"name":"LANG","value":"C"}',
    ],
    ['{"value":"hunter2","name":"DB_PASSWORD"}', '{"value":"[removed]","name":"DB_PASSWORD"}'],
    [
      String.raw`state {\"key\": \"deploy-token\", \"value\": \"hun\\\"ter2 hunter2\"}`,
      String.raw`state {\"key\": \"deploy-token\", \"value\": \"[removed]\"}`,
    ],
    [
      'variables { name: "DB_PASS" type: VALUE value: "hunter2" }',
      'variables { name: "DB_PASS" type: VALUE value: "[removed]" }',
    ],
    ["- name: DB_PASSWORD\n  value: hunter2\n- name: LANG", "- name: DB_PASSWORD\n  value: [removed]\n- name: LANG"],
    ['["serve","--password","hunter2","--port","1"]', '["serve","--password","[removed]","--port","1"]'],
    ["['serve', '--password', 'hunter2', '--port']", "['serve', '--password', '[removed]', '--port']"],
    [String.raw`[\"--password\",\"hunter2\"]`, String.raw`[\"--password\",\"[removed]\"]`],
    ['["curl","-u","me:hunter2","h"]', '["curl","-u","[removed]","h"]'],
    ['--password "hunter2 and hunter2" --port 1', '--password "[removed]" --port 1'],
    ["zk://user:hun/ter2hunter2@h:2181/mesos", "zk://[removed]@h:2181/mesos"],
    ["https://user:p@hunter2@h:5000/x, more", "https://[removed]@h:5000/x, more"],
    [String.raw`{"u":"http:\/\/me:hunter2\/x@h\/a"}`, String.raw`{"u":"http:\/\/[removed]@h\/a"}`],
    ["zk://a:hunter2@h:1,zk://b:hunter2@i:2", "zk://[removed]@h:1,zk://[removed]@i:2"],
    ['{"secret":{"type":"VALUE","value":{"data":"aHVudGVyMjpodW50ZXIy"}},"a":1}', '{"secret":[removed],"a":1}'],
    ['{"password":"a\\"hunter2"}', '{"password":"[removed]"}'],
    ["A_PASSWORD=a,hunter2;hunter2}hunter2 B=1", "A_PASSWORD=[removed] B=1"],
    ["-----BEGIN RSA PRIVATE KEY-----\nhunter2\nhunter2\n-----END RSA PRIVATE KEY-----\nafter", "[removed]\nafter"],
    ["hunter2hunter2\n-----END PRIVATE KEY-----\nafter", "[removed]\nafter"],
    ["-----BEGIN PRIVATE KEY-----\nhunter2", "[removed]"],
  ])("%s", (text, expected) => {
    const clean = redacted(text);
    expect(clean).not.toMatch(/hunter2|aHVudGVyMj/);
    expect(clean).toContain("[removed]");
    if (expected !== undefined) expect(clean).toBe(expected);
  });

  it.each([
    "I1121 13:00:00.000000 1 master.cpp:1] Elected as the leading master at zk://127.0.0.1:2181/mesos",
    "--authenticate_http_readonly=false --quorum=1 --work_dir=/a/b",
    "GET /index.html HTTP/1.1 200 at http://127.0.0.1:31000/?x=1",
    "keys of the monkey: bananas",
    "digest:sha256:0123456789abcdef of nginx, npm_config_user_agent=npm/10, task-1 on disk-0123456789abcdef",
    "cookies are baked; a login -v, then /x?signal=1",
    "<Esc>-keys in use; authorization: yes",
    "token_manager.cpp:1234] 17 tokens: 17, token_ttl=30s, and Token::parse where token == expected",
    '{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"*"} {"key":"owner","value":"me"}',
    "http://h:80/@scope/x and zk://h1:2181,h2:2181/mesos, master@127.0.0.1:5050; docker run --user 1000:1000 x",
    '["--port","8080","--user","root"] and --authenticate_tokens=true',
    "PWD=/home/me OLDPWD=/ with basic authentication and a bearer of news",
  ])("and nothing else: %s", (text) => expect(redacted(text)).toBe(text));

  it("in a time that grows with the text only", () => {
    const long = `${"token".repeat(200_000)} ${"a_".repeat(500_000)} zk://${"x".repeat(1_000_000)}`;
    expect(redacted(long)).toBe(long);
    for (const one of ["\\", "eyJ-", "zk://a:b@"]) redacted(one.repeat(1_500_000 / one.length));
    const nasty = [
      ...[
        '"secret":{',
        'secret="',
        "secret='",
        'token="\\',
        '"name":"secret",',
        '"value":',
        '"value":{',
        '"value":"\\"',
      ],
      ...[
        '"--token",',
        "name=token ",
        "--token ",
        "token=,",
        "token=\\n",
        "name: a value: ",
        "zk:\\\\/\\/",
        "-u ",
        "{[",
      ],
    ];
    for (const one of nasty) redacted(one.repeat(60_000 / one.length));
    const redactor = new Redactor();
    const secrets = Array.from({ length: 2_000 }, (_, number) => `hunter-${number}-${number * 7919}`);
    redactor.learn({ secrets });
    expect(redactor.text(`${"and so on ".repeat(50_000)}${secrets.join(" ")}`)).not.toContain("hunter");
  });
});

describe("a line without blanks is read", () => {
  /** How many characters are read of values, as often as they are. */
  const readOf = (text: string): number => {
    let characters = 0;
    const counting = vi.spyOn(RegExp.prototype, "test").mockImplementation(function (this: RegExp, some: string) {
      const from = this.lastIndex;
      const fits = this.exec(some) !== null;
      if (this.sticky) characters += Math.max(1, this.lastIndex - from);
      return fits;
    });
    try {
      redacted(text);
      return characters;
    } finally {
      counting.mockRestore();
    }
  };

  it.each(["name:", "key:", "value:", "|key:abc|value:5", "(name:x", "(value:x", "(value:(name:x"])(
    "in steps that grow with it only: %s",
    (piece) => {
      const once = readOf(piece.repeat(500));
      expect(once).toBeGreaterThan(500);
      expect(readOf(piece.repeat(1_000))).toBeLessThan(2.5 * once);
    },
  );

  it("also behind a value that has no name", () => {
    expect(redacted('value:x"value:"hunter2" name:token')).toBe('value:x"value:"[removed]" name:token');
    const long = `value:${"x".repeat(10_000)}`;
    expect(redacted(`${long}"value:x name:token`)).toBe("value:[removed] name:token");
  });
});

describe("secrets are removed from a document", () => {
  const document = {
    flags: {
      zk: "zk://admin:hunter2@h:2181/mesos",
      credentials: "file:///etc/hunter2",
      authenticate_agents: "true",
      executor_environment_variables: '{"API_TOKEN":"hunter2-token","LANG":"C"}',
    },
    tasks: [
      {
        environment: {
          variables: [
            { name: "DB_PASS", value: "hunter2-db" },
            { name: "LANG", value: "C" },
          ],
        },
      },
      { environment: { variables: [{ name: "S", type: "SECRET", secret: { value: { data: "aHVudGVyMg==" } } }] } },
      {
        labels: [
          { key: "deploy-token", value: "hunter2-label" },
          { key: "owner", value: "me" },
        ],
      },
      {
        args: ["serve", "--password", "hunter2-arg", "--port", "1"],
        docker: { parameters: [{ key: "env", value: "PWD_SECRET=hunter2" }] },
      },
    ],
    "master/tokens": 17,
  };

  it("by their names, wherever they stand in it", () => {
    const clean = JSON.stringify(new Redactor().json(document));
    expect(clean).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(JSON.parse(clean)).toMatchObject({
      flags: { authenticate_agents: "true", executor_environment_variables: '{"API_TOKEN":"[removed]","LANG":"C"}' },
      tasks: [
        {
          environment: {
            variables: [
              { name: "DB_PASS", value: "[removed]" },
              { name: "LANG", value: "C" },
            ],
          },
        },
        { environment: { variables: [{ name: "S", type: "SECRET", secret: "[removed]" }] } },
        {
          labels: [
            { key: "deploy-token", value: "[removed]" },
            { key: "owner", value: "me" },
          ],
        },
        { args: ["serve", "--password", "[removed]", "--port", "1"] },
      ],
      "master/tokens": 17,
    });
  });

  it("and then from every log that repeats them", () => {
    const redactor = new Redactor();
    redactor.learn(document);
    expect(redactor.text("connecting with hunter2-db, hunter2-arg and hunter2-token")).toBe(
      "connecting with [removed], [removed] and [removed]",
    );
    expect(redactor.text("as admin with hunter2")).toBe("as admin with [removed]");
    expect(redactor.removed).toBe(4);
  });

  it("also where a text has named them, unless they may be any word", () => {
    const redactor = new Redactor();
    redactor.learn(
      "DB_PASSWORD=Hunter-2 and zk://me:hun-Ter/2@h and token: 2026-11-21T13:00:00Z, secret: agent-1 password=unknown zk://me:password@h",
    );
    expect(redactor.text("got Hunter-2, hun-Ter/2")).toBe("got [removed], [removed]");
    redactor.learn({
      secrets: { API_TOKEN: "APP_TOKEN" },
      secret: { data: Buffer.from("password").toString("base64") },
    });
    const rest = "the password APP_TOKEN 2026-11-21T13:00:00Z agent-1 unknown";
    expect(redactor.text(rest)).toBe(rest);
  });

  it("also in capitals, unless that is the name of a variable", () => {
    const redactor = new Redactor();
    redactor.learn({ DB_PASSWORD: "PROD_DB_2024", API_TOKEN: "APP_TOKEN", SMTP_PASSWORD: "MAIL_KEY_1" });
    redactor.learn("deploying with REGISTRY_TOKEN=REG_2024_X");
    redactor.learn({ APP_TOKEN: "of the environment" });
    redactor.learn({ apps: [{ secrets: { PASSWORD: "MAIL_KEY_1" } }] });
    expect(redactor.text("got PROD_DB_2024 and REG_2024_X, APP_TOKEN is not set, nor MAIL_KEY_1")).toBe(
      "got [removed] and [removed], APP_TOKEN is not set, nor MAIL_KEY_1",
    );
  });

  it("also digits, where they are a number of their own", () => {
    const redactor = new Redactor();
    redactor.learn({ password: 123456, PIN_SECRET: "000000" });
    const text = "13:00:00.000000 9123456 1234567";
    expect(redactor.text(`${text} with 123456, 000000`)).toBe(`${text} with [removed], [removed]`);
  });

  it("also as a number, but no number that counts something", () => {
    const numbers = { password: 12345, DB_PASSWORD: "12345", tokens: 17, token_ttl: "30s", secrets: [] };
    const clean = { password: "[removed]", DB_PASSWORD: "[removed]", tokens: 17, token_ttl: "30s", secrets: [] };
    expect(new Redactor().json(numbers)).toEqual(clean);
    expect(redacted(JSON.stringify(numbers))).toBe(JSON.stringify(clean).replace('"[removed]"', "[removed]"));
  });

  it("and leaves a document within it as it is written where it has none", () => {
    const flags = { attributes: '{ "text": [1.0] }', monkey: "see" };
    expect(new Redactor().json(flags)).toEqual(flags);
  });

  it("where they are the names of fields, too", () => {
    expect(new Redactor().json({ "zk://me:hunter2@h:2181": 1 })).toEqual({ "zk://[removed]@h:2181": 1 });
  });
});
