/** Nodes switched off and on. What that means for a run is the engine's to say; here it is a mark. */
import type { ComponentSpec, Facts, Graph, GraphNode } from "../protocol";

/** All of them off; on again, where they are off already. */
export function switched(graph: Graph, ids: ReadonlySet<string>): Graph {
  const chosen = graph.nodes.filter((node) => ids.has(node.id));
  if (chosen.length === 0) return graph;
  const off = chosen.some((node) => !node.disabled);
  return { ...graph, nodes: graph.nodes.map((node) => (ids.has(node.id) ? turned(node, off) : node)) };
}

function turned(node: GraphNode, off: boolean): GraphNode {
  const { disabled: _, ...rest } = node;
  return off ? { ...rest, disabled: true } : rest;
}

export interface Part {
  icon: string;
  /** On the card. */
  word: string;
  /** The same without the word. */
  why: string;
  about: string;
}

const part = (icon: string, word: string, about: string): Part => ({ icon, word, about, why: about.replace(/^(Bypassed|Left out|Switched off)[:,] /, "") });
const OFF = part("toggle_off", "Off", "Switched off: it does not run.");
const BYPASSED = part("step_over", "Bypassed", "Bypassed: what arrives goes on unchanged.");
const LEFT_OUT = part("do_not_disturb_on", "Left out", "Left out: something that it needs is switched off.");

/** What a switch makes of a node; null where it runs. What is known here is told at once, the rest when the engine has said it. */
export function partOf(node: GraphNode, spec: ComponentSpec | undefined, facts: Facts | undefined): Part | null {
  const about = (one: Part): Part => part(one.icon, one.word, facts?.note || one.about);
  if (node.disabled) {
    const known = spec?.passes ? BYPASSED : OFF;
    return facts?.part === "bypassed" || facts?.part === "off" ? about(known) : known;
  }
  return facts?.part === "left_out" ? about(LEFT_OUT) : null;
}

/** What switches make of a whole group; null where anything in it runs. */
export function partOfAll(parts: readonly (Part | null)[]): Part | null {
  const found = parts.filter((one) => one !== null);
  if (found.length === 0 || found.length < parts.length) return null;
  return found.find((one) => one.word === LEFT_OUT.word) ?? found[0]!;
}

/** What the switch of a node is called. */
export const switchWord = (node: GraphNode, spec: ComponentSpec | undefined): string =>
  node.disabled ? "Switch on" : spec?.passes ? "Bypass" : "Switch off";
