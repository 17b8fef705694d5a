/** What of the drawing is in view: all of it, its beginning, or a card that is to be seen. */
import type { ReactFlowInstance, ReactFlowState, Viewport } from "@xyflow/react";
import { useEffect } from "react";
import { CARD_HEIGHT, CARD_WIDTH } from "../model/graph";
import type { Room } from "../model/folding";
import type { GraphNode } from "../protocol";
import { union, type Box } from "./nodes/drawn";

const READABLE = 0.7;
/** How small a drawing may be shown: two thousand cards can still be seen at once. */
export const FARTHEST = 0.05;
/** Below it, no word of a card can be read: it shows what it is and how it is getting on, by shape and colour. */
const FAR = 0.35;
const MARGIN = 28;
/** Above the first card, for what floats there. */
const TOP = 56;
const TALLEST = 300;
/** Beside the drawing, for the wires that run back from row to row. */
const [BEFORE, AFTER] = [52, 60];
const LEAST_ROOM = 240;

export const seenFromAfar = ({ transform: [, , zoom] }: ReactFlowState): boolean => zoom < FAR;

export const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Everything, if it can be read like that or is to be overlooked; else the beginning of it. */
export async function firstView(flow: ReactFlowInstance, box: HTMLElement | null, whole: boolean): Promise<void> {
  await flow.fitView(view(box));
  const { y, zoom } = flow.getViewport();
  if (whole || zoom >= READABLE) return;
  const bounds = flow.getNodesBounds(flow.getNodes());
  const middle = bounds.y + bounds.height / 2;
  const isHigh = bounds.height * READABLE > (box?.clientHeight ?? 0);
  const top = isHigh ? TOP - bounds.y * READABLE : y + middle * (zoom - READABLE);
  await flow.setViewport({ x: 52 - bounds.x * READABLE, y: top, zoom: READABLE });
}

/** How much of the board the settings float over, in pixels: of its right side or, in a narrow window, of its lower end. */
export function covered(box: HTMLElement | null): { right: number; bottom: number } {
  const area = box?.getBoundingClientRect();
  const panel = box?.parentElement?.querySelector(".cb-inspector")?.getBoundingClientRect();
  if (!area || !panel || panel.width === 0) return { right: 0, bottom: 0 };
  const below = panel.left <= area.left;
  return { right: below ? 0 : Math.max(0, area.right - panel.left), bottom: below ? Math.max(0, area.bottom - panel.top) : 0 };
}

/** How much of the board a drawing that is wholly seen may take. */
export function roomOf(box: HTMLElement | null): Room {
  const { width, height } = box?.getBoundingClientRect() ?? { width: 0, height: 0 };
  const { right, bottom } = covered(box);
  return { width: Math.max(LEAST_ROOM, width - right - BEFORE - AFTER), height: Math.max(LEAST_ROOM, height - bottom - 2 * TOP) };
}

export const view = (box: HTMLElement | null) => ({
  padding: { left: `${BEFORE}px`, right: `${AFTER + covered(box).right}px`, top: `${TOP}px`, bottom: `${TOP + covered(box).bottom}px` } as const,
  maxZoom: 1,
  minZoom: FARTHEST,
});

/** Move the view just so far that a card is wholly seen; of something larger, its beginning. */
export function show(flow: ReactFlowInstance, box: HTMLElement | null, node: GraphNode | undefined): void {
  const area = box?.getBoundingClientRect();
  if (!area || !node) return;
  const { x, y, zoom } = flow.getViewport();
  const left = node.position[0] * zoom + x;
  const top = node.position[1] * zoom + y;
  const hidden = covered(box);
  const right = left + CARD_WIDTH * zoom - (area.width - hidden.right);
  const bottom = top + Math.min(flow.getNode(node.id)?.measured?.height ?? CARD_HEIGHT, TALLEST) * zoom - (area.height - hidden.bottom);
  const across = left < MARGIN ? MARGIN - left : right > -MARGIN ? -MARGIN - right : 0;
  const down = top < MARGIN ? MARGIN - top : bottom > -MARGIN ? -MARGIN - bottom : 0;
  if (across !== 0 || down !== 0) void flow.setViewport({ x: x + across, y: y + down, zoom }, { duration: calm() ? 0 : 250 });
}

/** Move the view just so far that something new is seen beside what it is wired to, and what was seen before stays as well:
 *  smaller where that helps and can still be read. `groups`: what is to be seen, the most important first. */
export function keeping({ x, y, zoom }: Viewport, room: Room, groups: readonly (readonly Box[])[]): Viewport {
  const [width, height] = [room.width - 2 * MARGIN, room.height - 2 * MARGIN];
  const wanted = groups.map((_, count) => union(groups.slice(0, count + 1).flat())).reverse();
  const zoomFor = (box: Box): number => Math.min(zoom, width / box.width, height / box.height);
  const box = wanted.find((one) => zoomFor(one) >= Math.min(zoom, READABLE)) ?? wanted.at(-1);
  if (!box) return { x, y, zoom };
  const next = Math.max(zoomFor(box), Math.min(zoom, READABLE));
  // It gets smaller towards the middle of what is seen.
  const towards = (start: number, size: number): number => size / 2 - ((size / 2 - start) / zoom) * next;
  const within = (start: number, from: number, length: number, most: number): number =>
    Math.max(MARGIN - from * next, Math.min(start, MARGIN + most - (from + length) * next));
  return {
    x: within(towards(x, room.width), box.x, box.width, width),
    y: within(towards(y, room.height), box.y, box.height, height),
    zoom: next,
  };
}

/** A hidden tab has no width, so the first fit of a canvas in it means nothing. */
export function useRefitWhenShown(box: React.RefObject<HTMLDivElement | null>, fit: () => void): void {
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let hidden = element.clientWidth === 0;
    const observer = new ResizeObserver(() => {
      if (hidden && element.clientWidth > 0) requestAnimationFrame(fit);
      hidden = element.clientWidth === 0;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, fit]);
}
