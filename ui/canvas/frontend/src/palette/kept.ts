/** Components that a person starred or used last. They stay in this browser; what else is found there is passed over. */
import { useSyncExternalStore } from "react";
import { meant } from "../model/presets";

export type Shelf = "favourites" | "recent";

export const MOST_RECENT = 5;
const MOST_FAVOURITES = 100;
const LONGEST_KEY = 64;

const place = (shelf: Shelf): string => `canvasback.palette.${shelf}`;
const listeners = new Set<() => void>();
let shelves: { [shelf in Shelf]: readonly string[] } | null = null;

/** The keys in a text that this browser kept; none where the text is anything else. */
export function keysIn(text: string | null): string[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(value)) return [];
    const keys = value.filter((key): key is string => typeof key === "string" && key.length <= LONGEST_KEY);
    return [...new Set(keys)].slice(0, MOST_FAVOURITES);
  } catch {
    return [];
  }
}

function read(shelf: Shelf): string[] {
  try {
    return keysIn(localStorage.getItem(place(shelf)));
  } catch {
    return []; // the browser keeps nothing for this page
  }
}

export function kept(shelf: Shelf): readonly string[] {
  shelves ??= { favourites: read("favourites"), recent: read("recent") };
  return shelves[shelf];
}

function keep(shelf: Shelf, keys: readonly string[]): void {
  shelves = { favourites: kept("favourites"), recent: kept("recent"), [shelf]: keys };
  try {
    localStorage.setItem(place(shelf), JSON.stringify(keys));
  } catch {
    // Full, or forbidden: it is remembered until the page is closed.
  }
  for (const listener of listeners) listener();
}

export function star(key: string): void {
  const now = kept("favourites");
  keep("favourites", now.includes(key) ? now.filter((one) => one !== key) : [...now, key].slice(-MOST_FAVOURITES));
}

export function use(key: string): void {
  const { component } = meant(key);
  keep("recent", [component, ...kept("recent").filter((one) => one !== component)].slice(0, MOST_RECENT));
}

function subscribe(listener: () => void): () => void {
  const elsewhere = (event: StorageEvent): void => {
    if (!event.key?.startsWith("canvasback.palette.")) return;
    shelves = null; // another tab of this browser
    listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", elsewhere);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", elsewhere);
  };
}

export const useKept = (shelf: Shelf): readonly string[] => useSyncExternalStore(subscribe, () => kept(shelf));
