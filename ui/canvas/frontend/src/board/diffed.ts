/** Two versions on one board: which class a node and a wire have by what became of them. */
import type { Edge, Node } from "@xyflow/react";
import type { GraphDiff, NodeDiff } from "../protocol";

export interface Fate {
  icon: string;
  word: string;
  about: string;
}

export const FATES: { [state in NodeDiff["state"]]: Fate } = {
  added: { icon: "add_circle", word: "Added", about: "Only in the newer one" },
  removed: { icon: "cancel", word: "Removed", about: "Only in the older one" },
  changed: { icon: "change_circle", word: "Changed", about: "Other params, another component, or inputs in another order" },
  moved: { icon: "open_with", word: "Looks only", about: "Another place, title or note: a run comes to the same" },
};

export const ORDER: NodeDiff["state"][] = ["added", "removed", "changed", "moved"];

export const fateOf = (state: NodeDiff["state"] | "same"): string => `cb-diff-${state}`;

export function markNodes(nodes: Node[], diff: GraphDiff | null): Node[] {
  return diff ? nodes.map((node) => ({ ...node, className: fateOf(diff.nodes[node.id]?.state ?? "same") })) : nodes;
}

export function markEdges<T extends Edge>(edges: T[], diff: GraphDiff | null): T[] {
  if (!diff) return edges;
  return edges.map((edge) => {
    const state = diff.wires[edge.id] ?? "same";
    const label = state === "same" ? edge.ariaLabel : `${FATES[state].word}: ${edge.ariaLabel ?? "wire"}`;
    return { ...edge, className: fateOf(state), ariaLabel: label };
  });
}

/** How many nodes and wires there are of each fate. */
export function tally(diff: GraphDiff): { [state in NodeDiff["state"]]: number } {
  const found = { added: 0, removed: 0, changed: 0, moved: 0 };
  for (const node of Object.values(diff.nodes)) found[node.state] += 1;
  return found;
}
