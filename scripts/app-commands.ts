// The commands about apps that run, by name.
import type { Command } from "commander";
import type { AppOptions } from "./apps.ts";
import type { ExecOptions } from "./exec.ts";
import type { LogOptions } from "./task-access.ts";
import { withConnectionOptions } from "./connection.ts";
import { count, withCommonOptions } from "./options.ts";

export function addAppCommands(program: Command): void {
  const command = (usage: string, description: string): Command =>
    withConnectionOptions(withCommonOptions(program.command(usage).description(description)));

  command("ps", "show the instances of apps that were left running").action(async (options: AppOptions) =>
    (await import("./apps.ts")).ps(options),
  );
  command("why <app>", "say why an app waits, or why an app file would find no place, agent by agent").action(
    async (app: string, options: AppOptions) => (await import("./apps.ts")).why(app, options),
  );
  command(
    "explain <app>",
    "print what goes over the wire between a scheduler and its master, and what it means",
  ).action(async (app: string, options: AppOptions) => (await import("./apps.ts")).explain(app, options));
  command("scale <app> <instances>", "have that many instances of an app").action(
    async (app: string, instances: string, options: AppOptions) =>
      (await import("./apps.ts")).scale(app, instances, options),
  );
  command(
    "update <file>",
    "have an app file as it is now take the place of what runs, a few instances at a time",
  ).action(async (file: string, options: AppOptions) => (await import("./apps.ts")).update(file, options));
  command("restart-app <app>", "launch another task for each instance, a few at a time").action(
    async (app: string, options: AppOptions) => (await import("./apps.ts")).restartApp(app, options),
  );
  command("kill <target>", "end an app, or the task of an instance (web.2), which is launched anew").action(
    async (target: string, options: AppOptions) => (await import("./apps.ts")).kill(target, options),
  );
  command("tasklogs <target>", "show the end of what an app or an instance has written")
    .option("--stderr", "what it wrote to stderr instead of stdout")
    .option("--lines <number>", "how many lines", count, 20)
    .option("-f, --follow", "go on with what is written, of tasks that follow too, until Ctrl-C")
    .action(async (target: string, options: LogOptions) =>
      (await import("./task-access.ts")).taskLogs(target, options),
    );
  command("exec <target> <command...>", "run a command in the container of an app's task; put -- before its options")
    .option("-i, --interactive", "pass on what is typed or piped in")
    .option("-t, --tty", "give it a terminal, of this one's size; every key is passed on then")
    .action(async (target: string, words: string[], options: ExecOptions) =>
      (await import("./exec.ts")).exec(target, words, options),
    );
  command("verify <app>", "ask every instance over HTTP, as the app's file says").action(
    async (app: string, options: AppOptions) => (await import("./apps.ts")).verifyApp(app, options),
  );
  command("stop-app <app>", "tear the framework of an app down").action(async (app: string, options: AppOptions) =>
    (await import("./apps.ts")).stop(app, options),
  );

  program
    .command("scheduler-supervisor <record>", { hidden: true })
    .action(async (file: string) => (await import("./scheduler-process.ts")).superviseScheduler(file));
  program
    .command("scheduler-process <record> <writing>", { hidden: true })
    .action(async (file: string, writing: string) =>
      (await import("./scheduler-process.ts")).runSchedulerProcess(file, writing),
    );
}
