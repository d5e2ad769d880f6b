// Chooses how progress is shown: lines that move on a terminal, lines that stay in a pipe or a CI log, JSON for programs.
import type { Renderer, RenderStream } from "./render-stream.ts";

export type { Renderer, RenderStream } from "./render-stream.ts";

export type RendererKind = "terminal" | "plain" | "json";

export interface RendererOptions {
  stream: RenderStream;
  /** Default: `terminal` where the stream is one and `env` names no CI, else `plain`. */
  kind?: RendererKind | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

/** Makes a renderer; what only one of them needs is loaded with it. */
export async function createRenderer({ stream, kind, env }: RendererOptions): Promise<Renderer> {
  const colour = wantsColour(stream, env);
  switch (kind ?? (isLive(stream, env) ? "terminal" : "plain")) {
    case "terminal": {
      const { createTerminalRenderer } = await import("./terminal-renderer.ts");
      return createTerminalRenderer({ stream, colour });
    }
    case "plain": {
      const { createPlainRenderer } = await import("./plain-renderer.ts");
      return createPlainRenderer({ stream, colour });
    }
    case "json": {
      const { createJsonRenderer } = await import("./json-renderer.ts");
      return createJsonRenderer({ stream });
    }
  }
}

/** Whether to colour what goes to this stream (no-color.org; FORCE_COLOR is for CI logs that show colours). */
export function wantsColour(stream: RenderStream, env: RendererOptions["env"]): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

function isLive(stream: RenderStream, env: RendererOptions["env"]): boolean {
  // Pseudo-terminals of CI servers and containers may have no size at all: nothing would be drawn.
  const hasRoom = stream.columns !== 0 && stream.rows !== 0;
  return stream.isTTY === true && hasRoom && env["TERM"] !== "dumb" && !env["CI"];
}
