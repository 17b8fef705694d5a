/** Groups as the outline has them: what lies in a frame on the canvas is listed under it. */
import { boxOf, drawnAs, frameAround, liesIn, members, putInto, specOf, union, type Box, type Heights } from "../board/nodes/drawn";
import { changeNode, freePlace, nodeOf } from "../model/graph";
import type { Specs } from "../model/rules";
import type { Graph, GraphNode } from "../protocol";

const NONE: Heights = new Map();
/** Between a frame and what is taken out of it. */
const CLEAR = 30;

const area = (box: Box): number => box.width * box.height;

export const groupsOf = (graph: Graph, specs: Specs): GraphNode[] =>
  graph.nodes.filter((node) => drawnAs(specOf(node, specs)) === "frame");

/** The innermost group of each node that lies in one. */
export function parentsOf(graph: Graph, specs: Specs): Map<string, string> {
  const boxes = groupsOf(graph, specs).map((node) => ({ id: node.id, box: boxOf(node, specs, NONE) }));
  boxes.sort((a, b) => area(a.box) - area(b.box));
  const parents = new Map<string, string>();
  if (boxes.length === 0) return parents;
  for (const node of graph.nodes) {
    const own = boxes.findIndex((one) => one.id === node.id);
    const box = boxOf(node, specs, NONE);
    const holder = boxes.slice(own + 1).find((one) => liesIn(one.box, box));
    if (holder) parents.set(node.id, holder.id);
  }
  return parents;
}

/** The graph with a node in another group, or in none; the group grows to hold it. */
export function regrouped(graph: Graph, specs: Specs, id: string, group: string | null): Graph {
  const node = nodeOf(graph, id);
  if (!node) return graph;
  return group === null ? takenOut(graph, specs, node) : takenIn(graph, specs, node, group);
}

function takenIn(graph: Graph, specs: Specs, node: GraphNode, group: string): Graph {
  const frame = boxOf(nodeOf(graph, group)!, specs, NONE);
  const inside = members(graph, specs, group, NONE).filter((one) => one.id !== node.id).map((one) => boxOf(one, specs, NONE));
  const last = inside.sort((a, b) => a.x - b.x).at(-1);
  const wanted = last ? [last.x + last.width + CLEAR, last.y] as const : [frame.x + CLEAR, frame.y + 2 * CLEAR] as const;
  const others = { ...graph, nodes: graph.nodes.filter((one) => one.id !== node.id && !drawnAs(specOf(one, specs))) };
  const moved = changeNode(graph, node.id, { position: freePlace(others, [...wanted]) });
  const box = boxOf(nodeOf(moved, node.id)!, specs, NONE);
  return putInto(moved, group, union([frame, frameAround([...inside, box])]));
}

function takenOut(graph: Graph, specs: Specs, node: GraphNode): Graph {
  const parents = parentsOf(graph, specs);
  let outermost = parents.get(node.id);
  if (!outermost) return graph;
  for (let next = parents.get(outermost); next; next = parents.get(outermost)) outermost = next;
  const frame = boxOf(nodeOf(graph, outermost)!, specs, NONE);
  const others = { ...graph, nodes: graph.nodes.filter((one) => one.id !== node.id) };
  return changeNode(graph, node.id, { position: freePlace(others, [node.position[0], frame.y + frame.height + CLEAR]) });
}
