// What a real Mesos answered, scenario by scenario (see recorded/README.md).
import { readFile } from "node:fs/promises";
import type { Json } from "./normalizer.ts";

export async function readRecording(name: string): Promise<Json[]> {
  return JSON.parse(await readFile(new URL(`../recorded/${name}.json`, import.meta.url), "utf8")) as Json[];
}

/** A transcript as it is kept in a file. */
export function transcriptText(transcript: Json[]): string {
  return JSON.stringify(transcript, null, 1) + "\n";
}
