/** Bars of a small histogram, as rectangles of a drawing. */
export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

const GAP = 1;
/** What is there can be seen, however little it is. */
const LEAST = 1.5;

export function bars(bins: readonly number[], width: number, height: number): Bar[] {
  const most = Math.max(...bins, 1);
  const each = width / Math.max(bins.length, 1);
  return bins.map((count, place) => {
    const tall = count === 0 ? 0 : Math.max(LEAST, (count / most) * height);
    return { x: place * each, y: height - tall, width: Math.max(each - GAP, 0.5), height: tall };
  });
}

/** A share in words: never “0 %” of something that is there, nor “100 %” of what is not whole. */
export function share(part: number): string {
  if (part <= 0) return "0 %";
  if (part < 0.01) return "<1 %";
  if (part > 0.99 && part < 1) return ">99 %";
  return `${Math.round(part * 100)} %`;
}
