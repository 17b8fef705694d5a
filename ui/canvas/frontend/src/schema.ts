/** From a pydantic JSON Schema to fields of a form. */
import type { Json, Schema } from "./protocol";

export type FieldKind =
  | "columns" | "column" | "expression" | "mapping" | "order" | "option" | "choice" | "choices" | "flag" | "number"
  | "text" | "paragraph" | "texts" | "numbers" | "mixed" | "group" | "rows" | "fixed" | "json";

export interface Field {
  name: string;
  kind: FieldKind;
  /** Resolved: no `$ref`, no `anyOf` with null. */
  schema: Schema;
  title: string;
  about: string;
  required: boolean;
  nullable: boolean;
  advanced: boolean;
  unit: string;
  placeholder: string;
}

/** Follow references and take `null` out of unions. */
export function resolve(schema: Schema, root: Schema): { schema: Schema; nullable: boolean } {
  let current = schema;
  let nullable = false;
  for (let depth = 0; depth < 20; depth++) {
    if (current.$ref) {
      const { $ref, ...siblings } = current;
      const target = root.$defs?.[$ref.split("/").at(-1) ?? ""] ?? {};
      current = { ...target, ...siblings };
      continue;
    }
    if (current.allOf?.length === 1) {
      const { allOf, ...siblings } = current;
      current = { ...allOf[0], ...siblings };
      continue;
    }
    const union = current.anyOf ?? current.oneOf;
    const some = union?.filter((option) => option.type !== "null");
    if (union && some && some.length < union.length) nullable = true;
    if (some?.length === 1) {
      const { anyOf: _any, oneOf: _one, ...siblings } = current;
      current = { ...some[0], ...siblings };
      continue;
    }
    if (union && some && some.length < union.length) {
      current = current.anyOf ? { ...current, anyOf: some } : { ...current, oneOf: some };
    }
    break;
  }
  return { schema: current, nullable };
}

const WIDGETS: ReadonlySet<string> = new Set<FieldKind>([
  "columns", "column", "expression", "mapping", "order", "option", "paragraph",
]);

/** A union of plain values, such as `float | "sqrt" | "log2"`. */
const isPlain = (schema: Schema): boolean =>
  schema.enum !== undefined || schema.const !== undefined ||
  ["string", "number", "integer", "boolean"].includes(schema.type as string);

function arrayKind(schema: Schema, root: Schema): FieldKind {
  const item = resolve(schema.items ?? {}, root).schema;
  if (item.enum) return "choices";
  if (item.type === "string") return "texts";
  if (item.type === "number" || item.type === "integer") return "numbers";
  const variants = item.oneOf ?? item.anyOf;
  const objects = variants?.every((one) => resolve(one, root).schema.properties);
  return item.properties || objects ? "rows" : "json";
}

export function kindOf(schema: Schema, root: Schema): FieldKind {
  const widget = schema["x-widget"] as string | undefined;
  if (widget === "aggregations") return "rows";
  if (widget && WIDGETS.has(widget)) return widget as FieldKind;
  if (schema["x-options"]) return "option";
  if (schema.const !== undefined) return "fixed";
  if (schema.enum) return "choice";
  switch (schema.type) {
    case "boolean": return "flag";
    case "integer":
    case "number": return "number";
    case "string": return "text";
    case "array": return arrayKind(schema, root);
    case "object": return schema.properties ? "group" : textMap(schema, root) ? "mapping" : "json";
  }
  const union = schema.anyOf ?? schema.oneOf;
  if (union?.every((one) => isPlain(resolve(one, root).schema))) return "mixed";
  return "json";
}

const textMap = (schema: Schema, root: Schema): boolean =>
  typeof schema.additionalProperties === "object" &&
  resolve(schema.additionalProperties as Schema, root).schema.type === "string";

const sentence = (name: string): string => {
  const words = name.replace(/_/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Pydantic titles every field in Title Case; those say nothing the name does not. */
const isAutomatic = (title: string, name: string): boolean =>
  title.toLowerCase() === name.replace(/_/g, " ").trim().toLowerCase();

export function fieldOf(name: string, raw: Schema, root: Schema, required: boolean): Field {
  const { schema, nullable } = resolve(raw, root);
  const own = typeof raw.title === "string" ? raw.title : undefined;
  return {
    name,
    kind: kindOf(schema, root),
    schema,
    title: own && !isAutomatic(own, name) ? own : sentence(name),
    about: raw.description ?? (raw.$ref ? "" : (schema.description ?? "")),
    required: required && raw.default === undefined,
    nullable,
    advanced: schema["x-advanced"] === true,
    unit: (schema["x-unit"] as string | undefined) ?? "",
    placeholder: (schema["x-placeholder"] as string | undefined) ?? "",
  };
}

export function fieldsOf(schema: Schema, root: Schema = schema): Field[] {
  const { schema: object } = resolve(schema, root);
  const required = new Set(object.required ?? []);
  return Object.entries(object.properties ?? {}).map(([name, raw]) => fieldOf(name, raw, root, required.has(name)));
}

/** What a new row or group starts with. */
export function startOf(schema: Schema, root: Schema): Json {
  const { schema: resolved, nullable } = resolve(schema, root);
  if (resolved.default !== undefined) return resolved.default;
  if (resolved.const !== undefined) return resolved.const;
  if (nullable) return null;
  if (resolved.enum) return resolved.enum[0] ?? null;
  if (resolved.properties) {
    const entries = Object.entries(resolved.properties).map(([name, one]) => [name, startOf(one, root)] as const);
    return Object.fromEntries(entries);
  }
  const starts: { [type: string]: Json } = { string: "", number: 0, integer: 0, boolean: false, array: [], object: {} };
  return starts[resolved.type as string] ?? null;
}
