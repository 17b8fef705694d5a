/** Where a key leads in the tree, as the ARIA practices have it. */
import type { Row } from "./order";

const PAGE = 10;

/** The row that an upright key leads to. */
export function stepFrom(rows: readonly Row[], here: string, key: string): string | null {
  const place = rows.findIndex((row) => row.id === here);
  const to = { ArrowDown: place + 1, ArrowUp: place - 1, PageDown: place + PAGE, PageUp: place - PAGE, Home: 0, End: rows.length - 1 }[key];
  if (to === undefined) return null;
  return rows[Math.min(rows.length - 1, Math.max(0, to))]?.id ?? null;
}

/** What a sideways arrow does: open or close a group, or go into it and out of it. */
export function arrowed(rows: readonly Row[], here: Row, key: string): { fold: boolean } | { id: string } | null {
  if (key === "ArrowRight" && here.open === false) return { fold: false };
  if (key === "ArrowLeft" && here.open === true) return { fold: true };
  const first = rows[rows.indexOf(here) + 1];
  if (key === "ArrowRight" && here.open && first?.parent === here.id) return { id: first.id };
  return key === "ArrowLeft" && here.parent ? { id: here.parent } : null;
}

/** The selection when it is stretched to a row; it ends where the cursor is. */
export function rangeTo(rows: readonly Row[], selection: readonly string[], from: string | null, to: string): string[] {
  const anchor = selection[0] ?? from ?? to;
  const [a, b] = [anchor, to].map((id) => rows.findIndex((row) => row.id === id)) as [number, number];
  const between = rows.slice(Math.min(a, b), Math.max(a, b) + 1).map((row) => row.id);
  return a <= b ? between : between.reverse();
}
