import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../src/client/clock.ts";
import { HttpClient } from "../../src/client/http.ts";
import type { LeaderDetector } from "../../src/client/leader-detector.ts";
import { followOperatorEvents, type OperatorNews } from "../../src/client/operator-stream.ts";
import { MesosApiError } from "../../src/errors.ts";
import type { OperatorEvent } from "../../src/mesos/operator-events.ts";
import { encodeRecord } from "../../src/mesos/recordio.ts";
import { impatientClock } from "./fake-clock.ts";

const subscribed: OperatorEvent = { type: "SUBSCRIBED", subscribed: { get_state: {}, heartbeat_interval_seconds: 15 } };
const removed: OperatorEvent = { type: "AGENT_REMOVED", agent_removed: { agent_id: { value: "S0" } } };

/** Answers each SUBSCRIBE in turn as it is told. */
const server = createServer((request, response) => {
  request.resume().on("end", () => answers.shift()?.(response));
});
let answers: ((response: ServerResponse) => void)[];
let http: HttpClient;

beforeEach(async () => {
  http = new HttpClient();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await http.close();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});

function send(response: ServerResponse, ...events: OperatorEvent[]): void {
  for (const event of events) response.write(encodeRecord(JSON.stringify(event)));
}

/** Pauses pass at once; nobody is taken for silent. */
const clock: Clock = {
  ...impatientClock,
  sleep: (durationMs, signal) =>
    durationMs < 10_000
      ? impatientClock.sleep(durationMs, signal)
      : new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error))),
};

/** Follows until so many pieces of news have come. */
async function follow(
  count: number,
  { changed, heard }: Partial<Pick<LeaderDetector, "changed">> & { heard?: (news: OperatorNews) => void } = {},
): Promise<OperatorNews[]> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const enough = new AbortController();
  const news: OperatorNews[] = [];
  await followOperatorEvents({
    leader: {
      find: () => Promise.resolve(url),
      changed: changed ?? (() => new Promise(() => undefined)),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    ...{ http, signal: enough.signal, clock, random: () => 1 },
    onNews(one) {
      news.push(one);
      heard?.(one);
      if (news.length === count) enough.abort();
    },
  });
  return news;
}

describe("the stream of operator events", () => {
  it("gives the state, then every event but heartbeats, and ends with its signal", async () => {
    answers = [(response) => send(response, subscribed, { type: "HEARTBEAT" }, removed)];
    expect(await follow(2)).toMatchObject([{ kind: "subscribed" }, { kind: "event", event: removed }]);
  });

  it("says that it broke, and comes back", async () => {
    answers = [
      (response) => {
        send(response, subscribed);
        response.end();
      },
      (response) => send(response, subscribed, removed),
    ];
    expect((await follow(4)).map(({ kind }) => kind)).toEqual(["subscribed", "lost", "subscribed", "event"]);
  });

  it("leaves a leader that leads no more, though its stream stays open", async () => {
    let change: () => void = () => undefined;
    const stay = (response: ServerResponse): void => send(response, subscribed);
    answers = [stay, stay];
    const changed = () => new Promise<void>((resolve) => (change = resolve));
    const news = await follow(3, { changed, heard: ({ kind }) => kind === "subscribed" && change() });
    expect(news.map(({ kind }) => kind)).toEqual(["subscribed", "lost", "subscribed"]);
    expect(news[1]).toEqual({ kind: "lost", reason: "Another master leads now." });
  });

  it("says once that a master does not answer, however often it is asked", async () => {
    const fail = (response: ServerResponse): void => void response.writeHead(503).end("starting");
    answers = [fail, fail, fail, (response) => send(response, subscribed)];
    expect((await follow(2)).map(({ kind }) => kind)).toEqual(["lost", "subscribed"]);
  });

  it("ends where a master refuses whoever asks", async () => {
    answers = [(response) => void response.writeHead(401).end("who are you")];
    await expect(follow(1)).rejects.toThrow(MesosApiError);
  });
});
