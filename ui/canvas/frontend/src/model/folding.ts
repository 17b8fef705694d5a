/** A layout that is too long to be read at once, folded into rows that read from left to right like a text. */

export interface Placed {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Link = readonly [source: string, target: string];

/** What stands above each other and cannot be parted. */
interface Stretch {
  ids: Set<string>;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What can be seen at once, in pixels. */
export interface Room {
  width: number;
  height: number;
}

/** What a usual window has room for, where nobody knows better. */
const USUAL: Room = { width: 1000, height: 560 };
/** Fewer rows are kept as long as they can be read like that: a title is still 10 pixels high. */
const READABLE = 0.75;
/** Between two rows, where the wires run back. */
const ROW_GAP = 90;
const MOST_ROWS = 40;
/** A row may be somewhat longer where fewer wires are cut by that. */
const LENIENCE = 1.25;

/** How far each one is moved; nothing is, where all of it can be read in one row. */
export function folded(placed: readonly Placed[], links: readonly Link[], room: Room = USUAL): Map<string, { x: number; y: number }> {
  const stretches = stretchesOf(placed);
  const cuts = crossings(stretches, links);
  const rows = bestRows(stretches, cuts, room);
  const shifts = new Map<string, { x: number; y: number }>();
  const first = rows[0]?.[0];
  let top = first ? Math.min(...rows[0]!.map((one) => one.top)) : 0;
  for (const row of rows) {
    const shift = { x: first!.left - row[0]!.left, y: top - Math.min(...row.map((one) => one.top)) };
    for (const stretch of row) for (const id of stretch.ids) shifts.set(id, shift);
    top += heightOf(row) + ROW_GAP;
  }
  return shifts;
}

function stretchesOf(placed: readonly Placed[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { id, x, y, width, height } of [...placed].sort((a, b) => a.x - b.x)) {
    const last = stretches.at(-1);
    if (last && x < last.right) {
      last.ids.add(id);
      last.right = Math.max(last.right, x + width);
      last.top = Math.min(last.top, y);
      last.bottom = Math.max(last.bottom, y + height);
    } else {
      stretches.push({ ids: new Set([id]), left: x, right: x + width, top: y, bottom: y + height });
    }
  }
  return stretches;
}

/** How many wires a cut before each stretch goes through. */
function crossings(stretches: readonly Stretch[], links: readonly Link[]): number[] {
  const place = new Map(stretches.flatMap(({ ids }, index) => [...ids].map((id) => [id, index] as const)));
  const steps = new Array<number>(stretches.length + 1).fill(0);
  for (const [source, target] of links) {
    const [from, to] = [place.get(source) ?? 0, place.get(target) ?? 0].sort((a, b) => a - b) as [number, number];
    steps[from + 1]! += from < to ? 1 : 0;
    steps[to + 1]! -= from < to ? 1 : 0;
  }
  let crossing = 0;
  return stretches.map((_, index) => (crossing += steps[index]!));
}

const widthOf = (row: readonly Stretch[]): number => row.at(-1)!.right - row[0]!.left;
const heightOf = (row: readonly Stretch[]): number =>
  Math.max(...row.map((one) => one.bottom)) - Math.min(...row.map((one) => one.top));

function zoomOf(rows: readonly Stretch[][], room: Room): number {
  const width = Math.max(...rows.map(widthOf));
  const height = rows.reduce((sum, row) => sum + heightOf(row) + ROW_GAP, -ROW_GAP);
  return Math.min(1, room.width / width, room.height / height);
}

/** As few rows as can be read; where none can, those that come closest. */
function bestRows(stretches: Stretch[], cuts: readonly number[], room: Room): Stretch[][] {
  let best: Stretch[][] = stretches.length > 0 ? [stretches] : [];
  for (let count = 2; count <= Math.min(stretches.length, MOST_ROWS); count++) {
    if (zoomOf(best, room) >= READABLE) break;
    const rows = cutAt(stretches, cuts, narrowest(stretches, count) * LENIENCE);
    if (zoomOf(rows, room) > zoomOf(best, room)) best = rows;
  }
  return best;
}

/** The least width with which so many rows are enough. */
function narrowest(stretches: readonly Stretch[], count: number): number {
  let [low, high] = [Math.max(...stretches.map((one) => one.right - one.left)), widthOf(stretches)];
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (rowsWithin(stretches, middle) <= count) high = middle;
    else low = middle;
  }
  return high;
}

function rowsWithin(stretches: readonly Stretch[], width: number): number {
  let [rows, left] = [1, stretches[0]!.left];
  for (const stretch of stretches) {
    if (stretch.right - left <= width) continue;
    rows += 1;
    left = stretch.left;
  }
  return rows;
}

/** Rows of at most this width, with few wires cut, few rows, and rows of about one length. */
function cutAt(stretches: readonly Stretch[], cuts: readonly number[], width: number): Stretch[][] {
  const cost = [0, ...stretches.map(() => Infinity)];
  const from = new Array<number>(stretches.length + 1).fill(0);
  for (let end = 1; end <= stretches.length; end++) {
    for (let start = end - 1; start >= 0; start--) {
      const used = stretches[end - 1]!.right - stretches[start]!.left;
      if (used > width && start < end - 1) break;
      const spent = cost[start]! + cuts[start]! + 1 + (1 - used / width) ** 2;
      if (spent < cost[end]!) [cost[end], from[end]] = [spent, start];
    }
  }
  const rows: Stretch[][] = [];
  for (let end = stretches.length; end > 0; end = from[end]!) rows.unshift(stretches.slice(from[end], end));
  return rows;
}
