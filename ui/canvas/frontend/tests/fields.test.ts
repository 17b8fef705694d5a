import { describe, expect, it } from "vitest";
import { callAt, offers, wordAt } from "../src/fields/completion";
import { readConstant } from "../src/fields/ConstantField";
import { stepped } from "../src/fields/NumberField";
import { gridOf, pasted, rowsOf } from "../src/fields/TableField";
import { helpParts } from "../src/panel/help-text";
import type { Column, FunctionHelp, Schema } from "../src/protocol";
import { applies, condition, fieldOf, kindOf, rangeWords, wordOf } from "../src/fields/schema";
import { mistake } from "../src/fields/validate";

const columns: Column[] = ["price", "Unit price", "quantity"].map((name) => ({ name, kind: "numeric", type: "number" }));
const functions: FunctionHelp[] = [
  { name: "round", signature: "round(number, digits?)", about: "Rounded." },
  { name: "now", signature: "now()", about: "Now." },
  { name: "ltrim", signature: "ltrim(text)", about: "Trimmed." },
];

describe("completion", () => {
  it.each([["pri", 3, "pri"], ["a + \"Unit p", 11, "\"Unit p"], ["x = 'pri", 8, ""], ["price * ", 8, ""]])("the word of %j at %d is %j", (text, caret, word) => {
    expect(wordAt(text, caret)).toBe(word);
  });
  it("offers columns before functions, quoted where they must be, and the caret inside the brackets", () => {
    expect(offers("pri", columns, functions).map((one) => one.text)).toEqual(["price", '"Unit price"']);
    expect(offers("ro", columns, functions)).toMatchObject([{ text: "round()", caret: 6 }]);
    expect(offers("no", columns, functions)).toMatchObject([{ text: "now()", caret: 5 }]);
    expect(offers("", columns, functions)).toEqual([]);
  });
  it("tells which function the caret stands in", () => {
    expect(callAt("round(price * (2 + 1), ", 23, functions)?.name).toBe("round");
    expect(callAt("round(price) + ", 15, functions)).toBeUndefined();
    expect(callAt("'round('", 7, functions)).toBeDefined(); // an open quote may still become anything
  });
});

describe("numbers", () => {
  it.each([
    [{ type: "integer", minimum: 1 }, 1, -1, 1], [{ type: "integer", minimum: 1 }, 1, 1, 2], [{ type: "number", minimum: 0, exclusiveMaximum: 1 }, 0.95, 1, 0.95],
    [{ type: "number", minimum: 0, exclusiveMaximum: 1 }, 0.2, 1, 0.25], [{ type: "number", exclusiveMinimum: 0 }, 0.001, 1, 0.002], [{ type: "number", exclusiveMinimum: 0 }, 0.001, -1, 0.0009],
    [{ type: "number" }, null, 1, 1], [{ type: "number" }, 10, -1, 9],
  ] as [Schema, number | null, number, number][])("%j steps from %j by %d to %j", (schema, from, direction, to) => {
    expect(stepped(schema, from, direction)).toBeCloseTo(to, 10);
  });
  it.each([
    [{ minimum: 0, maximum: 1 }, "0 to 1"], [{ exclusiveMinimum: 0 }, "more than 0"], [{ minimum: 0, exclusiveMaximum: 1 }, "at least 0, less than 1"], [{ minimum: 0, maximum: 4294967295 }, "at least 0"], [{}, ""],
  ] as [Schema, string][])("%j is said as %j", (schema, words) => expect(rangeWords(schema)).toBe(words));
});

