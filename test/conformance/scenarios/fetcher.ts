// What the fetcher brings into a sandbox before the command runs.
import { launchOne } from "../probe/launch.ts";
import { serve, tarGz } from "../probe/content-server.ts";
import { commandTask } from "../probe/task.ts";
import type { CommandUri, TaskState } from "../../../src/mesos/types.ts";
import type { Probe } from "../probe/probe.ts";
import { scenario } from "./scenario.ts";

export const fetcherScenarios = [
  scenario("fetch-plain-and-extract", "files are fetched, renamed, made executable and extracted", async (probe) => {
    const { url, asked } = await serve(probe, {
      "/index.html": Buffer.from("hello\n"),
      "/content.tar.gz": tarGz("site.html", "from the archive\n"),
    });
    const checks = [
      'test "$(cat index.html)" = hello',
      "test \"$(cat site.html)\" = 'from the archive'",
      "test -f content.tar.gz",
      "test -x run.sh",
      "test -f renamed.html",
    ];
    await runWith(probe, checks, [
      { value: `${url}/index.html` },
      { value: `${url}/content.tar.gz`, extract: true },
      { value: `${url}/index.html`, output_file: "renamed.html" },
      { value: `${url}/index.html`, executable: true, output_file: "run.sh" },
    ]);
    probe.note("fetched", asked.sort());
  }),

  scenario("fetch-no-extract", "an archive is left as it is where that is asked for", async (probe) => {
    const { url } = await serve(probe, { "/content.tar.gz": tarGz("site.html", "x") });
    const checks = ["test -f content.tar.gz", "! test -e site.html"];
    await runWith(probe, checks, [{ value: `${url}/content.tar.gz`, extract: false }]);
  }),

  scenario("fetch-missing", "a task whose files cannot be fetched fails", async (probe) => {
    const { url } = await serve(probe, {});
    await runWith(probe, ["true"], [{ value: `${url}/nothing.tar.gz` }], ["TASK_FAILED", "TASK_LOST"]);
  }),
];

/** Runs a task that fetches, and finishes if all checks hold. */
async function runWith(
  probe: Probe,
  checks: string[],
  uris: CommandUri[],
  until: TaskState[] = ["TASK_FINISHED", "TASK_FAILED"],
): Promise<void> {
  const command = { shell: true, value: checks.join(" && "), uris };
  const { framework } = await launchOne(probe, {
    task: (offer, id) => commandTask(offer, id, "", { command }),
    until,
  });
  await framework.teardown();
}
