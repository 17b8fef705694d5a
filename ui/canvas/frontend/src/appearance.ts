/** Colours (Okabe-Ito), icons and words. A colour never stands alone: there is always a word or a shape with it. */
import type { NodeStatus, Problem, Run } from "./protocol";

const HUES: { [area: string]: string } = {
  sources: "#009E73",
  columns: "#56B4E9",
  rows: "#56B4E9",
  combine: "#0072B2",
  quality: "#CC79A7",
  split: "#F0E442",
  prepare: "#E69F00",
  models: "#D55E00",
  evaluate: "#CC79A7",
  outputs: "#7A7A7A",
  canvas: "#E0B400",
};

export const hueOf = (category: string): string => HUES[category.split("/")[0] ?? ""] ?? "#7A7A7A";

export interface Look {
  icon: string;
  word: string;
  tone: "quiet" | "busy" | "good" | "bad" | "warn" | "calm";
}

export const STATUS: { [status in NodeStatus["status"]]: Look } = {
  waiting: { icon: "schedule", word: "Waiting", tone: "quiet" },
  running: { icon: "progress_activity", word: "Running", tone: "busy" },
  done: { icon: "check_circle", word: "Done", tone: "good" },
  failed: { icon: "error", word: "Failed", tone: "bad" },
  skipped: { icon: "do_not_disturb_on", word: "Skipped", tone: "quiet" },
  cached: { icon: "bolt", word: "Reused", tone: "calm" },
  stale: { icon: "history", word: "Out of date", tone: "warn" },
};

export const RUN: { [status in Run["status"]]: Look } = {
  queued: { icon: "schedule", word: "Queued", tone: "quiet" },
  running: { icon: "progress_activity", word: "Running", tone: "busy" },
  succeeded: { icon: "check_circle", word: "Succeeded", tone: "good" },
  failed: { icon: "error", word: "Failed", tone: "bad" },
  cancelled: { icon: "do_not_disturb_on", word: "Cancelled", tone: "quiet" },
  crashed: { icon: "report", word: "Crashed", tone: "bad" },
};

export const SEVERITY: { [severity in Problem["severity"]]: Look } = {
  error: { icon: "error", word: "Error", tone: "bad" },
  warning: { icon: "warning", word: "Warning", tone: "warn" },
  info: { icon: "info", word: "Note", tone: "calm" },
};

export const worst = (problems: readonly Pick<Problem, "severity">[]): Problem["severity"] =>
  (["error", "warning", "info"] as const).find((level) => problems.some((one) => one.severity === level)) ?? "info";

export const SERVING: { [serving: string]: string } = {
  replay: "Repeated for every request",
  training_only: "Only while training; an endpoint skips it",
  lookup: "An endpoint looks the values up",
  boundary: "An endpoint's input starts after this node",
};

export function count(rows: number): string {
  if (rows < 10_000) return rows.toLocaleString("en-US");
  const [size, sign] = rows < 1e6 ? [1e3, "k"] : rows < 1e9 ? [1e6, "M"] : [1e9, "B"];
  const short = rows / size;
  return `${short >= 100 ? Math.round(short) : short.toFixed(1).replace(/\.0$/, "")}${sign}`;
}

export function duration(seconds: number): string {
  if (seconds < 0.001) return "<1 ms";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
