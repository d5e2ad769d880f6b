// Progress as JSON lines: every event as it is, errors as their code and their two sentences.
import { MesosUpError } from "../errors.ts";
import type { Renderer, RenderStream } from "./render-stream.ts";

export function createJsonRenderer({ stream }: { stream: RenderStream }): Renderer {
  return {
    emit(event) {
      const printable = event.type === "step-failed" ? { ...event, error: errorJson(event.error) } : event;
      stream.write(`${JSON.stringify(printable)}\n`);
    },
    close: () => undefined,
  };
}

function errorJson(error: unknown): { code?: string; message: string; hint?: string } {
  if (!(error instanceof MesosUpError)) return { message: error instanceof Error ? error.message : String(error) };
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
