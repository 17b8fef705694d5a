/** The row that the keys are about. It follows the selection; where its node goes, the next row takes its place. */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Row } from "./order";

interface Cursor {
  id: string | null;
  index: number;
  selection: readonly string[];
}

export function useCursor(rows: readonly Row[], selection: readonly string[]): [string | null, (id: string) => void] {
  const [cursor, setCursor] = useState<Cursor>({ id: selection.at(-1) ?? null, index: 0, selection });
  const next = moved(cursor, rows, selection);
  if (next.id !== cursor.id || next.index !== cursor.index || next.selection !== cursor.selection) setCursor(next);
  return [next.id, (id) => setCursor({ ...next, id })];
}

function moved(cursor: Cursor, rows: readonly Row[], selection: readonly string[]): Cursor {
  const chosen = selection !== cursor.selection && selection.length > 0 && !selection.includes(cursor.id ?? "");
  const wanted = chosen ? selection.at(-1) : cursor.id;
  const found = rows.findIndex((row) => row.id === wanted);
  const index = found >= 0 ? found : Math.min(Math.max(cursor.index, 0), rows.length - 1);
  return { id: rows[index]?.id ?? null, index, selection };
}

/** The keyboard's focus goes with the cursor, as long as it was in the tree. */
export function useFocusOnCursor(tree: React.RefObject<HTMLElement | null>, id: string | null, rows: readonly Row[], here: boolean): void {
  const inside = useRef(false);
  useEffect(() => {
    const notice = (event: Event): void => {
      inside.current = tree.current?.contains(event.target as globalThis.Node) ?? false;
    };
    document.addEventListener("focusin", notice);
    document.addEventListener("pointerdown", notice);
    return () => {
      document.removeEventListener("focusin", notice);
      document.removeEventListener("pointerdown", notice);
    };
  }, [tree]);
  useLayoutEffect(() => {
    if (inside.current && here) rowIn(tree.current, id)?.focus();
  }, [tree, id, rows, here]);
}

export const rowIn = (tree: HTMLElement | null, id: string | null | undefined): HTMLElement | null =>
  id ? (tree?.querySelector<HTMLElement>(`[data-node="${id}"]`) ?? null) : null;
