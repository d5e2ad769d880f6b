// What is said of a task that failed besides Mesos's own words: the line of its stderr that tells most, and what to do. Pure.
import type { TaskStatus } from "../mesos/types.ts";

/** What an agent says of an image, a URI or a command that it could not make a container of (slave.cpp, docker.cpp). */
const LAUNCH_HINTS: [said: RegExp, hint: (app: string) => string][] = [
  [
    /Failed to fetch/,
    (app) =>
      "Check that the agent reaches each of the app's `uris`, and this machine if it has a `site`: the sandbox's stderr has what " +
      `its fetcher said (\`mesos-up tasklogs ${app} --stderr\` while its scheduler runs).`,
  ],
  [/docker|image/i, () => "Check the image's name, and that the agent has it or can pull it from its registry."],
];

/** A launch that no containerizer of the agent has taken: of all places, Mesos says why in the agent's log alone. */
const NOT_SUPPORTED = /^Abnormal executor termination: unknown container/;

/** One sentence on what to do about it; `stderrTail` is the end of the task's stderr, empty where it could not be had. */
export function failureHint({ task_id, reason, source, message = "" }: TaskStatus, stderrTail: string): string {
  if (source === "SOURCE_MASTER" && reason === "REASON_TASK_INVALID")
    return "Correct the app as the master's words say.";
  if (NOT_SUPPORTED.test(message))
    return "No containerizer of the agent takes it: an image wants an agent with Docker and `docker` among its containerizers.";
  if (reason?.startsWith("REASON_CONTAINER_LAUNCH_FAILED"))
    return hintOnLaunch(message, task_id.value.replace(/\.\d+\.[^.]*$/, ""));
  if (reason?.startsWith("REASON_AGENT") || reason?.startsWith("REASON_SLAVE")) return "Look at the agent and its log.";
  if (stderrTail !== "") return "The last lines of its stderr say more.";
  return "Look at the agent's log and at the sandbox of the task.";
}

function hintOnLaunch(message: string, app: string): string {
  const [, hint] = LAUNCH_HINTS.find(([said]) => said.test(message)) ?? [];
  return hint?.(app) ?? "Check the image, the URIs and the agent's log.";
}

/** glog's beginning of a line, and how Mesos's programs begin their last one. */
const GLOG = /^[IWEF]\d{4} [\d:.]+\s+\d+ [\w.]+:\d+\] (?:EXIT with status \d+: )?/;

/** What the fetcher and the docker program say before they say less. */
const TELLING = /Failed to fetch '|^docker: /;

/** Of the end of a task's stderr, what could not be fetched or run, else the last line; undefined if there is none. */
export function tellingLine(stderrTail = ""): string | undefined {
  const lines = stderrTail.split("\n").filter((line) => line.trim() !== "");
  return (lines.findLast((line) => TELLING.test(line)) ?? lines.at(-1))?.replace(GLOG, "").trim();
}
