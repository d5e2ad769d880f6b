// What the commands print under --json, as far as tests look at it.
import type { ReportError } from "../../../src/report/report.ts";

export interface Failure {
  ok: false;
  error: ReportError;
}

export interface UpOutput {
  ok: true;
  started: string[];
  zkUrl: string;
  masters: string[];
  agents: { name: string; url: string }[];
}

export interface StatusOutput {
  ok: boolean;
  name: string;
  nodes: { name: string; state: "running" | "dead" | "absent"; port: number; pid?: number; version?: string }[];
  leader?: {
    pid: string;
    agents: { port: number; active: boolean }[];
    frameworks: { id: string; name: string; tasks: { id: string; state: string }[] }[];
  };
}

export interface DownOutput {
  ok: true;
  removed: string[];
}

export interface DownAllOutput {
  ok: boolean;
  clusters: { name: string; backend: string; removed: string[] }[];
}

export interface LogsOutput {
  ok: boolean;
  entries: { source: string; lines: string[] }[];
  missing: { name: string; why: string }[];
}
