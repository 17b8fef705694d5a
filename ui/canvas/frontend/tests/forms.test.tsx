/** The form of every component can be drawn and filled in. `tests/ui/test_forms.py` writes the catalogue and runs this. */
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { FieldRow } from "../src/fields/FieldRow";
import { helpParts } from "../src/panel/help-text";
import type { ComponentSpec, Json, Schema } from "../src/protocol";
import { fieldsOf, resolve, type Field } from "../src/fields/schema";
import { mistake } from "../src/fields/validate";

type Told = ComponentSpec & { example: { [name: string]: Json } };

declare const process: { env: { [name: string]: string | undefined } };

const path = process.env["CANVASBACK_CATALOGUE"];
const told: Told[] = path ? (await import(/* @vite-ignore */ path)).default : [];
const cases = told.map((spec) => [spec.key, spec] as const);

/** The fields of a form, and those of the small forms inside it. */
function everyField(schema: Schema, root: Schema): Field[] {
  return fieldsOf(schema, root).flatMap((field) => {
    const item = field.kind === "rows" ? resolve(field.schema.items ?? {}, root).schema : field.schema;
    const inner = ["rows", "variant", "group"].includes(field.kind) ? (item.oneOf ?? item.anyOf ?? [item]) : [];
    return [field, ...inner.flatMap((one) => everyField(one, root))];
  });
}

const valueOf = (spec: Told, field: Field): Json | undefined =>
  spec.example[field.name] ?? spec.params.properties?.[field.name]?.default ?? (field.schema.default as Json | undefined);

const draw = (spec: Told, field: Field): string =>
  renderToStaticMarkup(
    <FieldRow
      field={field}
      path="form"
      value={valueOf(spec, field)}
      context={{ root: spec.params, columnsOf: () => [{ name: "number", kind: "numeric", type: "number" }], options: {}, functions: [], expressions: {}, readonly: false }}
      problems={[]}
      onChange={() => undefined}
    />,
  );

describe.skipIf(!path)("the form of", () => {
  it.each(cases)("%s knows every field", (_, spec) => {
    expect(everyField(spec.params, spec.params).filter((field) => field.kind === "unknown").map((field) => field.name)).toEqual([]);
  });

  it.each(cases)("%s has a control for each, that can be used", (_, spec) => {
    for (const field of fieldsOf(spec.params)) {
      const html = draw(spec, field);
      expect(html, field.name).toContain(`data-testid="field-${field.name}`);
      expect(/<(input|select|textarea|button)(?![^>]*disabled)/.test(html), field.name).toBe(true);
      expect(html, field.name).not.toContain("[object Object]");
      expect(html, field.name).not.toMatch(/>\s*[[{]"/);
    }
  });

  it.each(cases)("%s takes the defaults and the example that Python takes", (_, spec) => {
    for (const field of fieldsOf(spec.params)) {
      const value = valueOf(spec, field);
      if (value !== undefined) expect(mistake(spec.params.properties![field.name]!, value, spec.params), field.name).toBeNull();
    }
  });

  it.each(cases)("%s names only fields of its own where one depends on others", (_, spec) => {
    const names = new Set(everyField(spec.params, spec.params).map((field) => field.name));
    for (const field of everyField(spec.params, spec.params)) {
      expect(Object.keys(field.onlyIf).filter((name) => !names.has(name)), field.name).toEqual([]);
    }
  });

  it.each(cases)("%s has help in parts", (_, spec) => {
    const { does, labelled } = helpParts(spec.help);
    expect(does.length).toBeGreaterThan(0);
    expect(labelled.map(([label]) => label)).toEqual(expect.arrayContaining(["When to use it", "In an endpoint", "Source"]));
  });
});
