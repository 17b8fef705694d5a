import { describe, expect, it } from "vitest";
import { laneBetween, runsBack } from "../src/board/routing";

const card = (x: number, y: number) => ({ x, y, width: 210, height: 92 });
const rows = [0, 280, 560].flatMap((x) => [card(x, 0), card(x, 182)]);

describe("a wire", () => {
  it("runs back only where it goes to the left", () => {
    expect(runsBack({ x: 210, y: 46 }, { x: 280, y: 46 })).toBe(false);
    expect(runsBack({ x: 770, y: 46 }, { x: 0, y: 228 })).toBe(true);
  });
  it("runs back in the middle between two rows", () => expect(laneBetween(rows, { x: 770, y: 46 }, { x: 0, y: 228 })).toBe(137));
  it("takes the room between rows, not the one between the cards of a row", () => {
    const lanes = [...rows, ...[0, 280, 560].map((x) => card(x, 318))]; // 44 under the second row
    const lane = laneBetween(lanes, { x: 770, y: 364 }, { x: 0, y: 46 });
    expect(lane).toBe(137);
  });
  it("goes around the end of the cards where there is no room between them", () => {
    const wall = Array.from({ length: 6 }, (_, place) => card(200, place * 100));
    const lane = laneBetween(wall, { x: 770, y: 560 }, { x: 0, y: 540 });
    expect(lane).toBeGreaterThanOrEqual(592 + 14);
  });
  it("passes by cards that are elsewhere", () => expect(laneBetween([card(5000, 100)], { x: 770, y: 46 }, { x: 0, y: 228 })).toBe(137));
});
