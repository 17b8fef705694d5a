/** A preview in words: how much of the data it is, and what became of the rows. */
import { count } from "../appearance";
import type { Sampled, Trial } from "../protocol";

export function sampleWords(sources: Sampled[]): string {
  if (sources.length === 0) return "";
  const whole = sources.every((one) => one.rows >= one.of);
  if (whole) return sources.length === 1 ? `All ${count(sources[0]!.of)} rows of ${sources[0]!.title}` : "All rows of the data";
  if (sources.length === 1) return `${count(sources[0]!.rows)} of ${count(sources[0]!.of)} rows of ${sources[0]!.title}, from all over it`;
  return sources
    .map((one) => (one.rows >= one.of ? `all ${count(one.of)} rows of ${one.title}` : `${count(one.rows)} of ${count(one.of)} rows of ${one.title}`))
    .join(", ")
    .replace(/^./, (first) => first.toUpperCase());
}

/** How many sample rows went in and came out; every input by its name where there are several. */
export function rowsWords(trial: Pick<Trial, "arriving" | "after">): string {
  const into = Object.entries(trial.arriving);
  const before = into.length > 1 ? into.map(([port, rows]) => `${count(rows)} ${port}`).join(" + ") : into[0] ? count(into[0][1]) : "";
  if (!trial.after) return before && `${before} rows arrive`;
  const after = count(trial.after.total);
  return before && (into.length > 1 || before !== after) ? `${before} → ${after} rows` : `${after} rows`;
}

/** What changed at a glance, for who cannot see colours. */
export function changeWords(trial: Pick<Trial, "after" | "columns">): string {
  const changed = trial.after?.changed ?? [];
  const fresh = new Set(trial.columns.filter((one) => one.is_new).map((one) => one.name));
  const other = changed.filter((name) => !fresh.has(name));
  const told = [
    fresh.size > 0 && `${fresh.size} new ${fresh.size === 1 ? "column" : "columns"}`,
    other.length > 0 && `${other.length} ${other.length === 1 ? "column" : "columns"} with other values`,
  ].filter(Boolean);
  return told.join(", ");
}
