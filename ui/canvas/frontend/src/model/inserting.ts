/** Room for a card that was put onto a wire: what comes after it goes on, and what would be covered then; nothing else moves. */
import { grownAround } from "../board/groups/collapsing";
import { boxOf, freeSpot, shapeOf, specOf, type Box, type Heights } from "../board/nodes/drawn";
import type { Graph, GraphNode } from "../protocol";
import { CARD_WIDTH, moveNodes, nodeOf, snapped, wiresInto, wiresOutOf, type Point } from "./graph";
import type { Specs } from "./rules";

/** Between the card and those that it joins, and between what moves and what it would cover. */
const [SPACE, CLEAR] = [60, 10];

/** `id` joins two others already. */
export function makeRoom(graph: Graph, specs: Specs, id: string, heights: Heights): Graph {
  const node = nodeOf(graph, id);
  const follower = nodeOf(graph, wiresOutOf(graph, id)[0]?.target ?? null);
  const before = nodeOf(graph, wiresInto(graph, id)[0]?.source ?? null);
  if (!node || !follower || !before) return graph;
  // A wire may lead back to the next row of a folded drawing: there is no room between its ends.
  const isForward = follower.position[0] >= before.position[0] + CARD_WIDTH;
  const x = isForward ? Math.max(node.position[0], before.position[0] + CARD_WIDTH + SPACE) : node.position[0];
  const missing = isForward ? x + CARD_WIDTH + SPACE - follower.position[0] : 0;
  const pushed = missing > 0 ? pushing(graph, specs, follower, missing, new Set([id, before.id]), heights) : graph;
  const others = pushed.nodes.filter((other) => other.id !== id);
  const spec = specOf(node, specs);
  const place = spec ? freeSpot(others, specs, spec, [x, node.position[1]], heights) : node.position;
  return grownAround(graph, moveNodes(pushed, new Map([[id, place]])), specs, [id, before.id, follower.id], heights);
}

function pushing(graph: Graph, specs: Specs, first: GraphNode, by: number, fixed: ReadonlySet<string>, heights: Heights): Graph {
  const cards = graph.nodes.filter((node) => !fixed.has(node.id) && shapeOf(node, specs) !== "frame");
  const boxes = new Map(cards.map((node) => [node.id, boxOf(node, specs, heights)]));
  const moving = new Set<string>();
  const queue = [first.id];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const from = boxes.get(id);
    if (!from || moving.has(id)) continue;
    moving.add(id);
    queue.push(...wiresOutOf(graph, id).map((edge) => edge.target).filter((next) => (boxes.get(next)?.x ?? -Infinity) >= from.x + CARD_WIDTH));
    const to = { ...from, x: from.x + by };
    for (const [other, box] of boxes) if (box.x >= from.x && !covers(from, box) && covers(to, box)) queue.push(other);
  }
  const places = cards.filter((node) => moving.has(node.id)).map(({ id, position: [x, y] }): [string, Point] => [id, snapped([x + by, y])]);
  return moveNodes(graph, new Map(places));
}

const covers = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width + CLEAR && b.x < a.x + a.width + CLEAR && a.y < b.y + b.height + CLEAR && b.y < a.y + a.height + CLEAR;
