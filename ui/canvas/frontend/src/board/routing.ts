/** The way of a wire that runs back to the left, from one row into the next: between the cards, not over them. */
import type { Box } from "./nodes/drawn";

export interface Spot {
  x: number;
  y: number;
}

/** How far a wire leaves its ports before it turns. */
export const TURN = 26;
/** A wire runs back where it would otherwise make a loop. */
const BACK = 30;
/** Between a wire and a card. */
const AIR = 14;
/** As high as this is room between rows; less is only room between cards. */
const ROW = 60;

export const runsBack = (from: Spot, to: Spot): boolean => to.x < from.x - BACK;

/** The height at which a wire can run back without touching a card. */
export function laneBetween(boxes: readonly Box[], from: Spot, to: Spot): number {
  const wanted = (from.y + to.y) / 2;
  const beside = boxes.filter((box) => box.x < from.x + TURN && box.x + box.width > to.x - TURN);
  const gaps = gapsBetween(beside);
  const rows = gaps.filter(([top, bottom]) => bottom - top >= ROW);
  const lanes = (rows.length > 0 ? rows : gaps).map(([top, bottom]) => within(wanted, top, bottom));
  return lanes.reduce((best, lane) => (Math.abs(lane - wanted) < Math.abs(best - wanted) ? lane : best), lanes[0] ?? wanted);
}

/** In the middle of what lies between two rows; just beside all of them where it is open. */
function within(wanted: number, top: number, bottom: number): number {
  if (Number.isFinite(top) && Number.isFinite(bottom)) return (top + bottom) / 2;
  return Math.min(Math.max(wanted, top + AIR), bottom - AIR);
}

function gapsBetween(boxes: readonly Box[]): [number, number][] {
  const gaps: [number, number][] = [];
  let free = -Infinity;
  for (const { y, height } of [...boxes].sort((a, b) => a.y - b.y)) {
    if (y - free >= 2 * AIR) gaps.push([free, y]);
    free = Math.max(free, y + height);
  }
  return [...gaps, [free, Infinity]];
}
