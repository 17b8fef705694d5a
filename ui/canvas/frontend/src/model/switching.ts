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
  about: string;
}

const OFF = { icon: "toggle_off", word: "Off", about: "Switched off: it does not run." };
const BYPASSED = { icon: "step_over", word: "Bypassed", about: "Bypassed: what arrives goes on unchanged." };
const LEFT_OUT = { icon: "do_not_disturb_on", word: "Left out", about: "Left out: something that it needs is switched off." };

/** What a switch makes of a node; null where it runs. What is known here is told at once, the rest when the engine has said it. */
export function partOf(node: GraphNode, spec: ComponentSpec | undefined, facts: Facts | undefined): Part | null {
  const about = (part: Part): Part => ({ ...part, about: facts?.note || part.about });
  if (node.disabled) {
    const known = spec?.passes ? BYPASSED : OFF;
    return facts?.part === "bypassed" || facts?.part === "off" ? about(known) : known;
  }
  return facts?.part === "left_out" ? about(LEFT_OUT) : null;
}

/** What the switch of a node is called. */
export const switchWord = (node: GraphNode, spec: ComponentSpec | undefined): string =>
  node.disabled ? "Switch on" : spec?.passes ? "Bypass" : "Switch off";
