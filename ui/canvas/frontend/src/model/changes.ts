/** What happened to a drawing, in the words that a screen reader says: of every change, whoever made it and wherever. */
import type { Graph, GraphEdge, GraphNode, NodeStatus, Run } from "../protocol";
import { edgeId, nodeOf } from "./graph";
import { titleOf, type Specs } from "./rules";
import { duration } from "../appearance";

const FEW = 3;

/** Null where there is nothing to say, or where it was only moved; `typing`: what is typed need not be said. */
export function changeSpoken(before: Graph, after: Graph, specs: Specs, typing = false): string | null {
  if (before === after) return null;
  const [was, is] = [byId(before), byId(after)];
  const added = after.nodes.filter((node) => !was.has(node.id));
  const removed = before.nodes.filter((node) => !is.has(node.id));
  const said = [
    added.length > 0 && `${named(added, specs)} added${added.length === 1 ? whereabouts(after, added[0]!.id, specs) : ""}`,
    removed.length > 0 && `${named(removed, specs)} removed`,
  ];
  if (added.length + removed.length === 0) said.push(wiresSpoken(before, after, specs), !typing && nodesSpoken(after, was, specs));
  const words = said.filter(Boolean).join(", ");
  return words ? `${words}.` : null;
}

/** Which wires there are now and were not before, told only where the nodes are the same. */
function wiresSpoken(before: Graph, after: Graph, specs: Specs): string {
  const [was, is] = [new Set(before.edges.map(edgeId)), new Set(after.edges.map(edgeId))];
  const said = (edges: GraphEdge[], graph: Graph, verb: string): string => {
    const first = edges[0];
    if (!first) return "";
    const ends = [first.source, first.target].map((id) => titleOf(nodeOf(graph, id), specs));
    return edges.length === 1 ? `wire from ${ends[0]} to ${ends[1]} ${verb}` : `${edges.length} wires ${verb}`;
  };
  const drawn = said(after.edges.filter((edge) => !was.has(edgeId(edge))), after, "drawn");
  const cut = said(before.edges.filter((edge) => !is.has(edgeId(edge))), before, "removed");
  return upper([drawn, cut].filter(Boolean).join(", "));
}

function nodesSpoken(after: Graph, was: ReadonlyMap<string, GraphNode>, specs: Specs): string {
  const pairs = after.nodes.map((node) => [was.get(node.id)!, node] as const).filter(([old, now]) => old !== now);
  const differs = (choose: (node: GraphNode) => unknown): GraphNode[] =>
    pairs.filter(([old, now]) => JSON.stringify(choose(old)) !== JSON.stringify(choose(now))).map(([, now]) => now);
  const switched = differs((node) => Boolean(node.disabled));
  const renamed = differs((node) => node.title);
  const set = differs((node) => node.params);
  return [
    switched.length > 0 && `${named(switched, specs)} switched ${switched[0]!.disabled ? "off" : "on"}`,
    renamed.length > 0 && `renamed to ${named(renamed, specs)}`,
    set.length > 0 && `settings of ${named(set, specs)} changed`,
  ].filter(Boolean).map((words, index) => (index === 0 ? upper(String(words)) : words)).join(", ");
}

/** How a run ended, once it has. */
export function runSpoken(before: Run | null, after: Run | null, status: { [id: string]: NodeStatus }, graph: Graph, specs: Specs): string | null {
  if (!after || (before?.id === after.id && before.status === after.status)) return null;
  const took = after.seconds === null ? "" : ` in ${duration(after.seconds)}`;
  switch (after.status) {
    case "running": return before?.id === after.id ? null : `Run ${after.number} has begun.`;
    case "succeeded": return `Run ${after.number} succeeded${took}.`;
    case "cancelled": return `Run ${after.number} was cancelled.`;
    case "failed":
    case "crashed": {
      const failed = graph.nodes.find((node) => status[node.id]?.status === "failed");
      const why = (failed && status[failed.id]?.message) ?? after.message ?? "";
      return `Run ${after.number} ${after.status}${failed ? ` at ${titleOf(failed, specs)}` : ""}. ${why}`.trim();
    }
    default: return null;
  }
}

function whereabouts(graph: Graph, id: string, specs: Specs): string {
  const title = (other: string): string => titleOf(nodeOf(graph, other), specs);
  const from = [...new Set(graph.edges.filter((edge) => edge.target === id).map((edge) => title(edge.source)))];
  const to = [...new Set(graph.edges.filter((edge) => edge.source === id).map((edge) => title(edge.target)))];
  if (from.length === 1 && to.length === 1) return ` between ${from[0]} and ${to[0]}`;
  if (from.length > 0) return ` after ${from.slice(0, FEW).join(", ")}`;
  return to.length > 0 ? ` before ${to.slice(0, FEW).join(", ")}` : "";
}

const byId = (graph: Graph): Map<string, GraphNode> => new Map(graph.nodes.map((node) => [node.id, node]));
const named = (nodes: readonly GraphNode[], specs: Specs): string =>
  nodes.length <= FEW ? nodes.map((node) => titleOf(node, specs)).join(", ") : `${nodes.length} nodes`;
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
