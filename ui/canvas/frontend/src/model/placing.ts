/** Where what comes onto the canvas is put. */
import { shownOf } from "../board/groups/shown";
import { boxOf, shapeOf, union, type Box, type Heights } from "../board/nodes/drawn";
import type { Graph } from "../protocol";
import { CARD_WIDTH, nodeOf, snap, snapped, type Point } from "./graph";
import type { PortRef, Specs } from "./rules";

/** Between a card and the next one. */
export const GAP = 110;
/** Between what was there and what comes below it. */
const APART = 20;
const NONE: Heights = new Map();

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** How far a piece is moved: where it came from, or into the middle when that is out of sight; there below all that it would cover. */
export function shiftOf(graph: Graph, piece: Graph, specs: Specs, seen: Box, heights: Heights = NONE): Point {
  const boxes = piece.nodes.map((node) => boxOf(node, specs, heights));
  const box = union(boxes);
  const [x, y] = overlap(box, seen)
    ? [0, 0]
    : snapped([seen.x + (seen.width - box.width) / 2 - box.x, seen.y + (seen.height - box.height) / 2 - box.y]);
  const there = shownOf(graph, specs).nodes.filter((node) => shapeOf(node, specs) !== "frame").map((node) => boxOf(node, specs, heights));
  return [x, y + roomBelow(boxes.map((one) => ({ ...one, x: one.x + x, y: one.y + y })), there)];
}

/** How far down boxes have to go until none lies over what is there. */
function roomBelow(boxes: readonly Box[], there: readonly Box[]): number {
  let down = 0;
  for (let place = 0; place < boxes.length; place++) {
    const box = boxes[place]!;
    const hit = there.find((one) => overlap({ ...box, y: box.y + down }, one));
    if (!hit) continue;
    down += snap(hit.y + hit.height + APART - box.y - down);
    place = -1; // those before it may lie over something else now
  }
  return down;
}

/** Beside the card whose port it is: after an output, before an input. */
export function besidePort(graph: Graph, port: PortRef): Point {
  const [x, y] = nodeOf(graph, port.node)?.position ?? [0, 0];
  const across = CARD_WIDTH + GAP;
  return [port.side === "out" ? x + across : x - across, y];
}
