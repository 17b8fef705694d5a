import { describe, expect, it } from "vitest";
import { emptyHistory, record, redo, undo } from "../src/model/history";

describe("undo and redo", () => {
  it("go back and forth", () => {
    const history = record(record(emptyHistory<string>(), "a", null, 0), "b", null, 1);
    const back = undo(history, "c")!;
    expect(back[1]).toBe("b");
    expect(undo(back[0], "b")![1]).toBe("a");
    expect(redo(back[0], "b")![1]).toBe("c");
  });
  it("have ends", () => {
    expect(undo(emptyHistory<string>(), "a")).toBeNull();
    expect(redo(emptyHistory<string>(), "a")).toBeNull();
  });
  it("count a burst of typing as one step", () => {
    let history = record(emptyHistory<string>(), "", "param a", 0);
    history = record(history, "1", "param a", 300);
    expect(undo(history, "12")![1]).toBe("");
  });
  it("keep fields, and pauses, apart", () => {
    let history = record(emptyHistory<string>(), "", "param a", 0);
    history = record(history, "1", "param b", 100);
    history = record(history, "2", "param b", 5000);
    expect(history.past).toEqual(["", "1", "2"]);
  });
  it("forget what was undone once something new is done", () => {
    const back = undo(record(emptyHistory<string>(), "a", null, 0), "b")!;
    expect(redo(record(back[0], "a", null, 1), "c")).toBeNull();
  });
});
