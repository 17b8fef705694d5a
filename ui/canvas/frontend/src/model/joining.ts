/** Joining what somebody else drew into what is on this screen: the graph, the undo steps, and the conflicts that stand. */
import type { Graph } from "../protocol";
import type { History } from "./history";
import { merge, same, type Conflict, type Merged, type TakesMany } from "./merge";
import { titleOf, type Specs } from "./rules";
import { nodeOf } from "./graph";
import { inWords } from "./parameters";
import { sentence } from "../fields/schema";

/** A conflict that nobody has settled yet. */
export interface Standing {
  conflict: Conflict;
  who: string;
  serial: number;
}

const takesMany = (specs: Specs): TakesMany => (component, port) =>
  specs.get(component)?.inputs.find((one) => one.name === port)?.many ?? false;

/** Exactly theirs, where nothing of mine is to be added. */
export function joined(common: Graph, mine: Graph, theirs: Graph, specs: Specs): Merged {
  const merged = merge(common, mine, theirs, takesMany(specs));
  return same(merged.graph, theirs) ? { ...merged, graph: theirs } : merged;
}

/** Every step with their change in it, so that undo takes back mine and leaves theirs. */
export function rebased(history: History<Graph>, common: Graph, theirs: Graph, specs: Specs): History<Graph> {
  const moved = (graph: Graph): Graph => joined(common, graph, theirs, specs).graph;
  return { ...history, past: history.past.map(moved), future: history.future.map(moved) };
}

/** Those whose place is still there. */
export const conflictsIn = (standing: readonly Standing[], graph: Graph): Standing[] =>
  standing.filter(({ conflict }) => !("node" in conflict) || graph.nodes.some((node) => node.id === conflict.node));

export interface Told {
  title: string;
  kept: string;
  other: string;
  /** On the button that takes the other. */
  take: string;
}

/** A conflict in words: what it is about, what is kept, and what the other one wanted. */
export function toldConflict({ conflict, who }: Standing, graph: Graph, specs: Specs): Told {
  const called = (id: string): string => titleOf(nodeOf(graph, id), specs);
  switch (conflict.kind) {
    case "removed":
      return conflict.by === "me"
        ? { title: called(conflict.node), kept: `${who} changed it while you removed it, so it stays.`, other: "", take: "Remove it" }
        : { title: called(conflict.node), kept: `${who} removed it while you changed it, so it stays.`, other: "", take: "Remove it" };
    case "wire":
      return {
        title: called(conflict.mine.target), kept: `Your wire from ${called(conflict.mine.source)} is kept.`,
        other: `${who} drew one from ${called(conflict.theirs.source)}.`, take: `Take ${possessive(who)}`,
      };
    case "parameter":
      if (conflict.mine === undefined) return { title: conflict.name, kept: `${who} changed this parameter while you removed it, so it stays.`, other: "", take: "Remove it" };
      if (conflict.theirs === undefined) return { title: conflict.name, kept: `${who} removed this parameter while you changed it, so it stays.`, other: "", take: "Remove it" };
      return { title: conflict.name, kept: "Your parameter is kept.", other: `${who} set it otherwise.`, take: `Take ${possessive(who)}` };
    case "value":
      return {
        title: `${called(conflict.node)}: ${sentence(conflict.field)}`, kept: `Yours is kept: ${short(conflict.mine)}.`,
        other: `${possessive(who)}: ${short(conflict.theirs)}.`, take: `Take ${possessive(who)}`,
      };
  }
}

const possessive = (who: string): string => (who.endsWith("s") ? `${who}’` : `${who}’s`);

function short(value: Parameters<typeof inWords>[0]): string {
  if (value === undefined) return "the default";
  const text = typeof value === "object" && value !== null && !Array.isArray(value) ? JSON.stringify(value) : inWords(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
