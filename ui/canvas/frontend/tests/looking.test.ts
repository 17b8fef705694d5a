/** What is looked at is asked beside the edits: quiet first, then again while it is worked out. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Looking, LOST_MS, PENDING_MS, QUIET_MS, TURN_MS } from "../src/model/looking";
import type { LookAsked, LookData } from "../src/protocol";

describe("looking", () => {
  let sent: LookAsked[];
  let looking: Looking;

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    looking = new Looking("doc", "me", { send: (asked) => sent.push(asked) > 0, changed: () => undefined });
  });
  afterEach(() => vi.useRealTimers());

  const answer = (more: Partial<LookData> = {}): LookData => ({ kind: "look", doc: "doc", cid: "me", seq: looking.seq, pending: false, ...more });

  it("asks once for what was looked at last, and nothing while nothing is looked at", () => {
    looking.again();
    vi.advanceTimersByTime(LOST_MS * 3);
    expect(sent).toEqual([]);
    looking.at({ node: "a" });
    looking.at({ node: "b" });
    vi.advanceTimersByTime(TURN_MS);
    expect(sent).toMatchObject([{ doc: "doc", cid: "me", node: "b", port: null, rows: 50, overlay: null, try: 0 }]);
    expect(looking.busy).toBe(true);
    expect(looking.receive(answer())).toBe(true);
    expect(looking.busy).toBe(false);
    vi.advanceTimersByTime(LOST_MS * 3);
    expect(sent).toHaveLength(1);
  });

  it("asks the same again while the answer is worked out, and takes no answer to an older question", () => {
    looking.at({ node: "a" });
    vi.advanceTimersByTime(TURN_MS);
    expect(looking.receive(answer({ pending: true }))).toBe(false);
    vi.advanceTimersByTime(PENDING_MS);
    expect(sent.map((asked) => [asked.seq, asked.try])).toEqual([[1, 0], [1, 1]]);
    looking.again();
    expect(looking.receive(answer({ seq: 1 }))).toBe(false);
    expect(looking.receive(answer({ cid: "another" }))).toBe(false);
    vi.advanceTimersByTime(QUIET_MS);
    expect(sent.at(-1)).toMatchObject({ seq: 2, try: 0 });
    expect(looking.receive(answer())).toBe(true);
  });

  it("waits while something is on its way that changes the pipeline", () => {
    let free = false;
    looking = new Looking("doc", "me", { send: (asked) => free && sent.push(asked) > 0, changed: () => undefined });
    looking.at({ node: "a" });
    vi.advanceTimersByTime(TURN_MS + PENDING_MS);
    free = true;
    vi.advanceTimersByTime(PENDING_MS);
    expect(sent.map((asked) => asked.try)).toEqual([0]);
  });

  it("asks again when an answer is lost, or the connection comes back", () => {
    looking.at({ overlay: "serving", model: "m" });
    vi.advanceTimersByTime(TURN_MS + LOST_MS);
    expect(sent.map((asked) => asked.try)).toEqual([0, 1]);
    looking.resume();
    expect(sent).toHaveLength(3);
    expect(sent.at(-1)).toMatchObject({ node: null, overlay: "serving", model: "m" });
  });
});
