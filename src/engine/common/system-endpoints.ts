// The endpoints that every libprocess program has besides its own: /help, /logging/toggle and /system/stats.json.
import { availableParallelism, freemem, loadavg, totalmem } from "node:os";
import { parseDurationMs } from "../../mesos/duration.ts";
import type { Clock, Timer } from "./clock.ts";
import { htmlPage } from "./html.ts";
import { type HttpAnswer, type HttpRequest, json, text } from "./http.ts";
import type { HttpRoutes } from "./http-routes.ts";

/** The verbosity that operators may raise for a while. There is one level of log lines here, so that it changes nothing else. */
export class VerboseLevel {
  readonly #clock: Clock;
  #back: Timer | undefined;
  value = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Comes back to 0 after that time. */
  set(level: number, durationMs: number): void {
    this.#back?.cancel();
    this.value = level;
    this.#back = this.#clock.after(Math.max(0, durationMs), () => (this.value = 0));
  }
}

/** `name`: of the program's process, such as "master". */
export function mountSystemEndpoints(routes: HttpRoutes, options: { name: string; level: VerboseLevel }): void {
  routes.route("/logging/toggle", (request) => toggle(options.level, request));
  routes.route("/system/stats.json", (request) => json(systemStatistics(), request.query.get("jsonp")));
  routes.route("/help", (request) => help(routes, options.name, request));
}

function toggle(verbose: VerboseLevel, { query }: HttpRequest): HttpAnswer {
  const [level, duration] = [query.get("level"), query.get("duration")];
  if (level === null && duration === null) return text(200, `${verbose.value}\n`);
  if (level === null) return text(400, "Expecting 'level=value' in query.\n");
  if (duration === null) return text(400, "Expecting 'duration=value' in query.\n");
  if (!/^[+-]?\d+$/.test(level)) return text(400, `Failed to convert '${level}' to number.\n`);
  try {
    const durationMs = parseDurationMs(duration);
    if (Number(level) < 0) return text(400, `Invalid level '${level}'.\n`);
    verbose.set(Number(level), durationMs);
    return { status: 200 };
  } catch (error) {
    return text(400, `${(error as Error).message}.\n`);
  }
}

function systemStatistics(): Record<string, number> {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    ...{ avg_load_1min: one, avg_load_5min: five, avg_load_15min: fifteen },
    ...{ cpus_total: availableParallelism(), mem_total_bytes: totalmem(), mem_free_bytes: freemem() },
  };
}

function help(routes: HttpRoutes, name: string, { query }: HttpRequest): HttpAnswer {
  const paths = [...routes.paths].sort();
  if (query.get("format") === "json") {
    const endpoints = paths.map((path) => ({ name: path, text: `### USAGE ###\n>        /${name}${path}\n` }));
    return json({ processes: [{ id: name, endpoints }] }, query.get("jsonp"));
  }
  const rows = paths.map((path) => [{ text: path, href: path }]);
  const empty = "There are none.";
  return htmlPage({
    title: "Help",
    subtitle: `of this ${name}: as in the documentation of Mesos`,
    sections: [{ heading: "Endpoints", columns: ["Path"], rows, empty }],
  });
}
