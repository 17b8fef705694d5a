import { describe, expect, it } from "vitest";
import { readChoice, selectorsFor, writeChoice } from "../src/panel/columns";
import type { Schema } from "../src/protocol";
import { fieldsOf, startOf } from "../src/fields/schema";
import { mistake } from "../src/fields/validate";

const root: Schema = {
  properties: {
    columns: { "x-widget": "columns", "x-kinds": ["numeric"], anyOf: [{ type: "array" }, { type: "string" }], default: "numeric" },
    share: { type: "number", minimum: 0, exclusiveMaximum: 1, default: 0.2, title: "Share" },
    depth: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], default: null, "x-advanced": true, "x-unit": "levels" },
    max_features: { anyOf: [{ enum: ["sqrt", "log2"], type: "string" }, { type: "number", maximum: 1 }, { type: "null" }] },
    how: { $ref: "#/$defs/How", default: "inner" },
    rules: { type: "array", items: { oneOf: [{ $ref: "#/$defs/NotNull" }, { $ref: "#/$defs/InRange" }] } },
    anything: {},
    flag: { type: "boolean" },
    names: { type: "object", additionalProperties: { type: "string" } },
    tags: { type: "array", items: { type: "string" } },
  },
  required: ["share", "flag"],
  $defs: {
    How: { enum: ["inner", "left"], type: "string", title: "How" },
    NotNull: { type: "object", properties: { kind: { const: "not_null" }, column: { type: "string", minLength: 1 } }, required: ["kind", "column"] },
    InRange: { type: "object", properties: { kind: { const: "in_range" }, low: { type: "number" } }, required: ["kind"] },
  },
};
const fields = new Map(fieldsOf(root).map((field) => [field.name, field]));
const wrong = (name: string, value: never | unknown) => mistake(root.properties![name]!, value as never, root);

describe("fields", () => {
  it.each([
    ["columns", "columns"], ["share", "number"], ["depth", "number"], ["max_features", "mixed"], ["how", "choice"], ["rules", "rows"],
    ["anything", "unknown"], ["flag", "flag"], ["names", "values"], ["tags", "texts"],
  ])("%s is drawn as %s", (name, kind) => expect(fields.get(name)?.kind).toBe(kind));

  it("know what is advanced, nullable, and measured in what", () => {
    expect(fields.get("depth")).toMatchObject({ advanced: true, nullable: true, unit: "levels", title: "Depth" });
  });
  it("start a new row with its defaults", () => {
    expect(startOf(root.$defs!.NotNull!, root)).toEqual({ kind: "not_null", column: "" });
  });
});

describe("mistakes", () => {
  it.each([
    ["share", 0.5, null], ["share", 1, "less than 1"], ["share", -0.1, "at least 0"], ["share", "x", "number"],
    ["depth", null, null], ["depth", 1.5, "whole"], ["depth", 0, "at least 1"],
    ["max_features", "sqrt", null], ["max_features", "cube", "one of"], ["max_features", 2, "at most 1"], ["max_features", null, null],
    ["how", "outer", "one of"], ["tags", ["a", 1], null], ["tags", ["a", []], "text"],
    ["rules", [{ kind: "in_range", low: "x" }], "Low"], ["anything", { a: [1] }, null],
  ])("%s = %j: %s", (name, value, text) => {
    if (text === null) expect(wrong(name, value)).toBeNull();
    else expect(wrong(name, value)).toContain(text);
  });
});

describe("column choices", () => {
  it.each(["numeric", { select: "text", except: ["id"] }, ["a", "b"]])("read and write %j", (value) => {
    expect(writeChoice(readChoice(value))).toEqual(value);
  });
  it("offer the selectors that can fit", () => {
    expect(selectorsFor(["numeric"])).toEqual(["all", "numeric"]);
    expect(selectorsFor([])).toHaveLength(5);
  });
});
