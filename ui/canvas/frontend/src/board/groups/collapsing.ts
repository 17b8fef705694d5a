/**
 * Collapsing a group and expanding it again. Collapsed, it lists its nodes, because their places say nothing then: what is
 * put where they were does not join them. Nothing else moves when it collapses; when it expands, what stands in its way
 * makes room, so that exactly those nodes are in it that were.
 */
import { changeNode, moveNodes, nodeOf } from "../../model/graph";
import type { Graph, GraphNode } from "../../protocol";
import type { Specs } from "../../model/rules";
import { boxOf, frameAround, isCollapsed, liesIn, members, putInto, shapeOf, union, type Heights } from "../nodes/drawn";
import { makingRoom } from "./room";
import { listed, shownOf, withTheirs } from "./shown";

export function collapse(graph: Graph, specs: Specs, id: string, heights: Heights): Graph {
  const node = nodeOf(graph, id);
  if (!node || shapeOf(node, specs) !== "frame") return graph;
  const inside = members(shownOf(graph, specs), specs, id, heights).map((one) => one.id);
  return changeNode(graph, id, { params: { ...node.params, collapsed: true, members: inside } });
}

export function expand(graph: Graph, specs: Specs, id: string, heights: Heights): Graph {
  const node = nodeOf(graph, id);
  if (!node || !isCollapsed(node, specs)) return graph;
  const before = shownOf(graph, specs).nodes;
  const frames = before.filter((one) => shapeOf(one, specs) === "frame");
  const held = new Map(frames.map((frame) => [frame.id, ids(members({ nodes: before }, specs, frame.id, heights))]));
  const around = frames.filter((frame) => held.get(frame.id)!.has(id)).sort((a, b) => area(a, specs) - area(b, specs));
  const inside = new Set(listed(node));
  held.set(id, inside);
  const { collapsed: _, members: __, ...params } = node.params;
  let opened = changeNode(graph, id, { params });
  const larger = [id, ...around.map((frame) => frame.id)];
  for (const [place, frame] of larger.entries()) {
    opened = holding(opened, specs, frame, held.get(frame)!, heights);
    held.set(frame, new Set([...held.get(frame)!, ...inside]));
    opened = makingRoom(opened, specs, frame, held, new Set(larger.slice(place + 1)), heights);
  }
  return opened;
}

/** Every group that hides one of these nodes, expanded from the outside in. */
export function expandTo(graph: Graph, specs: Specs, wanted: Iterable<string>, heights: Heights): Graph {
  let opened = graph;
  for (const id of wanted) {
    for (let group = shownOf(opened, specs).within.get(id); group; group = shownOf(opened, specs).within.get(id)) {
      opened = expand(opened, specs, group, heights);
    }
  }
  return opened;
}

const ids = (nodes: readonly GraphNode[]): Set<string> => new Set(nodes.map((node) => node.id));
const area = (frame: GraphNode, specs: Specs): number => {
  const { width, height } = boxOf(frame, specs, new Map());
  return width * height;
};

/** The frame as large as it must be for all that belongs to it. */
function holding(graph: Graph, specs: Specs, id: string, inside: ReadonlySet<string>, heights: Heights): Graph {
  const frame = nodeOf(graph, id)!;
  const box = boxOf(frame, specs, heights);
  const boxes = shownOf(graph, specs).nodes.filter((node) => inside.has(node.id)).map((node) => boxOf(node, specs, heights));
  const outside = boxes.filter((inner) => !liesIn(box, inner));
  return outside.length === 0 ? graph : putInto(graph, id, union([box, frameAround(outside)]));
}

/** Change how that which is shown lies; what is hidden keeps its place in its group. */
export function onShown(graph: Graph, specs: Specs, change: (shown: Graph) => Graph): Graph {
  const { nodes, wires } = shownOf(graph, specs);
  const edges = wires.map(({ edge, source, target }) => ({ ...edge, source, target }));
  const changed = new Map(change({ nodes: [...nodes], edges }).nodes.map((node) => [node.id, node]));
  const places = new Map([...changed].map(([id, node]) => [id, node.position] as const));
  const moved = moveNodes(graph, withTheirs(graph, specs, places));
  const sized = moved.nodes.map((node) => {
    const params = changed.get(node.id)?.params ?? node.params;
    return params === node.params ? node : { ...node, params };
  });
  return { ...moved, nodes: sized };
}

/** Frames hold what they held when cards in them moved on; `among`: a new card, and those that it was put between. */
export function grownAround(before: Graph, after: Graph, specs: Specs, among: readonly [string, ...string[]], heights: Heights): Graph {
  const [id, ...neighbours] = among;
  const nodes = shownOf(before, specs).nodes.filter((node) => node.id !== id);
  const frames = nodes.filter((node) => shapeOf(node, specs) === "frame").sort((a, b) => area(a, specs) - area(b, specs));
  const held = new Map(frames.map((frame) => [frame.id, ids(members({ nodes }, specs, frame.id, heights))]));
  for (const inside of held.values()) if (neighbours.every((one) => inside.has(one))) inside.add(id);
  let grown = after;
  for (const frame of frames) {
    const larger = holding(grown, specs, frame.id, held.get(frame.id)!, heights);
    const around = frames.filter((other) => held.get(other.id)!.has(frame.id));
    grown = larger === grown ? grown : makingRoom(larger, specs, frame.id, held, ids(around), heights);
  }
  return grown;
}
