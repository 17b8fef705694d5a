/** Undo and redo of whole graphs. Changes with the same tag in quick succession count as one. */
const DEPTH = 200;
const BURST_MS = 1200;

export interface History<T> {
  past: readonly T[];
  future: readonly T[];
  tag: string | null;
  at: number;
}

export const emptyHistory = <T>(): History<T> => ({ past: [], future: [], tag: null, at: 0 });

export function record<T>(history: History<T>, previous: T, tag: string | null, now: number): History<T> {
  const burst = tag !== null && tag === history.tag && now - history.at < BURST_MS && history.past.length > 0;
  const past = burst ? history.past : [...history.past, previous].slice(-DEPTH);
  return { past, future: [], tag, at: now };
}

export function undo<T>(history: History<T>, current: T): [History<T>, T] | null {
  const value = history.past.at(-1);
  if (value === undefined) return null;
  const next = { past: history.past.slice(0, -1), future: [...history.future, current], tag: null, at: 0 };
  return [next, value];
}

export function redo<T>(history: History<T>, current: T): [History<T>, T] | null {
  const value = history.future.at(-1);
  if (value === undefined) return null;
  const next = { past: [...history.past, current], future: history.future.slice(0, -1), tag: null, at: 0 };
  return [next, value];
}
