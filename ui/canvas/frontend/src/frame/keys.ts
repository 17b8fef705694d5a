/** Keys of the editor. Streamlit's own shortcuts (`r`, `c`) and the ones handled here stop; the rest goes on to React Flow. */
export interface Commands {
  undo(): void;
  redo(): void;
  copy(): void;
  paste(): void;
  duplicate(): void;
  remove(): void;
  selectAll(): void;
  search(): void;
  help(): void;
  fit(): void;
  arrange(): void;
  escape(): void;
  run(): void;
  runTo(): void;
  save(): void;
  view(): void;
}

const CONTROLLED: { [key: string]: keyof Commands } = {
  z: "undo", "shift+z": "redo", y: "redo", c: "copy", v: "paste", d: "duplicate", a: "selectAll",
  enter: "run", "shift+enter": "runTo", s: "save",
};
const PLAIN: { [key: string]: keyof Commands } = {
  a: "search", "/": "search", "?": "help", f: "fit", l: "arrange", v: "view", delete: "remove", backspace: "remove", escape: "escape",
};
const STREAMLIT = new Set(["r", "c"]);
/** What makes sense while typing into a field, too. */
const EVERYWHERE = new Set<keyof Commands>(["run", "runTo", "save"]);

const isTyping = (target: EventTarget | null): boolean =>
  typeof HTMLElement !== "undefined" && target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null;

export type Keystroke = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "target">;

export function commandOf(event: Keystroke): keyof Commands | null {
  const key = event.key.toLowerCase();
  if (event.altKey) return null;
  const controlled = event.ctrlKey || event.metaKey;
  const command = controlled ? CONTROLLED[event.shiftKey ? `shift+${key}` : key] : PLAIN[key];
  if (!command || (isTyping(event.target) && !EVERYWHERE.has(command))) return null;
  return command;
}

export function handleKey(event: React.KeyboardEvent, commands: Commands): void {
  const command = commandOf(event.nativeEvent);
  if (command) {
    event.preventDefault();
    event.stopPropagation();
    commands[command]();
  } else if (isTyping(event.target) || (STREAMLIT.has(event.key) && !event.ctrlKey && !event.metaKey)) {
    event.stopPropagation();
  }
}
