/** What a node took in its runs, as the rows of a small table. */
import { count, duration } from "../appearance";
import type { Figures } from "../protocol";

export function bytes(size: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let place = 0;
  let left = size;
  while (left >= 1000 && place < units.length - 1) {
    left /= 1000;
    place += 1;
  }
  return `${place === 0 || left >= 100 ? Math.round(left) : left.toFixed(1)} ${units[place]}`;
}

const memory = (mb: number): string => bytes(mb * 1e6);

type Name = "rows_in" | "rows_out" | "seconds" | "cpu_seconds" | "memory_mb" | "bytes_read" | "bytes_written" | "bytes_spilled";

export const FIGURES: [Name, string, (value: number) => string, string][] = [
  ["rows_in", "Rows in", count, "Rows at the first input"],
  ["rows_out", "Rows out", count, "Rows at the first output"],
  ["seconds", "Took", duration, "On the clock"],
  ["cpu_seconds", "CPU time", duration, "Of all processor cores together"],
  ["memory_mb", "Peak memory", memory, "The most that the run held while this node ran"],
  ["bytes_read", "Read", bytes, "From files"],
  ["bytes_written", "Kept", bytes, "Written to the cache, to be reused"],
  ["bytes_spilled", "Spilled", bytes, "Put on disk because memory was short"],
];

export interface FigureRow {
  label: string;
  about: string;
  cells: (string | null)[];
}

/** One row for each figure that at least one of the runs has. */
export function figureRows(runs: readonly (Figures | null)[]): FigureRow[] {
  return FIGURES.map(([name, label, say, about]) => ({
    label, about, cells: runs.map((run) => (run === null || run[name] === null ? null : say(run[name]))),
  })).filter((row) => row.cells.some((cell) => cell !== null));
}
