// A task's sandbox, browsed and read through the agent.
import { launchOne } from "../probe/launch.ts";
import { filesPath, readFile, sandboxOf } from "../probe/sandbox.ts";
import { fieldNames, shapeOf } from "../probe/shape.ts";
import { commandTask } from "../probe/task.ts";
import { scenario } from "./scenario.ts";

export const sandboxScenarios = [
  scenario("sandbox-files", "a sandbox can be browsed and read, and nothing outside of it", async (probe) => {
    const { id } = await launchOne(probe, {
      task: (offer, taskId) =>
        commandTask(offer, taskId, "echo out; echo err >&2; mkdir sub; echo deep > sub/file.txt"),
      until: ["TASK_FINISHED"],
    });
    const sandbox = await sandboxOf(probe, id);
    probe.note("executor has a directory", sandbox !== "");

    const { json } = await probe.quietly("agent", { method: "GET", path: filesPath("browse", sandbox) });
    const entries = json as { path: string }[];
    probe.note("browse entry keys", fieldNames(entries[0]));
    probe.note("browse names", entries.map(({ path }) => path.split("/").pop()).sort());

    const file = `${sandbox}/sub/file.txt`;
    const errors = filesPath("read", `${sandbox}/stderr`, "&offset=0");
    await probe.get("agent", errors, { label: "read stderr", show: shapeOf });
    const outIsThere = async () => (await readFile(probe, `${sandbox}/stdout`)).includes("out\n");
    probe.note("stdout contains the task's line", await probe.comesTrue(outIsThere));
    await probe.get("agent", filesPath("read", file, "&offset=0&length=3"), { label: "read 3 bytes" });
    await probe.get("agent", filesPath("read", file, "&offset=-1"), { label: "read offset -1 (size)" });

    const refused = {
      "read a missing file": filesPath("read", `${sandbox}/nope`, "&offset=0"),
      "browse outside": filesPath("browse", "/etc"),
      "read with ..": filesPath("read", `${sandbox}${"/..".repeat(32)}/etc/passwd`, "&offset=0"),
    };
    for (const [label, path] of Object.entries(refused)) await probe.get("agent", path, { label, show: false });
    await probe.get("agent", "/files/browse", { label: "browse without path" });
    await probe.get("agent", filesPath("download", file), { label: "download" });
  }),
];
