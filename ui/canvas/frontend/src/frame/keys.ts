/** Keys of the editor. Streamlit's own shortcuts (`r`, `c`) and the ones handled here stop; the rest goes on to React Flow. */
export interface Commands {
  undo(): void;
  redo(): void;
  duplicate(): void;
  remove(): void;
  selectAll(): void;
  search(): void;
  next(): void;
  help(): void;
  fit(): void;
  arrange(): void;
  escape(): void;
  run(): void;
  runTo(): void;
  save(): void;
  fitted(): void;
  serving(): void;
  group(): void;
  ungroup(): void;
  fold(): void;
  toggle(): void;
  note(): void;
  write(): void;
  alignLeft(): void;
  alignCentre(): void;
  alignRight(): void;
  alignTop(): void;
  alignMiddle(): void;
  alignBottom(): void;
  spreadAcross(): void;
  spreadDown(): void;
  nextProblem(): void;
  previousProblem(): void;
  view(): void;
}

type Keys = { [key: string]: keyof Commands };

const CONTROLLED: Keys = {
  z: "undo", "shift+z": "redo", y: "redo", d: "duplicate", a: "selectAll",
  enter: "run", "shift+enter": "runTo", s: "save", g: "group", "shift+g": "ungroup",
};
const PLAIN: Keys = {
  a: "search", "/": "search", p: "next", "?": "help", f: "fit", l: "arrange", t: "fitted", e: "serving", delete: "remove", backspace: "remove",
  escape: "escape", g: "fold", d: "toggle", n: "note", v: "view", f2: "write",
  f8: "nextProblem", "shift+f8": "previousProblem",
};
/** By the key's place on the keyboard: with Alt, some systems write other signs. */
const ALTERED: Keys = {
  a: "alignLeft", h: "alignCentre", d: "alignRight", w: "alignTop", v: "alignMiddle", s: "alignBottom",
  "shift+h": "spreadAcross", "shift+v": "spreadDown",
};
/** What the browser does itself, by the events of the clipboard; see `clipboard.ts`. */
const CLIPBOARD = new Set(["c", "x", "v"]);
const STREAMLIT = new Set(["r", "c"]);
/** What makes sense while typing into a field, too. */
const EVERYWHERE = new Set<keyof Commands>(["run", "runTo", "save", "nextProblem", "previousProblem"]);

export const isTyping = (target: EventTarget | null): boolean =>
  typeof HTMLElement !== "undefined" && target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null;

export type Keystroke = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "target"> & { code?: string };

export function commandOf(event: Keystroke): keyof Commands | null {
  const command = bound(event);
  if (!command || (isTyping(event.target) && !EVERYWHERE.has(command))) return null;
  return command;
}

function bound(event: Keystroke): keyof Commands | undefined {
  const key = event.key.toLowerCase();
  const shifted = (letter: string): string => (event.shiftKey ? `shift+${letter}` : letter);
  const controlled = event.ctrlKey || event.metaKey;
  if (event.altKey) return controlled ? undefined : ALTERED[shifted((event.code ?? "").replace("Key", "").toLowerCase())];
  return controlled ? CONTROLLED[shifted(key)] : (PLAIN[shifted(key)] ?? PLAIN[key]);
}

/** Every key with its command, written as on the help sheet. */
export function bindings(): [string, string][] {
  const clipboard = Object.fromEntries([...CLIPBOARD].map((key) => [key, "clipboard"]));
  const groups = [["Ctrl", CONTROLLED], ["Ctrl", clipboard], ["", PLAIN], ["Alt", ALTERED]] as const;
  return groups.flatMap(([before, keys]) => Object.entries(keys).map(([key, command]): [string, string] =>
    [[before, ...key.split("+").map(nameOf)].filter(Boolean).join(" "), command]));
}

const nameOf = (key: string): string => (key === "escape" ? "Esc" : key.charAt(0).toUpperCase() + key.slice(1));

export function handleKey(event: React.KeyboardEvent, commands: Commands): void {
  const command = commandOf(event.nativeEvent);
  if (command) {
    event.preventDefault();
    event.stopPropagation();
    commands[command]();
  } else if (isTyping(event.target) || isOurs(event)) {
    event.stopPropagation();
  }
}

/** Not for Streamlit, and not ours to prevent either. */
function isOurs({ key, ctrlKey, metaKey }: React.KeyboardEvent): boolean {
  const controlled = ctrlKey || metaKey;
  return controlled ? CLIPBOARD.has(key.toLowerCase()) : STREAMLIT.has(key);
}
