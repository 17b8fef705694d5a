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

/** `within`: node → the collapsed group that shows it. */
export function markNodes(nodes: Node[], diff: GraphDiff | null, within: ReadonlyMap<string, string>): Node[] {
  if (!diff) return nodes;
  const fates = new Map<string, NodeDiff["state"]>();
  for (const [id, group] of within) if (diff.nodes[id]) fates.set(group, "changed");
  for (const [id, { state }] of Object.entries(diff.nodes)) if (!fates.has(id)) fates.set(id, state);
  return nodes.map((node) => ({ ...node, className: fateOf(fates.get(node.id) ?? "same") }));
}

/** What became of the nodes in a collapsed group, as one change of the group; its own where nothing did. */
export function changeWithin(diff: GraphDiff, group: string, inside: readonly { id: string; title: string }[]): NodeDiff | undefined {
  const words = inside.flatMap(({ id, title }) => (diff.nodes[id] ? [`${title}: ${FATES[diff.nodes[id].state].word.toLowerCase()}`] : []));
  return words.length > 0 ? { state: "changed", words, params: [] } : diff.nodes[group];
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
