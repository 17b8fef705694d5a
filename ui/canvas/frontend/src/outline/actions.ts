/** What can be done with the rows that are selected: each with its key, so that the bar and the keyboard never differ. */
import { drawnAs, specOf } from "../board/nodes/drawn";
import { group as enclose, toggle } from "../model/acting";
import { nodeOf } from "../model/graph";
import type { Model } from "../model/model";
import { switchWord } from "../model/switching";
import type { Part } from "./focus";
import type { Side } from "./spots";

export interface Action {
  key: string;
  label: string;
  icon: string;
  /** As it is written for people. */
  keys: string;
  enabled: boolean;
  /** Whether it is meant by a key; what the whole editor listens for is left to it. */
  press?: (event: React.KeyboardEvent) => boolean;
  run(): void;
}

interface Needs {
  model: Model;
  targets: readonly string[];
  readonly: boolean;
  hasGroups: boolean;
  settings(part: Part): void;
  add(side: Side): void;
  group(): void;
}

export function actionsOf({ model, targets, readonly, hasGroups, settings, add, group }: Needs): Action[] {
  const { graph, specs } = model.state;
  const one = targets.length === 1 ? nodeOf(graph, targets[0]!) : undefined;
  const drawn = drawnAs(specOf(one, specs));
  const free = !readonly && targets.length > 0;
  const single = !readonly && one !== undefined;
  const wired = single && !drawn;
  const select = (): void => model.select(targets);
  const runs = targets.map((id) => nodeOf(graph, id)).find((node) => node && !drawnAs(specOf(node, specs)));
  return [
    { key: "add", label: "Add after", icon: "add", keys: "A", enabled: !readonly, press: letter("a", false, "/"), run: () => add("after") },
    { key: "before", label: "Add before", icon: "add_row_above", keys: "Shift A", enabled: wired, press: letter("a", true), run: () => add("before") },
    { key: "settings", label: "Settings", icon: "tune", keys: "Enter", enabled: one !== undefined, press: named("Enter"), run: () => settings("first") },
    { key: "wires", label: "Wires", icon: "conversion_path", keys: "W", enabled: one !== undefined && !drawn, press: letter("w"), run: () => settings("wires") },
    { key: "rename", label: "Rename", icon: "edit", keys: "F2", enabled: single && drawn !== "frame", press: named("F2"), run: () => settings("title") },
    { key: "duplicate", label: "Duplicate", icon: "content_copy", keys: "Ctrl D", enabled: free, run: () => { select(); model.duplicate(); } },
    { key: "run-to", label: "Run to here", icon: "start", keys: "Ctrl Shift Enter", enabled: wired, run: () => { select(); model.wish({ type: "run", to: one!.id }); } },
    { key: "switch", label: runs ? switchWord(runs, specOf(runs, specs)) : "Switch off", icon: "toggle_off", keys: "D", enabled: free, press: letter("d"), run: () => toggle(model, targets) },
    { key: "enclose", label: "Group", icon: "stacks", keys: "Ctrl G", enabled: free, run: () => { select(); enclose(model); } },
    { key: "group", label: "Move to group", icon: "select_all", keys: "G", enabled: single && hasGroups && drawn !== "frame", press: letter("g"), run: group },
    { key: "problems", label: "Problems", icon: "error", keys: "P", enabled: model.state.problems.length > 0, press: letter("p"), run: () => settings("problems") },
    { key: "delete", label: "Delete", icon: "delete", keys: "Delete", enabled: free, press: named("Delete", "Backspace"), run: () => model.remove(targets) },
  ];
}

const plain = (event: React.KeyboardEvent): boolean => !event.ctrlKey && !event.metaKey && !event.altKey;
const letter = (key: string, shift = false, other?: string) => (event: React.KeyboardEvent): boolean =>
  plain(event) && ((event.shiftKey === shift && event.key.toLowerCase() === key) || event.key === other);
const named = (...keys: string[]) => (event: React.KeyboardEvent): boolean => plain(event) && keys.includes(event.key);