describe("kinds", () => {
  const column: Schema = { "x-widget": "column", type: "string" };
  it.each([
    [{ type: "array", items: { type: "string" }, "x-widget": "column" }, "column_list"], [{ type: "array", items: column }, "column_list"],
    [{ anyOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }] }, "constant"], [{ anyOf: [{ type: "number" }, { enum: ["sqrt"], type: "string" }] }, "mixed"],
    [{ type: "array", items: { anyOf: [{ type: "string" }, { type: "number" }] } }, "constants"],
    [{ type: "array", prefixItems: [{ type: "integer" }, { type: "integer" }] }, "tuple"], [{ type: "object", additionalProperties: { type: "number" } }, "values"],
    [{ type: "array", items: { type: "object", additionalProperties: { anyOf: [{ type: "string" }, { type: "number" }, { type: "null" }] } } }, "table"],
    [{ oneOf: [{ properties: { kind: { const: "a" } } }, { properties: { kind: { const: "b" } } }] }, "variant"], [{ type: "string", format: "date" }, "date"],
    [{ type: "object", additionalProperties: { type: "object" } }, "unknown"],
  ] as [Schema, string][])("%j is drawn as %s", (schema, kind) => expect(kindOf(schema, {})).toBe(kind));
  it("a single word or nothing is a choice", () => {
    const field = fieldOf("class_weight", { anyOf: [{ const: "balanced", type: "string" }, { type: "null" }] }, {}, false);
    expect(field).toMatchObject({ kind: "choice", nullable: true });
    expect(field.schema.enum).toEqual(["balanced"]);
  });
});

describe("fields that depend on others", () => {
  const field = fieldOf("degree", { type: "integer", "x-only-if": { kernel: ["poly", "rbf"] } }, {}, false);
  it("matter with some values only, and say so", () => {
    expect(applies(field, () => "poly")).toBe(true);
    expect(applies(field, () => "linear")).toBe(false);
    expect(condition(field)).toBe("No effect now: only with kernel poly or rbf.");
  });
});

describe("words", () => {
  it.each([["int64", {}, "Whole number"], ["null", { "x-words": { null: "They become missing" } }, "They become missing"], ["roc_auc", {}, "ROC AUC"]] as [string, Schema, string][])(
    "%s is called %j%s", (value, schema, word) => expect(wordOf(value, schema)).toBe(word));
  it("a docstring comes apart", () => {
    const parts = helpParts("Does it.\n\nAnd more.\n\nWhen: codes should\nbe words. Serving: replayed.\nSource: `pandas`.");
    expect(parts.does).toEqual(["Does it.", "And more."]);
    expect(parts.labelled).toEqual([["When to use it", "Codes should be words."], ["In an endpoint", "Replayed."], ["Source", "`pandas`."]]);
  });
});

describe("typed tables", () => {
  it("survive reading and writing", () => {
    const rows = [{ country: "NL", vat: 0.21, eu: true }, { country: "CH", vat: null, eu: false }];
    expect(rowsOf(gridOf(rows))).toEqual(rows);
  });
  it("say which cell is wrong", () => {
    expect(rowsOf({ columns: [{ name: "n", sort: "number" }], rows: [["x"]] })).toContain("Row 1");
    expect(rowsOf({ columns: [{ name: "a", sort: "text" }, { name: "A", sort: "text" }], rows: [] })).toContain("same name");
  });
  it("take what was copied from a spreadsheet", () => {
    expect(rowsOf(pasted("code\tprice\r\n007\t1,5\r\nabc\t2\r\n")!)).toEqual([{ code: "007", price: 1.5 }, { code: "abc", price: 2 }]);
    expect(pasted("only one line")).toBeNull();
  });
});

describe("values that are written down", () => {
  it.each([["1", 1], ["1.5", 1.5], ["true", true], ["north", "north"]])("%j is meant as %j", (text, value) => expect(readConstant(text)).toBe(value));
  it("an object may have to hold something, under names that fit", () => {
    const schema: Schema = { type: "object", minProperties: 1, propertyNames: { maxLength: 3 }, additionalProperties: { type: "string" } };
    expect(mistake(schema, {})).toBe("Add at least one.");
    expect(mistake(schema, { long_name: "x" })).toContain("at most 3");
    expect(mistake(schema, { a: "x" })).toBeNull();
  });
});
