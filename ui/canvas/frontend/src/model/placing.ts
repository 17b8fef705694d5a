/** Where what comes onto the canvas is put. */
import { boxOf, union, type Box } from "../board/nodes/drawn";
import type { Graph } from "../protocol";
import { CARD_WIDTH, nodeOf, snapped, type Point } from "./graph";
import type { PortRef, Specs } from "./rules";

/** Between a card and the next one. */
export const GAP = 110;
const STEP = 40;
const NONE: ReadonlyMap<string, number> = new Map();

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** How far a piece is moved: where it came from, but over nothing that is there; into the middle when that is out of sight. */
export function shiftOf(graph: Graph, piece: Graph, specs: Specs, seen: Box): Point {
  const box = union(piece.nodes.map((node) => boxOf(node, specs, NONE)));
  const [x, y] = overlap(box, seen)
    ? [0, 0]
    : snapped([seen.x + (seen.width - box.width) / 2 - box.x, seen.y + (seen.height - box.height) / 2 - box.y]);
  const taken = new Set(graph.nodes.map((node) => node.position.join(" ")));
  const covers = (step: number): boolean =>
    piece.nodes.some(({ position }) => taken.has(snapped([position[0] + x + step, position[1] + y + step]).join(" ")));
  let step = 0;
  while (covers(step)) step += STEP;
  return [x + step, y + step];
}

/** Beside the card whose port it is: after an output, before an input. */
export function besidePort(graph: Graph, port: PortRef): Point {
  const [x, y] = nodeOf(graph, port.node)?.position ?? [0, 0];
  const across = CARD_WIDTH + GAP;
  return [port.side === "out" ? x + across : x - across, y];
}
