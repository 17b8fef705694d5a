/** What a node does to the columns: each one added, dropped, renamed, retyped or kept. */
import type { Facts } from "../protocol";

export type Change = "added" | "dropped" | "renamed" | "retyped" | "kept";

export interface ColumnChange {
  name: string;
  kind: string;
  type: string;
  change: Change;
  /** The name or the type that it had; for one that came from another input, the name of that. */
  was?: string;
}

const ORDER: Change[] = ["added", "renamed", "retyped", "dropped", "kept"];

export const CHANGE: { [change in Change]: { icon: string; word: string } } = {
  added: { icon: "add", word: "new" },
  renamed: { icon: "edit", word: "renamed" },
  retyped: { icon: "swap_horiz", word: "other type" },
  dropped: { icon: "remove", word: "dropped" },
  kept: { icon: "", word: "kept" },
};

/** The columns of one output beside those that arrive, what changed first. */
export function columnChanges(facts: Pick<Facts, "inputs" | "outputs" | "renamed">, port: string): ColumnChange[] {
  const inputs = Object.entries(facts.inputs);
  const first = inputs[0]?.[1] ?? [];
  const after = facts.outputs[port] ?? [];
  const known = new Map(first.map((column) => [column.name, column]));
  const renamed = facts.renamed?.[port] ?? {};
  const others = new Map(inputs.slice(1).flatMap(([name, columns]) => columns.map((column) => [column.name, name] as const)));
  const gone = new Set(known.keys());
  const found = after.map((column): ColumnChange => {
    const was = renamed[column.name];
    const before = known.get(was ?? column.name);
    if (before) gone.delete(before.name);
    if (was !== undefined) return { ...column, change: "renamed", was };
    if (!before) return { ...column, change: "added", ...(others.has(column.name) ? { was: `from ${others.get(column.name)}` } : {}) };
    return before.type === column.type ? { ...column, change: "kept" } : { ...column, change: "retyped", was: before.type };
  });
  const dropped = first.filter((column) => gone.has(column.name)).map((column): ColumnChange => ({ ...column, change: "dropped" }));
  return [...found, ...dropped].sort((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change));
}

/** The same in a sentence. */
export function changesInWords(changes: readonly ColumnChange[]): string {
  const told = ORDER.map((change) => [changes.filter((one) => one.change === change).length, change] as const).filter(([count]) => count > 0);
  if (told.every(([, change]) => change === "kept")) return unchanged(changes.length);
  return told.map(([count, change]) => `${count} ${change === "retyped" ? "with another type" : CHANGE[change].word}`).join(", ");
}

const unchanged = (columns: number): string =>
  columns === 0 ? "No columns" : columns === 1 ? "The one column is kept as it is" : `All ${columns} columns are kept as they are`;
