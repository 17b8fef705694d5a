/** Copy, cut and paste by the browser's own events: they carry the system's clipboard without asking for permission. */
import { useEffect } from "react";
import type { Model } from "../model/model";
import type { Box } from "../board/nodes/drawn";
import { isTyping } from "./keys";

/** Marked words in these are copied as words. */
const WORDS = ".cb-inspector, .cb-sheet, .cb-quick";

export function useClipboard(root: React.RefObject<HTMLElement | null>, model: Model, seen: () => Box): void {
  useEffect(() => {
    const onCopy = (event: ClipboardEvent): void => {
      if (!isForCanvas(root.current) || marksWords()) return;
      const text = model.copy();
      if (text === null) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", text);
      if (event.type === "cut") model.remove(model.state.selection);
    };
    const onPaste = (event: ClipboardEvent): void => {
      if (!isForCanvas(root.current)) return;
      event.preventDefault();
      model.paste(event.clipboardData?.getData("text/plain") ?? "", seen());
    };
    const events = { copy: onCopy, cut: onCopy, paste: onPaste };
    for (const [name, listener] of Object.entries(events)) document.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(events)) document.removeEventListener(name, listener as EventListener);
    };
  }, [root, model, seen]);
}

/** The event itself is sent to where words are marked, which is often nowhere. */
function isForCanvas(root: HTMLElement | null): boolean {
  const focused = document.activeElement;
  return focused !== null && root !== null && root.contains(focused) && !isTyping(focused);
}

function marksWords(): boolean {
  const marked = window.getSelection();
  const at = marked?.anchorNode;
  const element = at instanceof Element ? at : (at?.parentElement ?? null);
  return marked !== null && !marked.isCollapsed && element?.closest(WORDS) !== null && element !== null;
}
