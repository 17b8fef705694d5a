import { describe, expect, it } from "vitest";
import { sameItems } from "../src/model/sharing";

describe("a list that is drawn", () => {
  const [a, b] = [{ id: "a" }, { id: "b" }];

  it("stays the one it was while its items are the same ones", () => {
    const before = [a, b];
    expect(sameItems(before, [a, b])).toBe(before);
  });

  it("is another one where an item, the order or the length is", () => {
    for (const now of [[a, { id: "b" }], [b, a], [a], [a, b, a]]) expect(sameItems([a, b], now)).toBe(now);
  });
});
