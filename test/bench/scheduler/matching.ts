// Many offers for many waiting instances: how long it takes, and that it grows no faster than either.
import type { Constraint } from "../../../src/scheduler/app-spec.ts";
import { median } from "../statistics.ts";
import { give, offer, specOf, subscribed } from "./core.ts";

const APPS = 20;
const ROUNDS = 9;

/** What the apps ask for, by what becomes of it. */
const MIXES: [name: string, constraints: (app: number) => Constraint[]][] = [
  [
    "all have a place",
    (app) => [
      ["rack", "IN", ["r0", "r1", "r2"]],
      ["hostname", "LIKE", `agent-.*${app % 3}`],
    ],
  ],
  [
    "spread over hosts",
    () => [
      ["rack", "IN", ["r0", "r1", "r2"]],
      ["hostname", "GROUP_BY"],
    ],
  ],
  [
    "none has a place",
    (app) => [
      ["rack", "IN", ["r0", "r1", "r2"]],
      ["hostname", "LIKE", `other-.*${app % 3}`],
    ],
  ],
];

export const MATCHING_COLUMNS = ["10000 × 1000", "20000 × 1000", "10000 × 2000", "20000 × 2000"];

/** CPU of the whole process, garbage collection in other threads too: the machine may have other work. */
export function matchingRows(): [name: string, ...figures: string[]][] {
  const sizes = MATCHING_COLUMNS.map((column) => column.split(" × ").map(Number));
  // What is compiled on the way is not to count for the first of them.
  for (const [, constraints] of MIXES) matchMs(1000, 100, constraints);
  return MIXES.map(([name, constraints]) => [
    name,
    ...sizes.map(([offers = 0, instances = 0]) => `${matchMs(offers, instances, constraints).toFixed(0)} ms`),
  ]);
}

function matchMs(offers: number, instances: number, constraints: (app: number) => Constraint[]): number {
  // As they come out of a stream.
  const text = JSON.stringify(Array.from({ length: offers }, (_, i) => offer(i)));
  return median(
    Array.from({ length: ROUNDS }, () => {
      const state = subscribed();
      for (let app = 0; app < APPS; app++)
        give(state, {
          type: "command",
          command: { name: "run", spec: specOf(app, instances / APPS, constraints(app)) },
        });
      const made = JSON.parse(text) as ReturnType<typeof offer>[];
      const before = process.cpuUsage();
      give(state, { type: "offers", offers: made });
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }),
  );
}
