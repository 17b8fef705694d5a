import { describe, expect, it } from "vitest";
import { SHEET } from "../src/frame/Help";
import { bindings, commandOf } from "../src/frame/keys";

const press = (key: string, more: object = {}) =>
  commandOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, target: null, ...more });

describe("keys", () => {
  it("mean one thing each", () => {
    expect(press("z", { ctrlKey: true })).toBe("undo");
    expect(press("Z", { metaKey: true, shiftKey: true })).toBe("redo");
    expect(press("a")).toBe("search");
    expect(press("a", { ctrlKey: true })).toBe("selectAll");
    expect(press("r")).toBeNull();
  });
  it("with Alt are told by their place, whatever sign they write", () => {
    expect(press("å", { altKey: true, code: "KeyA" })).toBe("alignLeft");
    expect(press("Ó", { altKey: true, shiftKey: true, code: "KeyH" })).toBe("spreadAcross");
    expect(press("a", { altKey: true, ctrlKey: true, code: "KeyA" })).toBeNull();
  });
  it("leave copy, cut and paste to the browser, which has the clipboard", () => {
    for (const key of ["c", "x", "v"]) expect(press(key, { ctrlKey: true })).toBeNull();
  });
  it("are all on the help sheet", () => {
    const told = new Set(SHEET.flatMap(([, rows]) => rows.flatMap(([keys]) => keys.split(/, | or /))));
    expect(bindings().filter(([keys]) => !told.has(keys))).toEqual([]);
    expect(bindings().length).toBeGreaterThan(25);
  });
});
