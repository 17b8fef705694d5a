/** Groups of what is selected: which nodes that means, how they are ungrouped, and how a copied group names its copies. */
import { nodeOf, removeParts } from "../../model/graph";
import type { ComponentSpec, Graph, GraphNode } from "../../protocol";
import { titleOf, type Specs } from "../../model/rules";
import { expand } from "./collapsing";
import { drawnAs, isCollapsed, members, shapeOf, specOf, type Heights } from "../nodes/drawn";
import { textOf } from "../nodes/paint";
import { listed, shownOf, withHidden } from "./shown";

/** The component that a group is made of. */
export const groupSpec = (palette: readonly ComponentSpec[]): ComponentSpec | undefined =>
  palette.find((spec) => drawnAs(spec) === "frame");

export const groupTitle = (node: GraphNode, specs: Specs): string => textOf(node.params["title"]) || titleOf(node, specs);

/** The groups among these nodes; else the smallest around each of them. */
export function groupsOf(graph: Graph, specs: Specs, ids: readonly string[], heights: Heights): string[] {
  const isGroup = (id: string): boolean => drawnAs(specOf(nodeOf(graph, id), specs)) === "frame";
  const chosen = ids.filter(isGroup);
  if (chosen.length > 0) return chosen;
  const shown = shownOf(graph, specs);
  const frames = shown.nodes.filter((node) => shapeOf(node, specs) === "frame")
    .map((node) => ({ id: node.id, inside: members(shown, specs, node.id, heights) }))
    .sort((a, b) => a.inside.length - b.inside.length);
  const around = ids.map((id) => frames.find(({ inside }) => inside.some((node) => node.id === id))?.id);
  return [...new Set(around.filter((id) => id !== undefined))];
}

/** What is in a group, whether it is collapsed or not, with all that groups in it hide. */
export function inside(graph: Graph, specs: Specs, id: string, heights: Heights): GraphNode[] {
  const node = nodeOf(graph, id);
  if (!node) return [];
  const shown = shownOf(graph, specs);
  const names = isCollapsed(node, specs) ? [...withHidden(graph, specs, [id])] : members(shown, specs, id, heights).map((one) => one.id);
  const all = withHidden(graph, specs, names.filter((name) => name !== id));
  return graph.nodes.filter((one) => all.has(one.id));
}

/** The nodes that run, of those that are selected: of a group, those in it. */
export function meant(graph: Graph, specs: Specs, ids: readonly string[], heights: Heights): GraphNode[] {
  const all = new Set(ids.flatMap((id) => [id, ...inside(graph, specs, id, heights).map((node) => node.id)]));
  return graph.nodes.filter((node) => all.has(node.id) && !drawnAs(specOf(node, specs)));
}

/** Without these groups; what was in them stays, and is shown. */
export function ungrouped(graph: Graph, specs: Specs, groups: readonly string[], heights: Heights): [Graph, string[]] {
  const freed = groups.flatMap((id) => inside(graph, specs, id, heights).map((node) => node.id)).filter((id) => !groups.includes(id));
  const opened = groups.reduce((one, id) => expand(one, specs, id, heights), graph);
  return [removeParts(opened, new Set(groups), new Set()), freed];
}

/** After pasting: collapsed groups list the copies of their nodes, and not the nodes themselves. */
export function relisted(graph: Graph, specs: Specs, copies: ReadonlyMap<string, string>): Graph {
  const pasted = new Set(copies.values());
  const nodes = graph.nodes.map((node) => {
    if (!pasted.has(node.id) || !isCollapsed(node, specs)) return node;
    return { ...node, params: { ...node.params, members: listed(node).flatMap((id) => copies.get(id) ?? []) } };
  });
  return { ...graph, nodes };
}

/** After removing: no collapsed group lists what is gone, so that nothing with its name joins it later. */
export function forgetting(graph: Graph, specs: Specs, gone: ReadonlySet<string>): Graph {
  const nodes = graph.nodes.map((node) => {
    if (!isCollapsed(node, specs) || !listed(node).some((id) => gone.has(id))) return node;
    return { ...node, params: { ...node.params, members: listed(node).filter((id) => !gone.has(id)) } };
  });
  return { ...graph, nodes };
}

/** What goes with collapsed groups that are removed; null where there are none. */
export function removedWords(graph: Graph, specs: Specs, ids: readonly string[], heights: Heights): string | null {
  const groups = ids.map((id) => nodeOf(graph, id)).filter((node) => node !== undefined && isCollapsed(node, specs));
  if (groups.length === 0) return null;
  const names = groups.map((node) => `“${groupTitle(node!, specs)}”`).join(", ");
  const nodes = meant(graph, specs, groups.map((node) => node!.id), heights).length;
  return `${names} removed, with the ${nodes} node${nodes === 1 ? "" : "s"} in it.`;
}
