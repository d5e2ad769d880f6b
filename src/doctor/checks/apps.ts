// Apps that were left running, by the word of their schedulers.
import { ok, unknown, unwell, type Check, type Findings } from "../check.ts";
import { said, valueOf, type AppFacts, type Facts, type InstanceFacts } from "../facts.ts";
import { byDoctor, byHand } from "../remedies.ts";
import { leaderlessBecause } from "./masters.ts";

/** One failure may be anything; so many in a row are the app's own. */
const CRASH_LOOP = 3;

export const appChecks: Check[] = [
  {
    id: "TK005",
    layer: "tasks",
    title: "The scheduler of every app that was left running answers and is subscribed",
    run: (facts, before) =>
      facts.schedulers.map((scheduler) => {
        const { app, view } = scheduler;
        if (view.kind !== "answered") {
          return unwell("failed", `has no scheduler: nobody looks after its tasks`, {
            subject: app,
            evidence: [`its control socket: ${said(view)}`],
            remedy: byDoctor(facts, { kind: "scheduler", target: app, losesTasks: false }),
          });
        }
        const { over, subscription, obstacle } = view.value;
        if (over) {
          return unwell("failed", "its framework was torn down, and its tasks with it", {
            subject: app,
            evidence: [`its scheduler: ${obstacle ?? "the framework is over"}`],
            remedy: byHand(`End it with npx mesos-up stop-app ${app}, then run its app file again`),
          });
        }
        if (subscription === "subscribed") return ok("subscribed", app);
        if (subscription === "standing by") return ok(`stands by: ${obstacle ?? "another one leads"}`, app);
        if (facts.leader === undefined) return unknown(leaderlessBecause(before), app);
        return unwell("warning", `its scheduler is not subscribed: ${obstacle ?? subscription}`, {
          subject: app,
          evidence: [`its scheduler: ${subscription}${obstacle === undefined ? "" : `, ${obstacle}`}`],
          remedy: byHand("Wait a moment; if it stays so, look at its log beside its record in frameworks/"),
        });
      }),
  },
  {
    id: "TK006",
    layer: "tasks",
    title: "The image of every app is where agents look for it",
    run: (facts) =>
      appsOf(facts).flatMap(({ name, image }) => {
        if (image === undefined) return [];
        if (image.isThere) return [ok(image.reference, name)];
        return [
          unwell("failed", `its image ${image.reference} is gone: no further task of it can be launched`, {
            subject: name,
            evidence: ["the image store, or the Docker daemon: no such image"],
            remedy: byDoctor(facts, { kind: "image", target: image.reference, losesTasks: false }),
          }),
        ];
      }),
  },
  {
    id: "TK007",
    layer: "tasks",
    title: `No task fails ${CRASH_LOOP} times in a row`,
    run: (facts) =>
      appsOf(facts).map(({ name, instances }) => {
        const failing = instances.filter(isCrashing);
        if (failing.length === 0) return ok("none", name);
        return unwell("failed", `${failing.map(({ id }) => id).join(", ")} fails again and again`, {
          subject: name,
          evidence: failing.map(({ id, restarts, lastFailure }) => `${id}: ${restarts} restarts; ${lastFailure ?? ""}`),
          remedy: byHand(`See what it says (npx mesos-up tasklogs ${name} --stderr), and mend its app file`),
        });
      }),
  },
  {
    id: "TK008",
    layer: "tasks",
    title: "As many instances of every app run as are wanted",
    run: (facts, before) =>
      appsOf(facts).map(({ name, wanted, running, why, instances }) => {
        if (running >= wanted) return ok(`${running} of ${wanted}`, name);
        const earlier = before.isUnwell("TK007", name) ? "TK007" : earlierThan(before, name);
        if (earlier !== undefined) return unknown(earlier, name);
        const waiting = instances.filter(({ state }) => state !== "running");
        return unwell("warning", `${running} of ${wanted} run: ${why?.summary ?? "the others are on their way"}`, {
          subject: name,
          evidence: waiting.map(
            ({ id, state, lastFailure }) => `${id}: ${state}${lastFailure ? `; ${lastFailure}` : ""}`,
          ),
          remedy: byHand(why?.help[0] ?? `See why: npx mesos-up why ${name}`),
        });
      }),
  },
  {
    id: "TK009",
    layer: "tasks",
    title: "Every instance answers over HTTP as its app's file says",
    run: (facts) =>
      appsOf(facts).flatMap(({ instances }) =>
        instances.flatMap(({ id, http }) => {
          if (http === undefined) return [];
          if (http.answer.kind === "answered") return [ok(`${http.url}: ${http.answer.value}`, id)];
          return [
            unwell("failed", `does not answer as it should: ${said(http.answer)}`, {
              subject: id,
              evidence: [`${http.url}: ${said(http.answer)}`],
              remedy: byDoctor(facts, { kind: "relaunch", target: id, losesTasks: true }),
            }),
          ];
        }),
      ),
  },
];

function appsOf({ schedulers }: Facts): AppFacts[] {
  return schedulers.flatMap(({ view }) => {
    const value = valueOf(view);
    return value === undefined || value.over ? [] : value.apps;
  });
}

function isCrashing({ restarts, state, lastFailure }: InstanceFacts): boolean {
  return restarts >= CRASH_LOOP && state !== "running" && lastFailure !== undefined;
}

/** What keeps tasks from running, however good their app is. */
function earlierThan(before: Findings, app: string): string | undefined {
  const failed = before.trouble(["ZK003", "MS003", "MS005", "MS006", "AG001", "AG002", "AG004"]);
  return failed ?? before.trouble(["TK005", "TK006"], app);
}
