/** A field of a node whose value is a parameter, or may become one. */
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { FieldRow } from "../src/fields/FieldRow";
import { fitting, goesIntoText, parameterOfField } from "../src/fields/parameters";
import { fieldOf } from "../src/fields/schema";
import { mistake } from "../src/fields/validate";
import { parameterFor, schemaOf, TYPES } from "../src/model/parameters";
import type { Json, Parameters, Schema } from "../src/protocol";

const known: Parameters = {
  rate: parameterFor("number", 0.2), trees: parameterFor("integer", 100), deep: parameterFor("boolean", true), city: parameterFor("text", "Graz"),
  data: parameterFor("dataset", "people"), some: { ...parameterFor("any"), default: ["a"] },
};
const field = (schema: Schema) => fieldOf("x", schema, {}, false);
const draw = (schema: Schema, value: Json, readonly = false): string =>
  renderToStaticMarkup(
    <FieldRow field={field(schema)} path="form" value={value} problems={[]} onChange={() => undefined}
      context={{ root: {}, columnsOf: () => [], options: {}, functions: [], expressions: {}, readonly, parameters: { known, create: (name) => name, show: () => undefined } }} />,
  );

describe("a field", () => {
  it("offers the parameters that fit it", () => {
    const names = (schema: Schema): string[] => fitting(known, field(schema)).map(([name]) => name);
    expect(names({ type: "number" })).toEqual(["rate", "trees", "some"]);
    expect(names({ type: "boolean" })).toEqual(["deep", "some"]);
    expect(names({ type: "string", "x-options": "datasets" })).toEqual(["city", "data", "some"]);
    expect(names({ type: "string", "x-widget": "expression" })).toEqual(["rate", "trees", "deep", "city", "data", "some"]);
    expect(names({ type: "array", items: { type: "number" } })).toEqual(["some"]);
  });

  it("shows the parameter and what it is now instead of its control", () => {
    const html = draw({ type: "number", minimum: 0 }, "${rate}");
    expect(html).toContain("is 0.2");
    expect(html).not.toContain("spinbutton");
    expect(draw({ type: "boolean" }, "${deep}")).toContain("is yes");
    expect(draw({ type: "number" }, "${gone}")).toContain("is no parameter");
    expect(draw({ type: "number" }, "${rate}", true)).not.toContain("own-value");
    expect(draw({ type: "string", "x-widget": "expression" }, "age > ${trees}")).toContain("Now: age &gt; 100");
  });

  it("becomes a parameter with its own value, bounds and choices", () => {
    expect(parameterOfField(field({ type: "integer", minimum: 1, maximum: 1e12 }), 7)).toMatchObject({ type: "integer", default: 7, min: 1, max: null });
    expect(parameterOfField(field({ enum: ["mean", "median"] }), "median")).toMatchObject({ type: "choice", default: "median", choices: ["mean", "median"] });
    expect(parameterOfField(field({ type: "array", items: { type: "number" } }), [1])).toBeNull();
    expect(goesIntoText(field({ type: "string", "x-widget": "expression" }), "age > 1")).toBe(true);
  });

  it("takes a reference for a value, also inside rows", () => {
    expect(mistake({ type: "number" }, "${rate}")).toBeNull();
    expect(mistake({ type: "array", items: { type: "object", properties: { value: { type: "number" } } } }, [{ value: "${rate}" }])).toBeNull();
    expect(mistake({ type: "number" }, "a ${rate}")).not.toBeNull();
  });

  it("can be drawn for every type of parameter, and takes its start", () => {
    for (const [type] of TYPES) {
      const parameter = parameterFor(type);
      expect(draw(schemaOf(parameter), parameter.default), type).toContain('data-testid="field-x');
      expect(mistake(schemaOf(parameter), parameter.default), type).toBeNull();
    }
  });
});
