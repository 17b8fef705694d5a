/** Three equal views of one document, and which of them this browser shows. */
import { useCallback, useState } from "react";

export const VIEWS = [
  { key: "canvas", label: "Canvas", icon: "schema" },
  { key: "outline", label: "Outline", icon: "format_list_numbered" },
  { key: "text", label: "YAML", icon: "code" },
] as const;

export type View = (typeof VIEWS)[number]["key"];

const KEY = "canvasback.view";

export function useView(): [View, (view: View) => void] {
  const [view, setView] = useState(remembered);
  const choose = useCallback((next: View) => {
    setView(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // A browser that keeps nothing shows the canvas next time.
    }
  }, []);
  return [view, choose];
}

function remembered(): View {
  try {
    const kept = localStorage.getItem(KEY);
    return VIEWS.find((view) => view.key === kept)?.key ?? "canvas";
  } catch {
    return "canvas";
  }
}

export const nextView = (view: View): View => VIEWS[(VIEWS.findIndex((one) => one.key === view) + 1) % VIEWS.length]!.key;
